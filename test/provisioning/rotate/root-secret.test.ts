import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import {
  directorySecretStore,
  findRootCredentials,
  finishRootSecret,
  openSession,
  prepareRootSecret,
  writeRootCredentialFiles,
} from '../../../provisioning/index.js';
import { manifestFor } from '../fixture.js';
import { temporaryDirectory } from '../secrets/support.js';

let emulator: Emulator;
let directory: string;
let manifest: Manifest;
const store = () => directorySecretStore(join(directory, 'secrets'));
const read = (file: string) => readFileSync(join(directory, 'root', file), 'utf8').trim();

/** A server that is started with these root files, as its container would be. */
async function startServer(secretFile = 'secret-key'): Promise<void> {
  const dataDir = join(directory, 'data');
  emulator = await startEmulator({ port: 0, accessKey: read('access-key'), secretKey: read(secretFile), dataDir });
  manifest = manifestFor(emulator.endpoint, ({ server }) => {
    server.accessKeyFile = join(directory, 'root', 'access-key');
    server.secretKeyFile = join(directory, 'root', 'secret-key');
  });
}

beforeEach(async () => {
  directory = temporaryDirectory();
  const connection = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };
  await writeRootCredentialFiles({ directory: join(directory, 'root'), store: { secrets: store(), connection } });
  await startServer();
});
afterEach(() => emulator.close());

async function prepare() {
  const root = await findRootCredentials(manifest.server, store());
  const session = await openSession({ manifest, root, store: store() });
  try {
    return await prepareRootSecret(session);
  } finally {
    session.close();
  }
}
const finish = () => finishRootSecret({ manifest, store: store(), endpoint: emulator.endpoint });

test('prepared, restarted, finished: the access key stays, the secret is new everywhere', async () => {
  const [accessKey, oldSecret] = [read('access-key'), read('secret-key')];
  const nextFile = join(directory, 'root', 'secret-key.next');
  expect(await prepare()).toEqual({ created: true, nextFile });
  expect(statSync(nextFile).mode & 0o777).toBe(0o600);
  const newSecret = read('secret-key.next');
  expect(newSecret).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(read('secret-key')).toBe(oldSecret);

  // The server may have it already, so a second run makes no other.
  expect(await prepare()).toEqual({ created: false, nextFile });
  expect(read('secret-key.next')).toBe(newSecret);

  await expect(finish()).rejects.toThrow(
    /^the server still takes the old root secret: restart it with the new one, then run rotate --root --finish again; nothing was changed$/,
  );
  expect([read('secret-key'), (await store().read('rustfs-root'))?.current.secretAccessKey]).toEqual([
    oldSecret,
    oldSecret,
  ]);

  await emulator.close();
  await startServer('secret-key.next');
  expect(await finish()).toBe(true);
  expect([read('access-key'), read('secret-key'), existsSync(nextFile)]).toEqual([accessKey, newSecret, false]);
  const entry = await store().read('rustfs-root');
  expect(entry).toMatchObject({ current: { accessKeyId: accessKey, secretAccessKey: newSecret, state: 'active' } });
  expect(entry?.next).toBeUndefined();
  expect(await finish()).toBe(false);
});

test('while it goes on, the files may hold the new secret already', async () => {
  await prepare();
  const next = read('secret-key.next');
  writeFileSync(join(directory, 'root', 'secret-key'), `${next}\n`, { mode: 0o600 });
  const connection = { endpoint: emulator.endpoint, region: 'us-east-1' };
  const again = await writeRootCredentialFiles({
    directory: join(directory, 'root'),
    store: { secrets: store(), connection },
  });
  expect(again.created).toBe(false);
  expect(read('secret-key')).toBe(next);
});

test('a server that takes neither secret: nothing is changed', async () => {
  await prepare();
  await emulator.close();
  emulator = await startEmulator({ port: 0, accessKey: read('access-key'), secretKey: 'something-else' });
  const before = await store().read('rustfs-root');
  await expect(finish()).rejects.toThrow(
    `the server takes neither the old nor the new root secret of secret store ${directory}/secrets: find out which one it was started with; nothing was changed`,
  );
  expect(await store().read('rustfs-root')).toEqual(before);
});

test('root credentials that only the environment had are taken into the store', async () => {
  await store().remove('rustfs-root');
  await prepare();
  const entry = await store().read('rustfs-root');
  expect(entry?.current).toEqual({
    accessKeyId: read('access-key'),
    secretAccessKey: read('secret-key'),
    createdAt: '1970-01-01T00:00:00.000Z',
    state: 'active',
  });
});

test('a store with other root credentials is not overwritten', async () => {
  const entry = await store().read('rustfs-root');
  if (!entry) throw new Error('no root entry');
  const other = { current: { ...entry.current, secretAccessKey: 'other' } };
  await store().write('rustfs-root', other, { endpoint: emulator.endpoint, region: 'us-east-1' });
  await expect(prepare()).rejects.toThrow(
    `secret store ${directory}/secrets holds other root credentials (rustfs-root) than the server takes: correct or delete that entry`,
  );
  expect(await store().read('rustfs-root')).toEqual(other);
});

test('where there are neither variables nor files, root credentials come from the store', async () => {
  expect(await findRootCredentials({ accessKeyFile: join(directory, 'nowhere') }, store())).toEqual({
    accessKeyId: read('access-key'),
    secretAccessKey: read('secret-key'),
  });
  await store().remove('rustfs-root');
  await expect(findRootCredentials({}, store())).rejects.toThrow(
    /^no root credential: set RUSTFS_ACCESS_KEY, or RUSTFS_ACCESS_KEY_FILE to a file that contains it$/,
  );
});
