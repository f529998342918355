import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { createProject, type Project, repository } from '../e2e/fixture.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';

const script = join(repository, 'examples', 'ci', 'rotate-keys.sh');

let project: Project;
let emulator: Emulator;

beforeEach(async () => {
  emulator = await startEmulator({ port: 0, accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey });
  project = await createProject('');
  writeFileSync(join(project.directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
});
afterEach(async () => {
  await emulator.close();
  await project.remove();
});

const run = (command: string, args: readonly string[], environment: Record<string, string> = {}) =>
  project.run(command, args, {
    RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
    RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
    MANIFEST: 'manifest.json',
    SECRETS: 'dotenv:keys.env',
    ...environment,
  });

const apply = () =>
  run('npx', 'cdktf-rustfs apply --yes --manifest manifest.json --secrets dotenv:keys.env'.split(' '));

test('the script rotates what is old, and finishes what has drained', async () => {
  await apply();
  const young = await run('sh', [script, 'rotate']);
  expect([young.exitCode, young.stdout.split('\n').at(-1)]).toEqual([0, 'nothing to rotate']);
  const rotated = await run('sh', [script, 'rotate'], { MAX_AGE: '0d' });
  expect([rotated.exitCode, rotated.stdout.match(/ rotated /g)?.length]).toEqual([0, 2]);
  const draining = await run('sh', [script, 'finish']);
  expect([draining.exitCode, draining.stdout.split('\n').at(-1)]).toEqual([0, 'nothing to finish']);
  const finished = await run('sh', [script, 'finish'], { DRAIN: '0d' });
  expect([finished.exitCode, finished.stdout.match(/ finished /g)?.length]).toEqual([0, 2]);
  const usage = await run('sh', [script]);
  expect([usage.exitCode, usage.stderr]).toEqual([1, `usage: ${script} rotate|finish`]);
});

test('the commands of the workflow are ones that the CLI takes', async () => {
  const workflow = parse(readFileSync(join(repository, 'examples', 'ci', 'rotate-keys.yml'), 'utf8')) as {
    on: { schedule: { cron: string }[] };
    jobs: Record<string, { env: Record<string, string>; steps: { if?: string; run?: string }[] }>;
  };
  const { env, steps } = workflow.jobs['access-keys'] ?? { env: {}, steps: [] };
  expect(env.JOB).toContain(`github.event.schedule == '${workflow.on.schedule[1]?.cron}'`);
  const commands = steps.flatMap(({ run }) => (run?.startsWith('npx cdktf-rustfs ') ? [run] : []));
  expect(commands).toHaveLength(2);
  await apply();
  for (const command of commands) {
    const { exitCode, stderr } = await run('sh', ['-c', command]);
    expect([command, exitCode, stderr]).toEqual([command, 0, '']);
  }
});
