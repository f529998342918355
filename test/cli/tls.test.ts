import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { serializeManifest } from '../../manifest/index.js';
import { bin } from '../e2e/fixture.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';

// Each test runs whole commands.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let directory: string;
let endpoint: string;
let emulator: ReturnType<typeof startEmulator>;

const environment = {
  RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
  RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
  RUSTFS_ENDPOINT: undefined,
  CI: 'true',
  FORCE_COLOR: undefined,
};
const options = () => ({ cwd: directory, reject: false, stdin: 'ignore', env: environment }) as const;
const cli = (...args: string[]) => execa(process.execPath, [bin, ...args], options());
const startEmulator = () =>
  execa(
    process.execPath,
    [bin, 'emulator', '--port', '0', '--tls-cert', 'tls/rustfs_cert.pem', '--tls-key', 'tls/rustfs_key.pem'],
    options(),
  );

/** Where it says that it listens. */
function listening(): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    emulator.stdout.on('data', (chunk) => {
      text += String(chunk);
      const found = /^listening on (https:\S+)$/m.exec(text)?.[1];
      if (found) resolve(found);
    });
    emulator.once('exit', () => reject(new Error(`the emulator ended: ${text}`)));
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-cli-tls-'));
  const made = await cli('tls-certificate', '--dir', 'tls', '--names', '127.0.0.1,localhost');
  expect(made.stdout).toMatch(
    /^created tls\/rustfs_cert\.pem for 127\.0\.0\.1, localhost, until \d{4}-\d\d-\d\d; clients trust it by tls\/ca\.crt$/,
  );
  emulator = startEmulator();
  endpoint = await listening();
  const manifest = manifestFor(endpoint, ({ server }) => {
    server.caFile = 'tls/ca.crt';
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifest));
});
afterAll(async () => {
  emulator.kill();
  await emulator;
  rmSync(directory, { recursive: true });
});

test('applies and proves over TLS with the authority of the manifest, and tells applications of it', async () => {
  const applied = await cli('apply', '--manifest', 'manifest.json', '--yes', '--verify');
  expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
  expect(applied.stdout).toContain('0 contradictions');
  const published = readFileSync(join(directory, 'secrets', 'test', 'web.env'), 'utf8');
  expect(published).toMatch(new RegExp(`^AWS_ENDPOINT_URL_S3=${endpoint}$`, 'm'));
  expect(published).toMatch(/^AWS_CA_BUNDLE=\/.*\/tls\/ca\.crt$/m);
});

test('doctor, preflight and import trust the same authority', async () => {
  const doctor = await cli('doctor', '--manifest', 'manifest.json', '--json');
  const { healthy } = JSON.parse(doctor.stdout) as { healthy: string[] };
  // Behind TLS, not only the certificate.
  expect(healthy).toEqual(expect.arrayContaining(['TLS', 'identity', 'root credentials', 'drives']));
  const preflight = await cli('preflight', '--from', '1.0.1', '--to', '1.0.0-beta.7', '--manifest', 'manifest.json');
  expect(preflight.stderr).toBe('');
  const imported = await cli('import', '--endpoint', endpoint, '--ca-file', 'tls/ca.crt', '--out', 'imported');
  expect(imported.stdout).toContain('objects declared in imported/adopted.ts and imported/main.ts');
  expect(readFileSync(join(directory, 'imported', 'main.ts'), 'utf8')).toContain("caFile: 'tls/ca.crt'");
});

test('another authority is refused, and no authority is for plain HTTP', async () => {
  await cli('tls-certificate', '--dir', 'other', '--names', 'localhost');
  const refused = await cli('plan', '--manifest', 'manifest.json', '--ca-file', 'other/ca.crt');
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    `error: GET /health/ready failed: the certificate of ${endpoint} is not from a trusted authority (CERT_SIGNATURE_FAILURE): name the right one with --ca-file or RUSTFS_CA_FILE, and look whether this is your server`,
  ]);
  const plain = await cli(
    ...['plan', '--manifest', 'manifest.json', '--ca-file', 'tls/ca.crt', '--endpoint', 'http://127.0.0.1:1'],
  );
  expect([plain.exitCode, plain.stderr]).toEqual([
    1,
    'error: --ca-file is for https, but the endpoint is http://127.0.0.1:1',
  ]);
});

test.each([
  [
    ['emulator', '--tls-cert', 'tls/rustfs_cert.pem'],
    'TLS needs both a certificate and its key: name --tls-cert and --tls-key',
  ],
  [
    ['emulator', '--tls-cert', 'tls/rustfs_cert.pem', '--tls-key', 'tls/ca.key'],
    'tls/rustfs_cert.pem and tls/ca.key are not a PEM certificate and its private key',
  ],
  [
    ['tls-certificate', '--dir', 'x', '--names', 'a b'],
    'invalid name in --names (value: a b): expected host names and addresses, separated by commas',
  ],
])('%j is refused', async (args, message) => {
  const { exitCode, stderr } = await cli(...args);
  expect([exitCode, stderr]).toEqual([1, `error: ${message}`]);
});
