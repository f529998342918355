import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { AccessReport } from '../model.js';
import { pageData } from './data.js';
import { Html, html } from './escape.js';
import { graphSection } from './graph.js';
import { changesSection, findingsSection } from './sections/findings.js';
import { exceptionsSection, keysSection, methodSection, notProbedSection, unmanagedSection } from './sections/lists.js';
import { matrixSection } from './sections/matrix.js';
import { banner, header, navigation, summarySection, verdictSection } from './sections/overview.js';
import { rightsSection } from './sections/rights.js';

/** In the order in which they override each other. */
const STYLES = ['base.css', 'overview.css', 'matrix.css', 'graph.css', 'lists.css', 'detail.css', 'adapt.css'];

/** The page's own style sheets and script lie beside this file, in the sources and in dist/. */
const asset = (name: string) => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The report as one page that needs no network, and forbids itself any. */
export async function renderHtml(report: AccessReport): Promise<string> {
  const css = STYLES.map(asset).join('');
  const script = asset('report.js');
  const policy = [
    "default-src 'none'",
    `style-src ${hashOf(css)}`,
    `script-src ${hashOf(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const title = `${report.server.emulated ? '[emulated] ' : ''}Access report: ${report.stack}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new Html(css)}</style>
</head>
<body>
${banner(report)}
${header(report)}
${navigation(report)}
<main>
${verdictSection(report)}
${summarySection(report)}
${findingsSection(report)}
${changesSection(report)}
${matrixSection(report)}
${await graphSection(report)}
${rightsSection(report)}
${exceptionsSection(report)}
${unmanagedSection(report)}
${keysSection(report)}
${notProbedSection(report)}
${methodSection()}
</main>
<dialog id="detail" aria-labelledby="detail-title"></dialog>
<script type="application/json" id="data">${pageData(report)}</script>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
