import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import { writeRootCredentialFiles } from '../../../provisioning/secrets/root-credential-files.js';
import { CONNECTION, key, refusal, temporaryDirectory } from './support.js';

const read = (directory: string) =>
  ['access-key', 'secret-key'].map((name) => readFileSync(join(directory, name), 'utf8'));

test('a new server gets random credentials that only their owner can read, once', async () => {
  const directory = join(temporaryDirectory(), 'deep', 'root');
  const files = { accessKeyFile: join(directory, 'access-key'), secretKeyFile: join(directory, 'secret-key') };
  expect(await writeRootCredentialFiles({ directory })).toEqual({ ...files, created: true });
  const first = read(directory);
  expect(first[0]).toMatch(/^[A-Z][A-Z0-9]{19}\n$/);
  expect(first[1]).toMatch(/^[A-Za-z0-9]{40}\n$/);
  expect(statSync(directory).mode & 0o777).toBe(0o700);
  for (const file of Object.values(files)) expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(await writeRootCredentialFiles({ directory })).toEqual({ ...files, created: false });
  expect(read(directory)).toEqual(first);
  expect(readdirSync(join(directory, '..'))).toEqual(['root']);
});

test('of several that make them at once, one does, and all have its pair', async () => {
  const directory = join(temporaryDirectory(), 'root');
  const results = await Promise.all(Array.from({ length: 6 }, () => writeRootCredentialFiles({ directory })));
  expect(results.filter(({ created }) => created)).toHaveLength(1);
  expect(readdirSync(directory)).toEqual(['access-key', 'secret-key']);
  expect(readdirSync(join(directory, '..'))).toEqual(['root']);
});

test.each([
  ['access-key', 'secret-key'],
  ['secret-key', 'access-key'],
])('one file without the other may be of a running server: %s', async (there, missing) => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, there), 'value', { mode: 0o600 });
  expect(await refusal(writeRootCredentialFiles({ directory }))).toBe(
    `${directory}/${missing} is missing or empty: restore it, or delete ${directory}/${there} too if the server has never run`,
  );
  expect(readdirSync(directory)).toEqual([there]);
});

test('a directory with other files is left alone', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'other'), '');
  expect(await refusal(writeRootCredentialFiles({ directory }))).toBe(
    `cannot create root credentials in ${directory}: ENOTEMPTY; expected a directory that does not exist or is empty`,
  );
  expect(readdirSync(directory)).toEqual(['other']);
});

test('files that others may read are refused', async () => {
  const directory = join(temporaryDirectory(), 'root');
  await writeRootCredentialFiles({ directory });
  chmodSync(join(directory, 'secret-key'), 0o644);
  expect(await refusal(writeRootCredentialFiles({ directory }))).toBe(
    `permissions of ${directory}/secret-key are 0644, so others may read this secret: run chmod 600 ${directory}/secret-key, and replace the key if somebody could have seen it`,
  );
});

test('a store gives the files back, takes them in, and is not contradicted', async () => {
  const dir = temporaryDirectory();
  const directory = join(dir, 'root');
  const secrets = directorySecretStore(join(dir, 'secrets'));
  const store = { secrets, connection: CONNECTION };
  expect((await writeRootCredentialFiles({ directory, store })).created).toBe(true);
  const pair = read(directory);
  const entry = await secrets.read('rustfs-root');
  expect([`${entry?.current.accessKeyId}\n`, `${entry?.current.secretAccessKey}\n`]).toEqual(pair);

  rmSync(directory, { recursive: true });
  expect((await writeRootCredentialFiles({ directory, store })).created).toBe(false);
  expect(read(directory)).toEqual(pair);

  await secrets.remove('rustfs-root');
  expect((await writeRootCredentialFiles({ directory, store })).created).toBe(false);
  expect((await secrets.read('rustfs-root'))?.current.accessKeyId).toBe(entry?.current.accessKeyId);

  await secrets.write('rustfs-root', { current: key('other', 'active') }, CONNECTION);
  expect(await refusal(writeRootCredentialFiles({ directory, store }))).toBe(
    `${directory} and secret store ${dir}/secrets hold different root credentials: find out which the server has, and delete the other ones`,
  );
  expect(read(directory)).toEqual(pair);

  mkdirSync(join(dir, 'second'), { mode: 0o755 });
  await writeRootCredentialFiles({ directory: join(dir, 'second'), store: { ...store, entry: 'second-root' } });
  expect(await secrets.names()).toEqual(['rustfs-root', 'second-root']);
  expect(statSync(join(dir, 'second')).mode & 0o777).toBe(0o700);
});
