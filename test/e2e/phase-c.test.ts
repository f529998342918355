/** One command: users without access keys, their sessions, and what becomes of the deployment when it is killed half-way. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project, repository } from './fixture.js';
import { jsonLines, leftRunning, mainOf, onlyNode, removeWithProcesses, type UpEvent, upArguments } from './up.js';

let project: Project;
let path: string;
beforeAll(async () => {
  project = await createProject(mainOf(repository, 'phase-c', 'PhaseCStack'));
  path = await onlyNode(project);
});
afterAll(() => removeWithProcesses(project));

/** Starts `up`, and sends it a signal when it begins with a step. */
async function interrupted(step: RegExp, signal: NodeJS.Signals): Promise<readonly [number | null, string | null]> {
  const child = spawn(process.execPath, upArguments('phase-c', '--json'), {
    cwd: project.directory,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>;
  for await (const line of createInterface({ input: child.stdout })) {
    const { type, step: title } = JSON.parse(line) as UpEvent;
    if (type === 'step-started' && step.test(String(title))) child.kill(signal);
  }
  return ended;
}

test('SIGTERM leaves nothing running', async () => {
  expect(await interrupted(/^probing/, 'SIGTERM')).toEqual([1, null]);
  expect(leftRunning(project)).toEqual([]);
}, 120_000);

test('killed at the step that withdraws a user, it leaves what the next run takes over and finishes', async () => {
  expect(await interrupted(/withdrawing/, 'SIGKILL')).toEqual([null, 'SIGKILL']);
  expect(leftRunning(project).map(({ name }) => name)).toEqual(['emulator-phase-c']);

  const { exitCode, stdout, stderr } = await project.run(process.execPath, upArguments('phase-c', '--json'), {
    PATH: path,
  });
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(leftRunning(project)).toEqual([]);
  const events = jsonLines(stdout);
  const of = <T>(type: string) => events.filter((event) => event.type === type) as (UpEvent & T)[];

  const proofs = of<{ endpoint: string; findings: unknown[] }>('proof');
  expect(proofs.map(({ endpoint, findings }) => [endpoint.replace(/\d+$/, '<port>'), findings])).toEqual([
    ['http://127.0.0.1:<port>', []],
    ['http://s3.localhost:<port>', []],
  ]);
  const signedIn = of<{ name: string; by: string; probes: { total: number; allowed: number; refused: number } }>(
    'signed-in',
  );
  const names = [
    'audit-collector',
    'auditor',
    'report-writer',
    'audit-collector with a session policy for reading alone',
    'audit-collector with a session policy for everything',
  ];
  expect(signedIn.map(({ by, name }) => `${by}: ${name}`)).toEqual(
    [...names, ...names].map((name) => `AssumeRole: ${name}`),
  );
  for (const { probes } of signedIn) expect(probes.allowed + probes.refused).toBe(probes.total);
  const allowed = (name: string) => signedIn.find((one) => one.name === name)?.probes.allowed ?? 0;
  expect(allowed('audit-collector with a session policy for everything')).toBe(allowed('audit-collector'));
  expect(allowed('audit-collector with a session policy for reading alone')).toBeLessThan(allowed('audit-collector'));
  expect(allowed('audit-collector with a session policy for reading alone')).toBeGreaterThan(0);

  const broken = of<{ what: string; refused: boolean; answer: string }>('broken-session');
  const made = [
    ['with a session token changed in part 1', '500 InternalError'],
    ['with a session token changed in part 2', '500 InternalError'],
    ['with a session token changed in part 3', '500 InternalError'],
    ['without its session token', '500 InternalError'],
    ['with the session token of another', '500 InternalError'],
    ['with the secret of another', '403 SignatureDoesNotMatch'],
    ['that asks for a further session', '403 AccessDenied'],
  ];
  const ended = [
    ['that has ended', '400 InvalidRequest'],
    ['asked for with the secret of a withdrawn user', '403 SignatureDoesNotMatch'],
    ['of a user that was withdrawn since', '403 InvalidAccessKeyId'],
  ];
  expect(broken.map(({ what, answer }) => [what, answer])).toEqual([...made, ...ended, ...made]);
  expect(broken.filter(({ refused }) => !refused)).toEqual([]);

  expect(of<{ via: string }>('sdk-client').map(({ type: _, ...client }) => client)).toEqual(
    ['credential_process', 'a local endpoint'].map((via) => ({
      via,
      user: 'report-writer',
      results: { audit: { list: 'AccessDenied' }, reports: { list: 'done', put: 'done', delete: 'done' } },
      contradictions: [],
    })),
  );
}, 240_000);

test('no access key exists, and the users’ secrets are beside the store, for their owner alone', () => {
  const secrets = join(project.directory, 'secrets', 'phase-c');
  expect(readdirSync(join(secrets, 'users')).filter((name) => name.endsWith('.env'))).toEqual([
    'audit-collector.env',
    'auditor.env',
    'report-writer.env',
  ]);
  expect(existsSync(join(secrets, 'report-writer.env'))).toBe(false);
  const manifest = readFileSync(join(project.directory, 'cdktf.out/stacks/phase-c/manifest.json'), 'utf8');
  expect(JSON.parse(manifest)).toMatchObject({
    accessKeys: [],
    sessions: [{ user: 'audit-collector' }, { seconds: 900, user: 'auditor' }, { user: 'report-writer' }],
  });
});
