import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { SSE_S3_ENTRY } from '../../../manifest/index.js';
import { directorySecretStore, writeServerSecretFile } from '../../../provisioning/index.js';
import { CONNECTION, refusal, temporaryDirectory } from '../secrets/support.js';

function place() {
  const directory = temporaryDirectory();
  const file = join(directory, 'server', 'sse-s3-master-key');
  const secrets = directorySecretStore(join(directory, 'store'));
  const make = () => writeServerSecretFile({ file, secrets, entry: SSE_S3_ENTRY, connection: CONNECTION });
  return { file, secrets, make, entryFile: join(directory, 'store', `${SSE_S3_ENTRY}.env`) };
}

const read = (file: string) => readFileSync(file, 'utf8').trim();

test('a master key is made once, in a file that only its owner reads and in the store', async () => {
  const { file, make, secrets, entryFile } = place();
  const made = await Promise.all(Array.from({ length: 3 }, make));
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  const key = read(file);
  expect(Buffer.from(key, 'base64')).toHaveLength(32);
  expect([statSync(dirname(file)).mode & 0o777, statSync(file).mode & 0o777]).toEqual([0o700, 0o600]);
  expect((await secrets.read(SSE_S3_ENTRY))?.current.secretAccessKey).toBe(key);
  // No application can take it for an access key.
  expect(readFileSync(entryFile, 'utf8')).not.toMatch(/^AWS_/m);
});

test('a lost file comes back from the store, and a file that was there first goes into the store', async () => {
  const { file, make, secrets } = place();
  await make();
  const key = read(file);
  rmSync(file);
  expect(await make()).toEqual({ file, created: false });
  expect(read(file)).toBe(key);

  const other = place();
  mkdirSync(dirname(other.file), { mode: 0o700 });
  const zeros = Buffer.alloc(32).toString('base64');
  writeFileSync(other.file, `${zeros}\n`, { mode: 0o600 });
  expect(await other.make()).toEqual({ file: other.file, created: false });
  expect((await other.secrets.read(SSE_S3_ENTRY))?.current.secretAccessKey).toBe(zeros);
  expect((await secrets.read(SSE_S3_ENTRY))?.current.secretAccessKey).toBe(key);
});

test('another key is never put in the place of one that objects may need', async () => {
  const { file, make, secrets } = place();
  await make();
  writeFileSync(file, Buffer.alloc(32, 1).toString('base64'), { mode: 0o600 });
  expect(await refusal(make())).toBe(
    `${file} and entry rustfs-sse-s3-master-key of ${secrets.description} differ: find out which one the server has, because objects that it encrypted need it, and delete the other one`,
  );
  writeFileSync(file, 'too short', { mode: 0o600 });
  expect(await refusal(make())).toBe(
    `${file} is no Base64 of 32 bytes: restore it, or delete it if the server has never run`,
  );
});
