import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SecretStoreError, writeSecretFile } from '../../../provisioning/index.js';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'secret-file-'));
  file = join(directory, 'secrets', 'test', 'password');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a random secret that only its owner reads, made once', async () => {
  expect(await writeSecretFile(file)).toBe(true);
  const first = readFileSync(file, 'utf8');
  expect(first).toMatch(/^[A-Za-z0-9]{40}$/);
  expect([statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]).toEqual([0o600, 0o700]);
  expect(await writeSecretFile(file)).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe(first);

  const other = join(directory, 'other');
  await writeSecretFile(other);
  expect(readFileSync(other, 'utf8')).not.toBe(first);
});

test('of many that make it at once, one does, and nothing is left over', async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => writeSecretFile(file)));
  expect(made.filter(Boolean)).toHaveLength(1);
  expect(readdirSync(dirname(file))).toEqual(['password']);
});

test('an empty file, one that others may read, and a place that cannot be', async () => {
  const empty = join(directory, 'empty');
  writeFileSync(empty, '\n', { mode: 0o600 });
  await expect(writeSecretFile(empty)).rejects.toThrow(
    new SecretStoreError(`${empty} is empty: expected a secret; restore it, or delete the file to get a new one`),
  );
  const open = join(directory, 'open');
  writeFileSync(open, 'secret');
  chmodSync(open, 0o644);
  await expect(writeSecretFile(open)).rejects.toThrow(
    new SecretStoreError(
      `permissions of ${open} are 0644, so others may read this secret: run chmod 600 ${open}, and replace the key if somebody could have seen it`,
    ),
  );
  const below = join(open, 'below');
  await expect(writeSecretFile(below)).rejects.toThrow(new SecretStoreError(`cannot read ${below}: ENOTDIR`));
});
