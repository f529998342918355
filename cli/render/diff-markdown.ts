import type { ManifestDiff } from '../../proofs/index.js';
import { describeHolder, rowsOf, summaryOf } from './diff-rows.js';

/** In backticks, as names may hold what Markdown takes for markup; a table cell ends at a bar even there. */
const code = (text: string) => `\`${text.replaceAll('`', "'").replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}\``;
const plain = (text: string) => text.replaceAll(/[\\`*_{}[\]<>|#!~]/g, '\\$&').replaceAll(/\s+/g, ' ');

/** A diff for a comment on a pull request. */
export function diffMarkdown(diff: ManifestDiff): string {
  const { holders, exceptions } = diff;
  const rows = holders.flatMap(rowsOf).map(({ who, sign, actions, resource, example }) => {
    const change = sign === '+' ? '➕ gains' : '➖ loses';
    return `| ${code(who)} | ${change} | ${code(actions)} | ${code(resource)} | ${code(example)} |`;
  });
  const table = ['| who | | actions | on | for example |', '|---|---|---|---|---|', ...rows];
  const silent = holders.filter(({ gains, losses }) => gains.length + losses.length === 0).map(describeHolder);
  const notes = [
    ...silent.map((who) => `- ${code(who)} has no rights`),
    ...exceptions.added.map(({ what, reason }) => `- ⚠️ new exception: ${code(what)}: ${plain(reason)}`),
    ...exceptions.removed.map(({ what, reason }) => `- exception gone: ${code(what)}: ${plain(reason)}`),
  ];
  return [
    `### Access: ${plain(summaryOf(diff))}`,
    ...(rows.length > 0 ? ['', ...table] : []),
    ...(notes.length > 0 ? ['', ...notes] : []),
  ].join('\n');
}
