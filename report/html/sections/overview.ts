import type { AccessReport } from '../../model.js';
import { ageText, EMULATED, serverText, timeText } from '../../words.js';
import { type Html, html } from '../escape.js';

const LEVELS = {
  'as-declared': ['✓', 'As declared'],
  incomplete: ['!', 'Incomplete'],
  contradicted: ['×', 'Contradicted'],
} as const;

export function banner({ server }: AccessReport): Html {
  return server.emulated ? html`<aside class="emulated" aria-label="Emulated">${EMULATED}</aside>` : html``;
}

export function header(report: AccessReport): Html {
  return html`<header>
<div class="title"><h1>Access report <span>${report.stack}</span></h1>
<button type="button" id="theme" class="script-only" aria-pressed="false">Dark</button></div>
<dl class="facts">
<div><dt>Server</dt><dd>${serverText(report)}</dd></div>
<div><dt>Time</dt><dd><time datetime="${report.createdAt}">${timeText(report.createdAt)}</time></dd></div>
<div><dt>Manifest</dt><dd><code title="SHA-256 of the manifest: ${report.manifestHash}">${report.manifestHash.slice(0, 12)}</code></dd></div>
<div><dt>Made by</dt><dd>${report.tool}</dd></div>
</dl>
</header>`;
}

export function verdictSection({ verdict }: AccessReport): Html {
  const [sign, word] = LEVELS[verdict.level];
  return html`<section id="verdict" class="verdict ${verdict.level}" aria-labelledby="verdict-title">
<span class="sign" aria-hidden="true">${sign}</span>
<div><p class="level">${word}</p><h2 id="verdict-title">${verdict.headline}</h2>
<ul>${verdict.reasons.map((reason) => html`<li>${reason}</li>`)}</ul></div>
</section>`;
}

function figure(label: string, value: string | number, detail: string, bad = false): Html {
  return html`<div class="${bad ? 'bad' : ''}"><dt>${label}</dt><dd>${value}<small>${detail}</small></dd></div>`;
}

export function summarySection(report: AccessReport): Html {
  const { summary, keys, unmanaged, exceptions } = report;
  const { pairs, probes, findings, isolation } = summary;
  const open = findings.security + findings.access + findings.error;
  const dated = keys.filter(({ ageDays }) => ageDays !== undefined);
  const oldest = dated.reduce<(typeof keys)[number] | undefined>(
    (old, key) => (old && (old.ageDays ?? 0) >= (key.ageDays ?? 0) ? old : key),
    undefined,
  );
  return html`<section aria-label="Summary"><dl class="figures">
${figure('Components', summary.components, `${summary.buckets} buckets`)}
${figure('Pairs granted', pairs.granted, `of ${pairs.total}`)}
${figure('Pairs proved', pairs.proved, `of ${pairs.total}`)}
${figure('Pairs probed', pairs.probed, `of ${pairs.total}`)}
${isolation ? figure('Isolation', isolation.proved, `of ${isolation.pairs} component pairs`, isolation.proved < isolation.pairs) : ''}
${figure('Requests tried', probes.total, `${probes.allowed} allowed, ${probes.refused} refused`)}
${figure('Findings', open, open === 0 ? 'none open' : `${findings.security} security, ${findings.access} access`, open > 0)}
${figure('Exceptions', exceptions.length, 'with a reason')}
${figure('Unmanaged', unmanaged.length, 'objects on the server')}
${oldest ? figure('Oldest key', ageText(oldest), oldest.name) : ''}
</dl></section>`;
}

export function navigation(report: AccessReport): Html {
  const entries: readonly (readonly [id: string, title: string, count?: number])[] = [
    ['findings', 'Findings', report.findings.length],
    ['changes', 'Changes', report.changes?.entries.length],
    ['matrix', 'Matrix'],
    ['graph', 'Graph'],
    ['rights', 'Rights'],
    ['exceptions', 'Exceptions', report.exceptions.length],
    ['unmanaged', 'Unmanaged', report.unmanaged.length],
    ['keys', 'Keys', report.keys.length],
    ['method', 'Method'],
  ];
  return html`<nav aria-label="Sections"><ul>${entries.map(
    ([id, title, count]) =>
      html`<li><a href="#${id}">${title}${count === undefined || count === 0 ? '' : html` <span>${count}</span>`}</a></li>`,
  )}</ul></nav>`;
}
