import { type ReachGraph, reachGraph } from '../graph.js';
import type { AccessReport } from '../model.js';
import { Html, html } from './escape.js';

/** Graphviz' SVG as part of a page: its colours come from the page's style sheet. */
function asPart(svg: string): Html {
  return new Html(
    svg
      .slice(svg.indexOf('<svg'))
      .replaceAll(/<!--.*?-->\n?/gs, '')
      .replace(/<svg /, '<svg role="img" aria-labelledby="graph-title graph-text" ')
      .replaceAll(/ (?:fill|stroke|font-family)="[^"]*"/g, '')
      .replaceAll(/ xmlns:xlink="[^"]*"/g, ''),
  );
}

async function draw({ dot }: ReachGraph): Promise<Html> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  const graphviz = await Graphviz.load();
  return asPart(graphviz.layout(dot, 'svg', 'dot'));
}

/** Who reaches what, drawn. */
export async function graphSection(report: AccessReport): Promise<Html> {
  const graph = reachGraph(report);
  const body =
    graph.edges === 0
      ? html`<p class="quiet">No identity reaches a bucket of another component.</p>`
      : html`<div class="graph" tabindex="0" role="region" aria-label="Graph of who reaches what">${await draw(graph)}</div>
<ul class="legend">
<li><span class="line own"></span>own bucket</li>
<li><span class="line other"></span>granted or shared</li>
<li><span class="line public"></span>public</li>
<li><span class="line bad"></span>contradicted</li>
</ul>`;
  return html`<section id="graph" aria-labelledby="graph-title">
<h2 id="graph-title">Who reaches what</h2>
<p id="graph-text" class="quiet">Identities on the left, buckets by owner on the right. ${graph.note}</p>
${body}
</section>`;
}
