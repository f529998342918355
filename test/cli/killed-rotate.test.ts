import { type FSWatcher, mkdtempSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { type Application, publishedKey, startApplication } from '../provisioning/rotate/application.js';
import { runCli } from './run.js';

let emulator: Emulator;
let directory: string;
let secrets: string;
let application: Application;
let onRequest: (path: string) => void = () => {};

const cli = (...args: string[]) => runCli(directory, [...args, '--manifest', 'manifest.json']);

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-killed-'));
  secrets = join(directory, 'secrets', 'test');
  emulator = await startEmulator({
    port: 0,
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    latencyMs: 5,
    onRequest: ({ path }) => void onRequest(path),
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
  expect((await cli('apply', '--yes')).exitCode).toBe(0);
  application = startApplication(emulator.endpoint, secrets, 'web', 'web-uploads');
});
afterEach(async () => {
  onRequest = () => {};
  await application.stop();
  await emulator.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Kills a run at its n-th request; the application's own are not counted. */
function killAt(fatal: number, run: ReturnType<typeof cli>): void {
  let requests = 0;
  onRequest = (path) => {
    if (path.startsWith('/web-uploads/load/') || path === '/web-uploads' || path === '/web-uploads/') return;
    if (++requests === fatal) run.kill('SIGKILL');
  };
}

const rotated = /^web +web +rotated +a new key is published; the old one works until rotate --finish$/m;
const draining = /^web +web +unchanged +the key is less than a minute old, and the old one still drains/m;

/** After the kill: the application never failed, a second run brings the rotation to its end, and so does `--finish`. */
async function expectFinish(before: string): Promise<void> {
  onRequest = () => {};
  const second = await cli('rotate', 'web');
  expect([second.exitCode, second.stderr]).toEqual([0, '']);
  // Killed before the new key was published, or after.
  expect(rotated.test(second.stdout) || draining.test(second.stdout)).toBe(true);
  expect(publishedKey(secrets, 'web').accessKeyId).not.toBe(before);
  await application.drained();
  const finish = await cli('rotate', 'web', '--finish');
  expect([finish.exitCode, finish.stderr]).toEqual([0, '']);
  expect(finish.stdout).toMatch(/^web +web +finished +the old key is deleted$/m);
  await application.drained();
  const plan = await cli('plan', '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({ changes: [], blocked: [], unmanaged: [] });
  await application.stop();
  expect(application.failures).toEqual([]);
  expect([...application.used]).toHaveLength(2);
}

// Gate (2), creation and a look whether the new key works (2), then probes and their clean-up.
test.each([2, 3, 4, 5, 60, 140])(
  'killed with SIGKILL at request %i, a second run finishes, and the application notices nothing',
  async (fatal) => {
    const before = publishedKey(secrets, 'web').accessKeyId;
    const first = cli('rotate', 'web');
    killAt(fatal, first);
    expect((await first).signal).toBe('SIGKILL');
    await expectFinish(before);
  },
  60_000,
);

test.each([1, 2])(
  'killed with SIGKILL at write %i of the secret store, a second run finishes, and the application notices nothing',
  async (fatal) => {
    const before = publishedKey(secrets, 'web').accessKeyId;
    let writes = 0;
    const first = cli('rotate', 'web');
    const watcher: FSWatcher = watch(secrets, (event, file) => {
      if (event === 'rename' && file === 'web.env' && ++writes === fatal) first.kill('SIGKILL');
    });
    await first;
    watcher.close();
    expect(writes).toBe(fatal);
    await expectFinish(before);
  },
  60_000,
);

test.each([3, 4, 5])(
  'killed with SIGKILL at request %i of --finish, a second one finishes',
  async (fatal) => {
    const before = publishedKey(secrets, 'web').accessKeyId;
    expect((await cli('rotate', 'web')).exitCode).toBe(0);
    await application.drained();
    const first = cli('rotate', 'web', '--finish');
    killAt(fatal, first);
    expect((await first).signal).toBe('SIGKILL');
    await expectFinish(before);
  },
  60_000,
);
