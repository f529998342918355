import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { keepServerSecret, newServerSecret } from '../../../provisioning/kms/secret.js';
import { certificate, createPatient, type Patient, said, trusting } from './support.js';

let patient: Patient;
beforeAll(async () => {
  patient = await createPatient();
});
afterAll(() => patient.close());
afterEach(() => {
  patient.fault = () => undefined;
});

const NOT_ASKED = [
  { check: 'proxy', why: "the server's own address is not known: name it with --direct URL" },
  {
    check: 'container',
    why: 'volumes, mounts, clock and environment in the container: name it with --container NAME',
  },
];

test('nothing is found, and what could not be looked at is listed', async () => {
  const report = await patient.examine();
  expect(report).toEqual({
    endpoint: patient.endpoint,
    version: '1.0.1',
    emulated: true,
    findings: [],
    notChecked: NOT_ASKED,
    healthy: [
      ...['host name', 'port', 'TLS', 'identity', 'readiness', 'version', 'clock', 'server domains', 'region'],
      ...['default credentials', 'root credentials', 'root credential files', 'secret store', 'interrupted runs'],
      ...['locks', 'snapshots', 'drives', 'KMS', 'event targets', 'OpenID providers', 'console'],
    ],
  });
});

test('nor with the master keys that the server has from the store', async () => {
  const connection = { endpoint: patient.endpoint, region: 'us-east-1' };
  const entries = ['rustfs-sse-s3-master-key', 'rustfs-kms-local-master-key'];
  for (const entry of entries) await keepServerSecret(patient.store, entry, newServerSecret(), connection);
  const report = await patient.examine();
  for (const entry of entries) await patient.store.remove(entry);
  expect(said(report)).toEqual([]);
  expect(report.healthy).toContain('interrupted runs');
});

test('nor behind a proxy with TLS that changes nothing', async () => {
  const tls = await certificate(-1, 90);
  const endpoint = await patient.behindProxy({ tls });
  const report = await patient.examine({ endpoint, trust: trusting(tls.cert), direct: patient.endpoint });
  expect(said(report)).toEqual([]);
  // With the right authority everything is looked at, not only the certificate.
  expect(report.notChecked).toEqual(NOT_ASKED.filter(({ check }) => check !== 'proxy'));
});

test('a check that hangs does not hold up the others', async () => {
  patient.answering('/rustfs/admin/v3/storageinfo', { action: 'delay', ms: 2_000 });
  const report = await patient.examine({ timeoutMs: 1_500 });
  expect(said(report)).toEqual([]);
  expect(report.notChecked).toContainEqual({ check: 'drives', why: 'it took longer than 1.5 s' });
});
