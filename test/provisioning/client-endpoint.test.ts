import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import type { Manifest } from '../../manifest/index.js';
import { directorySecretStore, openSession } from '../../provisioning/index.js';
import { manifestFor, ROOT } from './fixture.js';

let emulator: Emulator;
let directory: string;
beforeEach(async () => {
  emulator = await startEmulator({ accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey });
  directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-client-endpoint-'));
});
afterEach(async () => {
  await emulator.close();
  await rm(directory, { recursive: true, force: true });
});

/** What apply did, and the file of an application afterwards. */
async function apply(clientEndpoint?: string) {
  const declared = manifestFor(emulator.endpoint);
  const server = { ...declared.server, ...(clientEndpoint === undefined ? {} : { clientEndpoint }) };
  const manifest: Manifest = { ...declared, server };
  const session = await openSession({ manifest, root: ROOT, store: directorySecretStore(directory) });
  try {
    const state = await session.plan();
    await session.apply(state);
    const changes = state.plan.changes.map(({ action, kind, name, reason }) => `${action} ${kind} ${name}: ${reason}`);
    return { changes, file: await readFile(join(directory, 'web.env'), 'utf8') };
  } finally {
    session.close();
  }
}

const secretIn = (file: string) => /^AWS_SECRET_ACCESS_KEY=.+$/m.exec(file)?.[0];

test('applications are told the declared endpoint, and again when it changes; their keys stay', async () => {
  const first = await apply();
  expect(first.file).toContain(`AWS_ENDPOINT_URL_S3=${emulator.endpoint}\n`);
  const fronted = await apply('https://s3.example.com');
  expect(fronted.changes).toContain(
    'update access-key web: applications are to reach the server at https://s3.example.com',
  );
  expect(new Set(fronted.changes.map((change) => change.split(' ')[1]))).toEqual(new Set(['access-key']));
  expect(fronted.file).toContain('AWS_ENDPOINT_URL_S3=https://s3.example.com\n');
  expect(secretIn(fronted.file)).toBe(secretIn(first.file));
  expect((await apply('https://s3.example.com')).changes).toEqual([]);
  // Without a declared one, nobody is sent elsewhere because somebody provisions from another place.
  expect((await apply()).changes).toEqual([]);
});
