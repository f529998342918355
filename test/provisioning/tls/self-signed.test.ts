import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProvisioningError } from '../../../provisioning/errors.js';
import { writeSelfSignedFiles } from '../../../provisioning/index.js';

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-tls-'));
  directory = join(parent, 'tls');
});
afterEach(() => rmSync(parent, { recursive: true }));

const names = ['127.0.0.1', 'localhost'];
const write = (more: object = {}) => writeSelfSignedFiles({ directory, names, ...more });
const text = (name: string) => readFileSync(join(directory, name), 'utf8');
const certificate = (name: string) => new X509Certificate(text(name));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);

test('an authority, and a certificate of it for each name; keys are private', async () => {
  expect(await write()).toMatchObject({ made: 'created', certificateFile: join(directory, 'rustfs_cert.pem') });
  expect(readdirSync(directory).sort()).toEqual(['ca.crt', 'ca.key', 'rustfs_cert.pem', 'rustfs_key.pem']);
  const [ca, server] = [certificate('ca.crt'), certificate('rustfs_cert.pem')];
  expect([ca.ca, server.ca, server.verify(ca.publicKey)]).toEqual([true, false, true]);
  expect(server.checkPrivateKey(createPrivateKey(text('rustfs_key.pem')))).toBe(true);
  expect([server.checkIP('127.0.0.1'), server.checkHost('localhost')]).toEqual(names);
  const modes = ['ca.key', 'rustfs_key.pem'].map((name) => statSync(join(directory, name)).mode & 0o777);
  expect([statSync(directory).mode & 0o777, ...modes]).toEqual([0o700, 0o600, 0o600]);
});

test('what is there stays; another name or the end of the year renews the certificate, not the authority', async () => {
  await write();
  const [ca, first] = [text('ca.crt'), text('rustfs_cert.pem')];
  expect((await write({ now: inDays(300) })).made).toBeUndefined();
  expect(text('rustfs_cert.pem')).toBe(first);
  expect((await write({ names: [...names, 'rustfs'] })).made).toBe('renewed');
  expect((await write({ names: [...names, 'rustfs'], now: inDays(380) })).made).toBe('renewed');
  expect(text('ca.crt')).toBe(ca);
});

test('a run that was killed is repeated', async () => {
  await write();
  // Killed after the new key was written, and before the certificate was.
  copyFileSync(join(directory, 'ca.key'), join(directory, 'rustfs_key.pem'));
  chmodSync(join(directory, 'rustfs_key.pem'), 0o600);
  expect((await write()).made).toBe('renewed');
  // Killed when there was only the key of the authority.
  for (const name of ['ca.crt', 'rustfs_cert.pem', 'rustfs_key.pem']) rmSync(join(directory, name));
  expect((await write()).made).toBe('created');
  expect(certificate('rustfs_cert.pem').verify(certificate('ca.crt').publicKey)).toBe(true);
});

test('files of somebody else are not overwritten', async () => {
  await write();
  await writeSelfSignedFiles({ directory: join(parent, 'other'), names });
  copyFileSync(join(parent, 'other', 'rustfs_cert.pem'), join(directory, 'rustfs_cert.pem'));
  await expect(write()).rejects.toThrow(
    new ProvisioningError(
      `${directory}/rustfs_cert.pem is not from ${directory}/ca.crt: delete the one of the two that is not yours`,
    ),
  );
  writeFileSync(join(directory, 'rustfs_cert.pem'), 'nothing');
  await expect(write()).rejects.toThrow(
    new ProvisioningError(`a file in ${directory} is no PEM certificate or key: delete it, or restore it`),
  );
});

test('without the key of the authority nothing can be renewed', async () => {
  await write();
  rmSync(join(directory, 'ca.key'));
  expect((await write()).made).toBeUndefined();
  await expect(write({ names: ['rustfs'] })).rejects.toThrow(
    new ProvisioningError(
      `${directory}/rustfs_cert.pem has to be made (it is for IP Address:127.0.0.1, DNS:localhost), but ${directory}/ca.key is not the key of ${directory}/ca.crt: restore it, or delete both and give clients the new ca.crt`,
    ),
  );
});
