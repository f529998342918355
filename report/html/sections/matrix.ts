import { cellLookup } from '../../cells.js';
import type { AccessReport, ReportIdentity } from '../../model.js';
import { PROBES, PROOFS } from '../../words.js';
import { Html, html } from '../escape.js';
import { cellClasses, rightsLetters } from '../states.js';

/** Widths of columns in the style sheet, in pixels. */
const WIDTHS = [68, 80, 96, 120];
const CHARACTER_PX = 7;
const PADDING_PX = 20;

interface Group {
  readonly owner: string;
  readonly buckets: readonly string[];
}

function groupsOf({ buckets }: AccessReport): readonly Group[] {
  const groups = new Map<string, string[]>();
  for (const { name, owner = 'no component' } of buckets) groups.set(owner, [...(groups.get(owner) ?? []), name]);
  return [...groups].map(([owner, names]) => ({ owner, buckets: names }));
}

/** Wide enough for the owner's name above its columns, as far as there is a width for it. */
function widthOf({ owner, buckets }: Group): number {
  const wanted = (owner.length * CHARACTER_PX + PADDING_PX) / buckets.length;
  return WIDTHS.find((width) => width >= wanted) ?? (WIDTHS.at(-1) as number);
}

/** A bucket's name, with the part that its owner's name repeats held back. */
function bucketLabel(owner: string, name: string): Html {
  const prefix = `${owner}-`;
  return name.startsWith(prefix)
    ? html`<span class="prefix">${prefix}</span>${name.slice(prefix.length)}`
    : html`${name}`;
}

function identityLabel({ id, kind, user, component }: ReportIdentity): Html {
  if (kind === 'anonymous') return html`${id}<small>not signed</small>`;
  const of = component !== undefined && component !== id ? `${component}, ${user}` : user;
  return kind === 'user' ? html`${user}<small>user without key</small>` : html`${id}<small>${of}</small>`;
}

function head(groups: readonly Group[]): Html {
  return html`<colgroup><col class="who"></colgroup>
${groups.map((group) => html`<colgroup>${group.buckets.map(() => html`<col class="w${widthOf(group)}">`)}</colgroup>`)}
<colgroup><col class="w68"></colgroup>
<thead>
<tr><th rowspan="2" scope="col" class="who">Access key<small>user</small></th>${groups.map(
    ({ owner, buckets }) =>
      html`<th scope="colgroup" colspan="${buckets.length}" class="first"><span>${owner}</span></th>`,
  )}<th scope="colgroup" class="first"><span>server</span></th></tr>
<tr>${groups.map(({ owner, buckets }) =>
    buckets.map(
      (name, index) =>
        html`<th scope="col" class="bucket${index === 0 ? ' first' : ''}"><span>${bucketLabel(owner, name)}</span></th>`,
    ),
  )}<th scope="col" class="bucket first"><span>the rest of it</span></th></tr>
</thead>`;
}

function mark(kind: 'p' | 't', state: string, [word, meaning]: readonly [string, string]): Html {
  return html`<li><span class="state ${kind}-${state}">${word}</span><small>${meaning}</small></li>`;
}

function legend(): Html {
  return html`<div class="key">
<div><h3>Letters: granted</h3><ul><li><code>lrwd</code><small>list, read, write and delete objects</small></li>
<li><span class="swatch g-own"></span>own<small>bucket of the same component</small></li>
<li><span class="swatch g-shared"></span>shared or granted<small>bucket of another component, as declared</small></li>
<li><span class="swatch g-public"></span>public<small>allowed to everybody</small></li></ul></div>
<div><h3>Square: proved</h3><ul>${Object.entries(PROOFS).map(([state, words]) => mark('p', state, words))}</ul></div>
<div><h3>Circle: probed</h3><ul>${Object.entries(PROBES).map(([state, words]) => mark('t', state, words))}</ul></div>
</div>`;
}

/** The matrix of identities and buckets. Cells carry classes and letters alone: what they say on a closer look is data. */
export function matrixSection(report: AccessReport): Html {
  const groups = groupsOf(report);
  const cellOf = cellLookup(report);
  const columns = [...groups.flatMap(({ buckets }) => buckets.map((name, index) => ({ name, first: index === 0 })))];
  const rows = report.identities.map((identity) => {
    const cells = [...columns, { name: undefined, first: true }].map(({ name, first }) => {
      const cell = cellOf(identity.id, name);
      // Written without the template function: there can be tens of thousands.
      return `<td class="${cellClasses(cell)}${first ? ' first' : ''}">${rightsLetters(cell)}</td>`;
    });
    return html`<tr><th scope="row">${identityLabel(identity)}</th>${new Html(cells.join(''))}</tr>\n`;
  });
  const size = report.buckets.length > 30 ? 'wide' : '';
  return html`<section id="matrix" class="${size}" aria-labelledby="matrix-title">
<h2 id="matrix-title">Access matrix</h2>
<p class="quiet" id="matrix-help">Every access key against every bucket. <span class="script-only">Move with the arrow keys; Enter, or a click, opens what is behind a cell.</span></p>
<div class="matrix">
<table role="grid" aria-readonly="true" aria-labelledby="matrix-title" aria-describedby="matrix-help">
${head(groups)}
<tbody>
${rows}</tbody>
</table>
</div>
<p class="cursor script-only" id="cursor" aria-live="polite">&nbsp;</p>
<details class="legend-box" open><summary>Legend</summary>${legend()}</details>
</section>`;
}
