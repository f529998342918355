import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createProject, type Project, repository } from '../e2e/fixture.js';
import { byHand } from '../provisioning/drift/hand-made.js';
import { createWorld, ROOT, type World } from '../provisioning/fixture.js';

let world: World;
let project: Project;

beforeEach(async () => {
  world = await createWorld();
  project = await createProject('');
});
afterEach(async () => {
  await world.close();
  await project.remove();
});

const root = { RUSTFS_ACCESS_KEY: ROOT.accessKeyId, RUSTFS_SECRET_KEY: ROOT.secretAccessKey };
const cli = (...args: string[]) => project.run('npx', ['cdktf-rustfs', ...args], root);

async function planned() {
  const tsx = join(repository, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  const synthesized = await project.run(process.execPath, [tsx, 'imported/main.ts'], { CDKTF_OUTDIR: 'cdktf.out' });
  expect(synthesized.stderr).toBe('');
  return cli('plan', '--manifest', 'cdktf.out/stacks/storage/manifest.json');
}

test('a server becomes an app that changes nothing on it, and nothing is written over', async () => {
  const hand = byHand(world);
  await hand.bucket('reports');
  await hand.policy('reports-read', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::reports/*'] }],
  });
  await hand.user('reader');
  await hand.attach('reader', 'reports-read');
  const imported = await cli('import', '--endpoint', world.endpoint, '--out', 'imported');
  expect([imported.exitCode, imported.stdout, imported.stderr]).toEqual([
    0,
    '3 objects declared in imported/adopted.ts and imported/main.ts, 0 left out',
    '',
  ]);
  const plan = await planned();
  expect([plan.exitCode, plan.stdout.split('\n').at(-1)]).toEqual([0, 'No changes.']);
  const again = await cli('import', '--endpoint', world.endpoint, '--out', 'imported');
  expect([again.exitCode, again.stderr]).toEqual([
    1,
    'error: imported/adopted.ts exists already: name another directory with --out, or move it away',
  ]);
  // Not half of it either.
  rmSync(join(project.directory, 'imported', 'adopted.ts'));
  const half = await cli('import', '--endpoint', world.endpoint, '--out', 'imported');
  expect([half.exitCode, half.stderr]).toEqual([
    1,
    'error: imported/main.ts exists already: name another directory with --out, or move it away',
  ]);
  expect(existsSync(join(project.directory, 'imported', 'adopted.ts'))).toBe(false);
});

test('the state of another provider becomes an app that makes the same on a new server, with the same access keys', async () => {
  const state = join(repository, 'test', 'provisioning', 'import', 'rustfs-provider-state.json');
  const imported = await cli('import', '--terraform-state', state, '--endpoint', world.endpoint, '--out', 'imported');
  expect(imported.exitCode).toBe(0);
  expect(imported.stdout).toContain('the secret of app\n');
  const manifest = 'cdktf.out/stacks/storage/manifest.json';
  expect((await planned()).exitCode).toBe(2);
  const applied = await cli('apply', '--manifest', manifest, '--yes', '--verify');
  expect([applied.exitCode, applied.stdout]).toEqual([0, expect.stringContaining('0 contradictions')]);
  const store = readFileSync(join(project.directory, 'secrets', 'storage', 'app.env'), 'utf8');
  expect(store).toContain('AWS_ACCESS_KEY_ID=APPKEY0001\nAWS_SECRET_ACCESS_KEY=canary-key-secret\n');
  const written = ['imported/adopted.ts', 'imported/main.ts', manifest].map((file) =>
    readFileSync(join(project.directory, file), 'utf8'),
  );
  for (const text of [...written, imported.stdout, imported.stderr, applied.stdout])
    expect(text).not.toContain('canary');
});
