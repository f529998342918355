import type { ManifestDiff } from '../../proofs/index.js';
import { colors as pc } from './color.js';
import { describeHolder, rowsOf, summaryOf } from './diff-rows.js';
import { renderTable } from './table.js';

/** A diff for a terminal. */
export function diffTable(diff: ManifestDiff): string {
  const paint = { '+': pc.green, '-': pc.red };
  const rows = diff.holders.flatMap((holder) =>
    rowsOf(holder).map(({ who, sign, actions, resource, example }) => [
      who,
      paint[sign](`${sign} ${actions}`),
      resource,
      example,
    ]),
  );
  const silent = diff.holders.filter(({ gains, losses }) => gains.length + losses.length === 0).map(describeHolder);
  return [
    ...(rows.length > 0 ? [renderTable(['who', 'may', 'on', 'for example'], rows)] : []),
    ...silent.map((who) => `${who}: without any rights`),
    ...diff.exceptions.added.map(({ what, reason }) => pc.yellow(`+ exception: ${what}: ${reason}`)),
    ...diff.exceptions.removed.map(({ what, reason }) => `- exception: ${what}: ${reason}`),
    summaryOf(diff),
  ].join('\n');
}
