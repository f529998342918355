import type { ReportCell } from '../model.js';
import { GRANTS, PROBES, PROOFS, rightsText } from '../words.js';
import { type Html, html } from './escape.js';

/**
 * Class names of a cell; the style sheet draws the states from them. Where nothing is granted and nothing is wrong, which is
 * nearly everywhere, they are short and need no boxes of their own: a large matrix would be slow otherwise.
 */
export function cellClasses({ grant, verbs, proof, probe }: ReportCell): string {
  const isQuiet =
    grant === 'none' &&
    verbs.length === 0 &&
    ['proved', 'not-proved'].includes(proof.state) &&
    ['as-predicted', 'not-probed'].includes(probe.state);
  if (!isQuiet) return `cell g-${grant} p-${proof.state} t-${probe.state}`;
  return `q${proof.state === 'proved' ? 'p' : ''}${probe.state === 'as-predicted' ? 't' : ''}`;
}

export function rightsLetters({ grant, verbs }: ReportCell): string {
  return grant === 'none' && verbs.length === 0 ? '' : rightsText(verbs);
}

/** A state in words, with the mark of the matrix before it. */
export const proofLabel = ({ proof }: ReportCell): Html =>
  html`<span class="state p-${proof.state}">${PROOFS[proof.state][0]}</span>`;
export const probeLabel = ({ probe }: ReportCell): Html =>
  html`<span class="state t-${probe.state}">${PROBES[probe.state][0]}${probe.requests > 0 ? ` (${probe.requests})` : ''}</span>`;
export const grantLabel = ({ grant }: ReportCell): Html =>
  html`<span class="grant g-${grant}">${GRANTS[grant][0]}</span>`;

/** Where the drill-down of a cell is found in the page. */
export function cellHash(who: string, bucket: string | undefined): string {
  return `#cell=${encodeURIComponent(who)}/${encodeURIComponent(bucket ?? '')}`;
}
