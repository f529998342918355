import type { AccessReport, ReportChanges, ReportFinding } from '../../model.js';
import { CAUSES, EFFECTS, SEVERITIES, timeText } from '../../words.js';
import { type Html, html } from '../escape.js';
import { cellHash } from '../states.js';

function findingItem(finding: ReportFinding, identity: string | undefined): Html {
  const { severity, source, message, bucket, predicted, observed, answer, cause, command } = finding;
  return html`<li class="finding ${severity}">
<h3><span class="tag">${SEVERITIES[severity][0]}</span> ${message}</h3>
<dl class="facts">
<div><dt>Found by</dt><dd>${source === 'probe' ? 'a request' : 'the prover'}</dd></div>
${predicted === undefined ? '' : html`<div><dt>Predicted</dt><dd>${predicted}</dd></div>`}
${observed === undefined ? '' : html`<div><dt>Observed</dt><dd>${observed}, ${answer}</dd></div>`}
${cause === undefined ? '' : html`<div><dt>Cause</dt><dd>${CAUSES[cause][0]}: ${CAUSES[cause][1]}</dd></div>`}
${identity !== undefined ? html`<div class="script-only"><dt>Cell</dt><dd><a href="${cellHash(identity, bucket)}">${identity}${bucket === undefined ? '' : ` on ${bucket}`}</a></dd></div>` : ''}
</dl>
${command === undefined ? '' : html`<pre tabindex="0" aria-label="The request as a curl command"><code>${command}</code></pre>`}
</li>`;
}

export function findingsSection(report: AccessReport): Html {
  // The prover speaks of users, probes speak of keys.
  const identityOf = ({ who }: ReportFinding) =>
    who === undefined ? undefined : report.identities.find(({ id, user }) => id === who || user === who)?.id;
  return html`<section id="findings" aria-labelledby="findings-title">
<h2 id="findings-title">Findings</h2>
${
  report.findings.length === 0
    ? html`<p class="quiet">None: nothing contradicts the declaration.</p>`
    : html`<p class="quiet">The commands take the credentials from <code>AWS_ACCESS_KEY_ID</code> and <code>AWS_SECRET_ACCESS_KEY</code>.</p>
<ol class="findings">${report.findings.map((finding) => findingItem(finding, identityOf(finding)))}</ol>`
}
</section>`;
}

function changesTable({ from, entries }: ReportChanges): Html {
  if (entries.length === 0) return html`<p class="quiet">Nothing changed since ${timeText(from.createdAt)}.</p>`;
  return html`<p class="quiet">Since ${timeText(from.createdAt)}, manifest <code>${from.manifestHash.slice(0, 12)}</code>.</p>
<table class="list"><thead><tr><th scope="col">Effect</th><th scope="col">What</th><th scope="col">Before</th><th scope="col">Now</th></tr></thead>
<tbody>${entries.map(
    ({ effect, what, before, after }) =>
      html`<tr><td><span class="effect ${effect}">${EFFECTS[effect][0]}</span></td><td>${what}</td><td data-label="Before">${before}</td><td data-label="Now">${after}</td></tr>\n`,
  )}</tbody></table>`;
}

export function changesSection({ changes, lastChange, notCompared }: AccessReport): Html {
  const none = html`<p class="quiet">${notCompared ? `Not compared: ${notCompared}.` : 'This is the first report: there is nothing to compare with.'}</p>`;
  return html`<section id="changes" aria-labelledby="changes-title">
<h2 id="changes-title">What changed since the last run</h2>
${changes ? changesTable(changes) : none}
${lastChange ? html`<h3>The change before, seen at ${timeText(lastChange.to.createdAt)}</h3>${changesTable(lastChange)}` : ''}
</section>`;
}
