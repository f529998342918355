import { cellLookup, isContradicted, isDoubtful } from '../../cells.js';
import type { AccessReport, ReportCell, ReportIdentity } from '../../model.js';
import { counted, PROBES, PROOFS } from '../../words.js';
import { type Html, html } from '../escape.js';
import { cellHash, grantLabel, probeLabel, proofLabel, rightsLetters } from '../states.js';

type Cell = ReportCell & { readonly bucket?: string };

const needsLine = (cell: Cell) => cell.grant !== 'none' || isContradicted(cell) || isDoubtful(cell);

function cellRow(cell: Cell): Html {
  return html`<tr><th scope="row"><a href="${cellHash(cell.who, cell.bucket)}">${cell.bucket ?? 'rest of the server'}</a></th>
<td>${grantLabel(cell)}</td><td><code>${rightsLetters(cell)}</code></td><td>${proofLabel(cell)}</td><td>${probeLabel(cell)}</td></tr>\n`;
}

/** Pairs with nothing to say about each of them, counted by what is known. */
function others(cells: readonly Cell[]): Html {
  if (cells.length === 0) return html``;
  const counts = new Map<string, number>();
  for (const { proof, probe } of cells) {
    const state = `${PROOFS[proof.state][0]}, ${PROBES[probe.state][0]}`;
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const text = [...counts].map(([state, count]) => `${count} ${state}`).join('; ');
  return html`<p class="quiet">Nothing granted on ${counted(cells.length, 'other bucket')}: ${text}.</p>`;
}

const title = ({ id, kind }: ReportIdentity) =>
  kind === 'anonymous' ? 'anonymous: whoever does not sign' : kind === 'user' ? id : `access key ${id}`;

function identityBlock(report: AccessReport, identity: ReportIdentity, cells: readonly Cell[]): Html {
  const lines = cells.filter(needsLine);
  const alarming = cells.some(isContradicted);
  const documents = report.documents.filter(({ id }) => identity.documents.includes(id));
  const holder = [
    ...(identity.user !== undefined && identity.kind === 'access-key' ? [`user ${identity.user}`] : []),
    ...(identity.component !== undefined ? [`component ${identity.component}`] : []),
  ].join(', ');
  return html`<details class="holder${alarming ? ' alarming' : ''}"${alarming ? html` open` : ''}>
<summary><strong>${title(identity)}</strong> <span>${holder}</span> <span class="count">${alarming ? 'contradicted' : counted(lines.filter(({ grant }) => grant !== 'none').length, 'bucket')}</span></summary>
${identity.powerless === undefined ? '' : html`<p>Its policies give it nothing: ${identity.powerless}.</p>`}
${
  lines.length === 0
    ? ''
    : html`<table class="list"><thead><tr><th scope="col">Bucket</th><th scope="col">Granted</th><th scope="col">Rights</th><th scope="col">Proof</th><th scope="col">Probes</th></tr></thead>
<tbody>${lines.map(cellRow)}</tbody></table>`
}
${others(cells.filter((cell) => !needsLine(cell) && cell.bucket !== undefined))}
${documents.map(
  ({ name, text }) =>
    html`<h3>${name}</h3><pre tabindex="0" aria-label="${name}"><code>${JSON.stringify(text, null, 2)}</code></pre>`,
)}
</details>\n`;
}

/** The same as the matrix, as a list: for narrow screens, for paper, and for whoever wants to read the policies. */
export function rightsSection(report: AccessReport): Html {
  const cellOf = cellLookup(report);
  const blocks = report.identities.map((identity) => {
    const cells = [...report.buckets.map(({ name }) => cellOf(identity.id, name)), cellOf(identity.id)];
    return identityBlock(report, identity, cells);
  });
  return html`<section id="rights" aria-labelledby="rights-title">
<h2 id="rights-title">Rights of each key</h2>
<p class="quiet">The matrix as a list, with the policies that decide. Open one to read it.</p>
${blocks}
</section>`;
}
