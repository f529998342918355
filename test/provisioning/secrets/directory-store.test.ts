import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import { CANARY, CONNECTION, key, refusal, temporaryDirectory } from './support.js';

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('the life of a key: pending, published, rotated, finished, removed', async () => {
  const dir = join(temporaryDirectory(), 'a', 'secrets');
  const store = directorySecretStore(dir);
  expect(store.description).toBe(`secret store ${dir}`);
  expect(await store.names()).toEqual([]);
  expect(await store.read('loki')).toBeUndefined();
  await store.remove('loki');
  expect(existsSync(dir)).toBe(false);

  const steps = [
    { current: key('1', 'pending') },
    { current: key('1', 'active') },
    { current: key('1', 'active'), next: key('2', 'pending') },
    { current: key('2', 'active'), previous: key('1', 'active') },
    { current: key('2', 'active') },
  ] as const;
  for (const entry of steps) {
    await store.write('loki', entry, CONNECTION);
    expect(await store.read('loki')).toEqual(entry);
    expect(await directorySecretStore(dir).read('loki')).toEqual(entry);
  }
  await store.write('Aa_b', steps[1], CONNECTION);
  expect(await store.names()).toEqual(['Aa_b', 'loki']);
  expect(readdirSync(dir).sort()).toEqual(['Aa_b.env', 'loki.env']);
  await store.remove('loki');
  expect(await store.names()).toEqual(['Aa_b']);
});

test('only the owner can read the directory and its files', async () => {
  const dir = join(temporaryDirectory(), 'secrets');
  await directorySecretStore(dir).write('loki', { current: key('1', 'active') }, CONNECTION);
  expect(mode(dir)).toBe('700');
  expect(mode(join(dir, 'loki.env'))).toBe('600');
});

test.each([0o644, 0o640, 0o604, 0o660])('a file with mode %o is refused, and stays as it is', async (permissions) => {
  const dir = temporaryDirectory();
  const file = join(dir, 'loki.env');
  const store = directorySecretStore(dir);
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  const before = readFileSync(file, 'utf8');
  chmodSync(file, permissions);
  const message = `permissions of ${file} are 0${permissions.toString(8)}, so others may read this secret: run chmod 600 ${file}, and replace the key if somebody could have seen it`;
  expect(await refusal(store.read('loki'))).toBe(message);
  expect(await refusal(store.write('loki', { current: key('2', 'active') }, CONNECTION))).toBe(message);
  expect(readFileSync(file, 'utf8')).toBe(before);
});

test('a directory in which others may replace files is refused', async () => {
  const dir = temporaryDirectory();
  chmodSync(dir, 0o777);
  const store = directorySecretStore(dir);
  const message = `permissions of directory ${dir} are 0777, so others may replace secrets in it: run chmod 700 ${dir}`;
  expect(await refusal(store.read('loki'))).toBe(message);
  expect(await refusal(store.write('loki', { current: key('1', 'active') }, CONNECTION))).toBe(message);
  expect(readdirSync(dir)).toEqual([]);
});

test('a damaged file is neither read nor overwritten', async () => {
  const dir = temporaryDirectory();
  const file = join(dir, 'loki.env');
  const store = directorySecretStore(dir);
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  const half = readFileSync(file, 'utf8').slice(0, -20);
  writeFileSync(file, half);
  const message = `${file} is damaged: it was cut off or edited, its lines don't match its checksum; restore it, or delete it to have the key replaced`;
  expect(await refusal(store.read('loki'))).toBe(message);
  expect(await refusal(store.write('loki', { current: key('2', 'active') }, CONNECTION))).toBe(message);
  expect(readFileSync(file, 'utf8')).toBe(half);
  expect(readdirSync(dir)).toEqual(['loki.env']);
});

test('no name leads out of the directory', async () => {
  const dir = join(temporaryDirectory(), 'secrets');
  const store = directorySecretStore(dir);
  for (const action of [
    store.read('../x'),
    store.remove('../x'),
    store.write('../x', { current: key('1', 'active') }, CONNECTION),
  ]) {
    expect(await refusal(action)).toBe(
      'invalid name of a secret: "../x": expected a letter, then up to 127 letters, digits, "-" or "_"',
    );
  }
  expect(existsSync(dir)).toBe(false);
});

test('files that are no entries are left alone', async () => {
  const dir = temporaryDirectory();
  for (const name of [
    'notes.txt',
    '.hidden.env',
    'with space.env',
    '.loki.env.99-0123456789ab.tmp',
    '.obot.env.99-0123456789ab.tmp',
  ]) {
    writeFileSync(join(dir, name), 'x');
  }
  const store = directorySecretStore(dir);
  expect(await store.names()).toEqual([]);
  await store.write('loki', { current: key('1', 'active') }, CONNECTION);
  // What a killed write of this entry left behind holds a secret that nobody needs.
  expect(readdirSync(dir).sort()).toEqual([
    '.hidden.env',
    '.obot.env.99-0123456789ab.tmp',
    'loki.env',
    'notes.txt',
    'with space.env',
  ]);
});

test('writers at the same time, on one store and on several, never leave a mixture', async () => {
  const dir = join(temporaryDirectory(), 'secrets');
  const stores = Array.from({ length: 4 }, () => directorySecretStore(dir));
  const names = ['loki', 'obot', 'talos'];
  await Promise.all(
    stores.flatMap((store, index) =>
      names.flatMap((name) => [
        store.write(name, { current: key(`${name}${index}`, 'active') }, CONNECTION),
        store.write(name, { current: key(`${name}${index}`, 'active'), next: key(`n${index}`, 'pending') }, CONNECTION),
      ]),
    ),
  );
  const store = directorySecretStore(dir);
  expect(await store.names()).toEqual(names);
  for (const name of names)
    expect((await store.read(name))?.current.accessKeyId).toMatch(new RegExp(`^AKIA${name}[0-3]$`));
  expect(readdirSync(dir).sort()).toEqual(['loki.env', 'obot.env', 'talos.env']);
});

test('what the file system refuses is told with its code', async () => {
  const parent = temporaryDirectory();
  const file = join(parent, 'taken');
  writeFileSync(file, '');
  const store = directorySecretStore(file);
  expect(await refusal(store.names())).toBe(`cannot read directory ${file}: ENOTDIR`);
  expect(await refusal(store.read('loki'))).toBe(`cannot read ${file}/loki.env: ENOTDIR`);
  expect(await refusal(store.write('loki', { current: key('1', 'active') }, CONNECTION))).toBe(
    `cannot create directory ${file}: EEXIST`,
  );
  const dir = join(parent, 'dir');
  mkdirSync(join(dir, 'loki.env'), { recursive: true, mode: 0o700 });
  expect(await refusal(directorySecretStore(dir).read('loki'))).toMatch(
    /^cannot read .*loki\.env: EISDIR$|^permissions of /,
  );
});

test('an entry that is no step of a key is refused before anything is written', async () => {
  const dir = join(temporaryDirectory(), 'secrets');
  expect(
    await refusal(directorySecretStore(dir).write('loki', { current: key('1', 'active', `${CANARY} x`) }, CONNECTION)),
  ).toBe('secret loki: secretAccessKey of the current key is empty or has a character that is not printable ASCII');
  expect(existsSync(dir)).toBe(false);
});
