import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { createPatient, json, type Patient, said } from './support.js';

let patient: Patient;
beforeAll(async () => {
  patient = await createPatient();
});
afterAll(() => patient.close());
afterEach(() => {
  patient.fault = () => undefined;
});

const ready = (more: object, status = 200) =>
  json({ status: 'ok', service: 'rustfs-endpoint', version: '1.0.1', ready: status === 200, ...more }, status);

test('it is not ready', async () => {
  patient.answering('/health/ready', ready({ degradedReasons: ['iam_not_ready'] }, 503));
  expect(said(await patient.examine())).toEqual([
    'error readiness: the server runs, but is not ready (GET /health/ready: HTTP 503, iam_not_ready) → look at the server log for IAM; on 1.0.1 one stored policy that names admin:KMSCreateKey or admin:KMSKeyStatus stops IAM from loading',
  ]);
});

test('it can read, but not write', async () => {
  patient.answering(
    '/health/ready',
    ready({ details: { storage: { writeQuorum: false, unavailableDrives: ['a', 'b'] } } }),
  );
  expect(said(await patient.examine())).toEqual([
    'error readiness: objects can be read, but not written: too few drives are there (GET /health/ready: writeQuorum false, 2 drives unavailable) → look at the drives and their volumes: too few of them can be read or written',
  ]);
});

test('its version is another', async () => {
  const other = (manifest: { server: { rustfsVersion: string } }) => {
    manifest.server.rustfsVersion = '1.0.0-beta.7';
  };
  expect(said(await patient.examine({}, other))).toEqual([
    "error version: the server is RustFS 1.0.1, but declared is 1.0.0-beta.7 (GET /health/ready: version 1.0.1) → run RustFS 1.0.0-beta.7, or declare version: '1.0.1' on the server construct if this toolkit knows it: what a policy means and what a probe may expect differs between versions",
  ]);
});

const at = (ms: number) => ({
  answer: (headers: object) => ({ ...headers, date: new Date(Date.now() + ms).toUTCString() }),
});
const SYNCHRONIZE = String.raw`\(the server says [\d:.TZ-]+, this machine [\d:.TZ-]+\) → synchronize both with NTP \(timedatectl set-ntp true\)$`;

test('its clock is so wrong that signatures are refused', async () => {
  const endpoint = await patient.behindProxy(at(-20 * 60_000));
  expect(said(await patient.examine({ endpoint }))).toEqual([
    expect.stringMatching(
      new RegExp(
        `^error clock: the clocks of the server and of this machine differ by 20 minutes: RustFS 1.0.1 refuses every signed request ${SYNCHRONIZE}`,
      ),
    ),
  ]);
});

test('its clock is a little wrong', async () => {
  const endpoint = await patient.behindProxy(at(60_000));
  expect(said(await patient.examine({ endpoint }))).toEqual([
    expect.stringMatching(
      new RegExp(
        `^warning clock: the clocks of the server and of this machine differ by (?:5\\d|6[01]) seconds: tokens of OpenID providers and sessions end too early or too late ${SYNCHRONIZE}`,
      ),
    ),
  ]);
});

test('its region is another', async () => {
  expect(
    said(
      await patient.examine({}, (manifest) => {
        manifest.server.region = 'eu-west-1';
      }),
    ),
  ).toEqual([
    "warning region: the server is in region us-east-1, but declared is eu-west-1 (GET /backup-dumps?location: us-east-1) → set RUSTFS_REGION=eu-west-1 and restart, or declare region: 'us-east-1': ARNs of event targets carry the region, and SDKs sign for it",
  ]);
});

test('a drive is offline, another almost full', async () => {
  const drives = [
    { path: '/data1', state: 'offline' },
    { path: '/data2', state: 'ok', totalspace: 100 * 1024 ** 3, availspace: 3 * 1024 ** 3 },
    { path: '/data3', state: 'ok', totalspace: 100 * 1024 ** 3, availspace: 50 * 1024 ** 3 },
  ];
  patient.answering('/rustfs/admin/v3/storageinfo', json({ info: { disks: drives } }));
  expect(said(await patient.examine())).toEqual([
    'error drives: drive /data1 is offline (GET storageinfo) → look at the volume and the server log; replace the drive, and RustFS heals it',
    'error drives: drive /data2 is almost full: 3.0 % are free (3.0 GiB of 100.0 GiB) → make the volume larger, add expiration rules (lifecycle), or set quotas: writes fail when it is full',
  ]);
});

// The answers are recorded ones: 10-kms of both versions.
test.each([
  [
    { status: { Error: 'Cannot start KMS: no configuration provided' }, backend_type: null, healthy: null },
    'error KMS: KMS has failed (GET kms/service-status: Cannot start KMS: no configuration provided) → configure it again, or bring its backend (Vault) back and start it',
  ],
  [
    { status: 'Running', backend_type: 'VaultTransit', healthy: false },
    'error KMS: KMS runs, but its backend VaultTransit does not answer (GET kms/service-status: Running) → bring the backend back: encrypted objects can be neither read nor written',
  ],
])('KMS %#', async (answer, finding) => {
  patient.answering('/rustfs/admin/v3/kms/service-status', json(answer));
  expect(said(await patient.examine())).toEqual([finding]);
});

test('a KMS that is declared, but was never configured', async () => {
  const declare = (manifest: Manifest) => {
    manifest.kms = { backend: { type: 'local', keyDirectory: '/kms' }, defaultKey: 'app', keys: ['app'] };
  };
  expect(said(await patient.examine({}, declare))).toEqual([
    'error KMS: the manifest declares a KMS, but the server has none (GET kms/service-status: NotConfigured) → run apply, which configures it',
  ]);
});

test('an event target is offline, and one that is declared is missing', async () => {
  const offline = {
    account_id: 'primary',
    service: 'webhook',
    status: 'offline',
    health_reason: 'connection refused',
  };
  patient.answering('/rustfs/admin/v3/target/list', json({ notify_enabled: true, notification_endpoints: [offline] }));
  const declare = (manifest: { buckets: { notifications?: unknown }[] }) => {
    const targetArn = 'arn:rustfs:sqs:us-east-1:second:webhook';
    const [first] = manifest.buckets;
    if (first) first.notifications = [{ id: 'all', targetArn, events: ['s3:ObjectCreated:*'] }];
  };
  expect(said(await patient.examine({}, declare))).toEqual([
    'error event targets: event target primary (webhook) is offline (GET target/list: connection refused) → start its receiver, and on 1.0.1 allow its origin in RUSTFS_OUTBOUND_ALLOW_ORIGINS if it is in a private network',
    'error event targets: bucket backup-dumps sends events to arn:rustfs:sqs:us-east-1:second:webhook, which the server does not have (GET target/list: primary:webhook) → configure the target (RUSTFS_NOTIFY_ENABLE=true and its variables), restart RustFS, and run apply',
  ]);
});

test('an OpenID provider does not answer', async () => {
  const mapping = { groupsClaim: 'groups', rolesClaim: '', claimName: 'groups', claimPrefix: '', rolePolicies: [] };
  const provider = {
    id: 'corp',
    issuer: 'http://127.0.0.1:1',
    clientId: 'rustfs',
    scopes: ['openid'],
    mapping,
    claims: [],
  };
  const found = await patient.examine({}, (manifest) => {
    manifest.oidc = { providers: [provider] };
  });
  const fix = '"cdktf-rustfs oidc doctor --provider corp" says more; a change at RustFS needs a restart';
  expect(said(found)).toEqual([
    expect.stringContaining(
      'error OpenID providers: OpenID provider corp: discovery (cannot read http://127.0.0.1:1/.well-known/openid-configuration: ',
    ),
    `error OpenID providers: OpenID provider corp: server (the server does not list it: it could not read the discovery document when it started; see its log, then restart it) → ${fix}`,
  ]);
});

test('its console is open to others', async () => {
  const console = createServer((_, answer) => answer.end(JSON.stringify({ service: 'rustfs-console' })));
  await new Promise<void>((resolve) => console.listen(0, '127.0.0.1', resolve));
  const { port } = console.address() as AddressInfo;
  patient.serve({ port, close: () => void console.close() });
  expect(said(await patient.examine({ consolePort: port, addresses: ['127.0.0.1'] }))).toEqual([
    `warning console: the console is open to others: 127.0.0.1:${port} (GET /rustfs/console/health: rustfs-console) → publish the console on 127.0.0.1 alone, or switch it off with RUSTFS_CONSOLE_ENABLE=false: whoever reaches it can try passwords, and its port serves S3 and the admin API too`,
  ]);
});
