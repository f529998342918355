import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { runCli } from './run.js';

let emulator: Emulator;
let directory: string;
let onRequest: (method: string) => void = () => {};

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-killed-'));
  emulator = await startEmulator({
    port: 0,
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    latencyMs: 5,
    onRequest: ({ method }) => void onRequest(method),
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
});
afterEach(async () => {
  await emulator.close();
  rmSync(directory, { recursive: true, force: true });
});

const apply = () => runCli(directory, ['apply', '--manifest', 'manifest.json', '--yes', '--verify']);

// From the first write over the access keys (12, 13) into the probes of the access proof.
test.each([1, 6, 11, 12, 13, 14, 40])(
  'killed with SIGKILL at write %i, a second run finishes',
  async (fatal) => {
    let writes = 0;
    const first = apply();
    onRequest = (method) => void (method !== 'GET' && ++writes === fatal && first.kill('SIGKILL'));
    expect((await first).signal).toBe('SIGKILL');
    onRequest = () => {};
    const second = await apply();
    expect([second.exitCode, second.stderr]).toEqual([0, '']);
    expect(second.stdout).toMatch(/ 0 contradictions$/m);
  },
  60_000,
);
