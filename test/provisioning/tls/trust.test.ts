import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ProvisioningError } from '../../../provisioning/errors.js';
import { readTrust } from '../../../provisioning/index.js';
import { authority, signedBy } from './certificates.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-trust-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

test('reads the authority and the client certificate', async () => {
  const ca = await authority();
  const client = await signedBy(ca);
  const caFile = file('ca.pem', ca.certificate);
  expect(readTrust({})).toEqual({});
  expect(
    readTrust({
      caFile,
      clientCertificateFile: file('c.pem', client.certificate),
      clientKeyFile: file('c.key', client.key),
    }),
  ).toEqual({ ca: { file: caFile, pem: ca.certificate }, client });
});

test('says what is wrong with a file', async () => {
  const caFile = join(directory, 'none.pem');
  const wayOut = 'check the path, or name the right file with --ca-file or RUSTFS_CA_FILE';
  expect(() => readTrust({ caFile })).toThrow(
    new ProvisioningError(`cannot read the certificate authority ${caFile} (ENOENT): ${wayOut}`),
  );
  const empty = file('empty.pem', 'nothing');
  expect(() => readTrust({ caFile: empty })).toThrow(
    new ProvisioningError(`${empty} is no certificate authority: expected a PEM certificate; ${wayOut}`),
  );
  const ca = await authority();
  const [certificate, key] = [file('c.pem', (await signedBy(ca)).certificate), file('c.key', (await signedBy(ca)).key)];
  expect(() => readTrust({ clientCertificateFile: certificate, clientKeyFile: key })).toThrow(
    new ProvisioningError(`${certificate} and ${key} are not a PEM certificate and its private key`),
  );
});
