import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import type { SecretStore } from '../../../provisioning/secrets/secret-store.js';
import { sopsSecretStore } from '../../../provisioning/secrets/sops-store.js';
import { CONNECTION, fixture, key, temporaryDirectory } from './support.js';

const WRITER = fileURLToPath(new URL('./writer-process.ts', import.meta.url));
const IDENTITY = fixture('test-only-age-key.txt');
const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';

/** Starts a writer and kills it so many milliseconds after its first write. */
async function killWriter(args: readonly string[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, ['--import', 'tsx', WRITER, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await sleep(afterMs);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Old or new, whole; and the next run writes at once. */
async function expectIntact(store: SecretStore, dir: string, file: string): Promise<void> {
  const entry = await store.read('loki');
  const id = entry?.current.accessKeyId ?? '';
  expect(['OLD', 'NEW']).toContain(id);
  expect(entry).toEqual({ current: { ...key('', 'active'), accessKeyId: id, secretAccessKey: id.repeat(2_000) } });
  const release = await store.lock?.();
  await store.write('loki', { current: key('after', 'active') }, CONNECTION);
  await release?.();
  expect(await store.read('loki')).toEqual({ current: key('after', 'active') });
  expect(readdirSync(dir)).toEqual([file]);
}

test.each([0, 3, 7, 12])('a directory store survives kill -9 in the middle of writing (%i ms)', async (afterMs) => {
  const dir = join(temporaryDirectory(), 'secrets');
  await killWriter(['directory', dir], afterMs);
  await expectIntact(directorySecretStore(dir), dir, 'loki.env');
});

test.each([0, 5, 20])('a SOPS file survives kill -9 in the middle of writing (%i ms)', async (afterMs) => {
  const dir = temporaryDirectory();
  const file = join(dir, 'cluster.yaml');
  await killWriter(['sops', file, IDENTITY, RECIPIENT], afterMs);
  await expectIntact(sopsSecretStore({ file, ageIdentityFile: IDENTITY }), dir, 'cluster.yaml');
});
