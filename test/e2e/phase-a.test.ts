/** One command: emulator, deployment, and the access proof directly and through the reference gateway. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project, repository } from './fixture.js';

const MAIN = `
import { App } from 'cdktf';
import { PhaseAStack } from '${join(repository, 'stacks', 'phase-a.js')}';

const app = new App();
new PhaseAStack(app, 'phase-a');
app.synth();
`;

interface Proof {
  readonly type: 'proof';
  readonly endpoint: string;
  readonly emulated: boolean;
  readonly findings: readonly unknown[];
  readonly probes: { readonly total: number };
}

interface LogLine {
  readonly type: string;
  readonly route?: string;
  readonly target?: string;
  readonly status?: number;
  readonly host?: string;
}

let project: Project;
beforeAll(async () => {
  project = await createProject(MAIN);
});
afterAll(async () => {
  // Only there if a test failed half-way.
  for (const directory of ['emulator-phase-a', 'gateway-phase-a']) {
    const handle = at('.cdktf-rustfs', directory, 'process.json');
    if (existsSync(handle)) process.kill((JSON.parse(readFileSync(handle, 'utf8')) as { pid: number }).pid);
  }
  await project.remove();
});

const at = (...path: string[]) => join(project.directory, ...path);
const jsonLines = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as unknown);

test('up proves phase A directly and through the gateway, and leaves nothing running', async () => {
  const { exitCode, stdout, stderr } = await project.run(process.execPath, [
    ...['node_modules/.bin/cdktf-rustfs', 'up', '--stack', 'phase-a', '--port', '0', '--json'],
  ]);
  expect([exitCode, stderr]).toEqual([0, '']);
  const proofs = (jsonLines(stdout) as Proof[]).filter(({ type }) => type === 'proof');
  expect(proofs.map(({ endpoint }) => endpoint.replace(/\d+$/, '<port>'))).toEqual([
    'http://127.0.0.1:<port>',
    'http://s3.localhost:<port>',
  ]);
  const [direct, fronted] = proofs;
  expect(fronted).toMatchObject({ findings: [], emulated: true, probes: direct?.probes });
  expect(direct?.findings).toEqual([]);

  const lines = jsonLines(readFileSync(at('.cdktf-rustfs/gateway-phase-a/gateway.log'), 'utf8')) as LogLine[];
  const passed = lines.filter(({ route }) => route === 's3-pass-through');
  expect(passed.length).toBeGreaterThan(1000);
  expect(new Set(passed.map(({ host }) => host?.replace(/:\d+$/, '')))).toEqual(new Set(['s3.localhost']));
  expect(passed.some(({ status, target }) => status === 200 && target?.startsWith('/langfuse-events'))).toBe(true);
  // The administration was asked for, and ended at the gateway.
  const administration = lines.filter(({ target }) => target?.startsWith('/rustfs/admin'));
  expect(new Set(administration.map(({ status }) => status))).toEqual(new Set([403]));

  for (const directory of ['emulator-phase-a', 'gateway-phase-a']) {
    expect([directory, existsSync(at('.cdktf-rustfs', directory, 'process.json'))]).toEqual([directory, false]);
  }
  expect(existsSync(at('reports/gateway/access.html'))).toBe(true);
});

test('--keep leaves both running, says how to reach and stop them, and the next run takes over', async () => {
  const up = (...options: string[]) =>
    project.run(process.execPath, [
      ...['node_modules/.bin/cdktf-rustfs', 'up', '--stack', 'phase-a', '--port', '0', ...options],
    ]);
  const kept = await up('--keep');
  expect([kept.exitCode, kept.stderr]).toEqual([0, '']);
  expect(kept.stdout).toContain(
    'cdktf-rustfs reference gateway (a stand-in, not an alknet node), plain HTTP on loopback',
  );
  const [, endpoint] =
    /The gateway keeps running at (http:\S+), http:\/\/s3\.localhost:\d+ \(process \d+\); stop it with: kill \d+/.exec(
      kept.stdout,
    ) ?? [];
  const health = await fetch(`${endpoint}/healthz`);
  expect([health.status, await health.text()]).toEqual([200, 'ok']);
  const next = await up();
  expect([next.exitCode, next.stderr]).toEqual([0, '']);
  await expect(fetch(`${endpoint}/healthz`)).rejects.toThrow('fetch failed');
});
