// `npm run bench:report`: how long access.html takes until it can be used, in a headless Chromium ($CHROMIUM or
// /usr/bin/chromium), for 100 components and 200 buckets with every pair probed. Exits 1 when a budget is exceeded.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Manifest, parseManifest } from '../manifest/index.js';
import { proveManifest } from '../proofs/index.js';
import type { AccessProof } from '../provisioning/index.js';
import { buildReport, type ProbedRequest, renderHtml, serializeReport } from '../report/index.js';
import { noBrowser, startBrowser } from '../test/report/browser.js';
import { manifestOf } from './manifest.js';
import { median } from './statistics.js';

const COMPONENTS = 100;
const PROBES_PER_PAIR = 13;
const REPEATS = 5;
const ENDPOINT = 'http://127.0.0.1:9000';

/** 100 components with two buckets each. */
function estate(): Manifest {
  const manifest = parseManifest(manifestOf(COMPONENTS, ENDPOINT), 'bench');
  for (const { name, buckets } of manifest.components) {
    const second = `${name}-backups-of-the-database`;
    manifest.buckets.push({ name: second, removalPolicy: 'retain' });
    buckets.push(second);
    const statements = manifest.policies.find((policy) => policy.name === `${name}-storage`)?.document.Statement ?? [];
    for (const { Resource } of statements) {
      if (Array.isArray(Resource)) Resource.push(...Resource.map((arn) => arn.replace(`${name}-data`, second)));
    }
  }
  return manifest;
}

function answers({ accessKeys, buckets, components }: Manifest): ProbedRequest[] {
  const own = new Map(components.map(({ accessKey, buckets: names }) => [accessKey, new Set(names)]));
  return accessKeys.flatMap(({ name }) =>
    buckets.flatMap(({ name: bucket }) => {
      const outcome = own.get(name)?.has(bucket) ? 'allowed' : 'refused';
      return Array.from({ length: PROBES_PER_PAIR }, (_, index): ProbedRequest => {
        const request = { method: 'GET', path: `/${bucket}/.probe/${index}` };
        const probe = {
          title: `probe ${index}`,
          who: name,
          accessKey: name,
          bucket,
          request,
          predicted: outcome,
        } as const;
        const answer = outcome === 'allowed' ? '200' : '403 AccessDenied';
        return { probe: { ...probe, needs: [], authorizedBy: [] }, request, observed: outcome, answer, status: 200 };
      });
    }),
  );
}

function accessOf(manifest: Manifest, results: readonly ProbedRequest[]): AccessProof {
  const { components, buckets, accessKeys } = manifest;
  const pairs = accessKeys.length * buckets.length;
  const allowed = results.filter(({ observed }) => observed === 'allowed').length;
  return {
    components: components.length,
    buckets: buckets.length,
    accessKeys: accessKeys.length,
    isolation: { pairs: 0, proved: 0 },
    unproved: [],
    exceptions: [],
    probes: { total: results.length, allowed, refused: results.length - allowed, contradictions: 0 },
    findings: [],
    notProbed: [],
    pairs: { probed: pairs, total: pairs },
    sampled: false,
    matrix: [],
    endpoint: ENDPOINT,
    emulated: true,
    requests: results.length,
    durationMs: 0,
  };
}

/** Result and CPU time in milliseconds: of use even while others keep the machine busy. */
async function timed<T>(work: () => T | Promise<T>): Promise<readonly [T, number]> {
  const start = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(start);
  return [result, (user + system) / 1000];
}

if (noBrowser) {
  console.error(`cannot measure: ${noBrowser}`);
  process.exit(1);
}
const manifest = estate();
const results = answers(manifest);
const access = accessOf(manifest, results);
const [proof, proveMs] = await timed(() => proveManifest(manifest));
const [report, buildMs] = await timed(() =>
  buildReport({ tool: 'bench', createdAt: new Date(), manifest, access, results, proof }),
);
const [page, renderMs] = await timed(() => renderHtml(report));

const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-bench-'));
const browser = await startBrowser();
try {
  const file = join(directory, 'access.html');
  await writeFile(file, page);
  const interactive: number[] = [];
  const mainThread: number[] = [];
  const opened: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const tab = await context.newPage();
    const devtools = await context.newCDPSession(tab);
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    const busyMs = async () => {
      const { metrics } = await devtools.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
    };
    await tab.goto(`file://${file}`);
    interactive.push(await tab.evaluate("performance.getEntriesByName('interactive')[0].startTime"));
    mainThread.push(await busyMs());
    const cell = tab.locator('.matrix tbody tr:nth-child(50) td').nth(100);
    await cell.scrollIntoViewIfNeeded();
    const before = await busyMs();
    await cell.click();
    await tab.locator('dialog[open] .probes').waitFor();
    opened.push((await busyMs()) - before);
    await context.close();
  }
  const rows = [
    { what: 'page: keyboard works (wall time)', ms: median(interactive), budget: 1000 },
    { what: 'page: loaded (CPU time)', ms: median(mainThread), budget: 1000 },
    { what: 'page: opening a cell (CPU time)', ms: median(opened), budget: 500 },
  ];
  console.log(
    `${COMPONENTS} components, ${manifest.buckets.length} buckets, ${report.cells.length} cells, ${results.length} probes`,
  );
  console.log(
    `CPU time: proofs ${proveMs.toFixed(0)} ms, report ${buildMs.toFixed(0)} ms, HTML ${renderMs.toFixed(0)} ms`,
  );
  console.log(
    `access.html ${(page.length / 1e6).toFixed(1)} MB, access.json ${(serializeReport(report).length / 1e6).toFixed(1)} MB`,
  );
  for (const { what, ms, budget } of rows) {
    console.log(
      `${ms <= budget ? 'ok  ' : 'OVER'} ${what.padEnd(36)} ${ms.toFixed(0).padStart(6)} ms   budget ${budget} ms (median of ${REPEATS})`,
    );
  }
  if (rows.some(({ ms, budget }) => ms > budget)) process.exitCode = 1;
} finally {
  await browser.close();
  await rm(directory, { recursive: true, force: true });
}
