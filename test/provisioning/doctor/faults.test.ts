import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { InjectedFault } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import type { DoctorReport } from '../../../provisioning/index.js';
import { keepServerSecret, newServerSecret } from '../../../provisioning/kms/secret.js';
import { ROOT } from '../fixture.js';
import { certificate, createPatient, type Patient, type ProxyOptions, startProxy } from './support.js';

let patient: Patient;
beforeAll(async () => {
  patient = await createPatient();
});
afterAll(() => patient.close());
afterEach(() => {
  patient.fault = () => undefined;
});

const json = (body: unknown, status = 200): InjectedFault => ({
  action: 'respond',
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
const errorXml = (status: number, code: string): InjectedFault => ({
  action: 'respond',
  status,
  body: `<Error><Code>${code}</Code></Error>`,
});

/** Answers the requests to one path. */
function answering(path: string, fault: InjectedFault): void {
  patient.fault = (request) => (request.path === path ? fault : undefined);
}

async function throughProxy(options: Omit<ProxyOptions, 'upstream'>) {
  const proxy = await startProxy({ upstream: patient.endpoint, ...options });
  patient.serve(proxy);
  return proxy.endpoint;
}

/** Only this authority, as --ca-file names it. */
const trusting = (pem: string) => ({ ca: { file: '/ca.pem', pem } });

/** As `severity check: what (evidence) → fix`. */
const said = ({ findings }: DoctorReport) =>
  findings.map(({ severity, check, what, evidence, fix }) => `${severity} ${check}: ${what} (${evidence}) → ${fix}`);

const NOT_ASKED = [
  { check: 'proxy', why: "the server's own address is not known: name it with --direct URL" },
  {
    check: 'container',
    why: 'volumes, mounts, clock and environment in the container: name it with --container NAME',
  },
];

describe('healthy', () => {
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
    const endpoint = await throughProxy({ tls });
    const report = await patient.examine({ endpoint, trust: trusting(tls.cert), direct: patient.endpoint });
    expect(said(report)).toEqual([]);
    // With the right authority everything is looked at, not only the certificate.
    expect(report.notChecked).toEqual(NOT_ASKED.filter(({ check }) => check !== 'proxy'));
  });

  test('a check that hangs does not hold up the others', async () => {
    answering('/rustfs/admin/v3/storageinfo', { action: 'delay', ms: 2_000 });
    const report = await patient.examine({ timeoutMs: 1_500 });
    expect(said(report)).toEqual([]);
    expect(report.notChecked).toContainEqual({ check: 'drives', why: 'it took longer than 1.5 s' });
  });
});

describe('the way to the server', () => {
  test('a host name that does not resolve', async () => {
    expect(said(await patient.examine({ endpoint: 'http://nowhere.invalid:9000' }))).toEqual([
      expect.stringMatching(
        /^error host name: the host name nowhere\.invalid cannot be resolved \((?:ENOTFOUND|EAI_AGAIN)\) → correct the endpoint \(--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct\), or give the name an address in DNS$/,
      ),
    ]);
  });

  test('nothing listens', async () => {
    const report = await patient.examine({ endpoint: 'http://127.0.0.1:1' });
    expect(said(report)).toEqual([
      'error port: nothing listens at 127.0.0.1:1 (connecting failed with ECONNREFUSED) → start RustFS (docker ps -a shows whether its container has ended), or name the right address with --endpoint',
    ]);
    expect(report.notChecked).toContainEqual({
      check: 'clock',
      why: 'nothing can be reached at http://127.0.0.1:1',
    });
  });

  test('something else listens', async () => {
    const other = createServer((_, answer) => answer.setHeader('Server', 'other').end('hello'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    patient.serve({ port, close: () => void other.close() });
    const endpoint = `http://127.0.0.1:${port}`;
    expect(said(await patient.examine({ endpoint }))).toEqual([
      `error identity: what answers at ${endpoint} is not RustFS (GET /health/ready: HTTP 200, Server: other, no health report of RustFS) → name the S3 port of RustFS with --endpoint; a proxy before it has to pass /health on, and RUSTFS_HEALTH_ENDPOINT_ENABLE must not be false`,
    ]);
  });

  test('the port speaks TLS, the endpoint says http', async () => {
    const endpoint = (await throughProxy({ tls: await certificate(-1, 90) })).replace('https', 'http');
    expect(said(await patient.examine({ endpoint }))).toEqual([
      `error TLS: the endpoint says http, but the port speaks TLS (a TLS handshake succeeds, HTTP gets no answer) → use ${endpoint.replace('http', 'https')} (--endpoint, RUSTFS_ENDPOINT, or the endpoint of the server construct)`,
    ]);
  });

  test('the endpoint says https, the port speaks HTTP', async () => {
    const endpoint = patient.endpoint.replace('http', 'https');
    expect(said(await patient.examine({ endpoint }))).toEqual([
      expect.stringMatching(
        /^error TLS: the endpoint says https, but the port does not speak TLS \(\w+\) → use http:\/\/127\.0\.0\.1:\d+, or give RustFS a certificate \(RUSTFS_TLS_PATH\)$/,
      ),
    ]);
  });

  const RENEW =
    'renew the certificate and put rustfs_cert.pem and rustfs_key.pem into the TLS directory; RustFS reads them again within 30 s with RUSTFS_TLS_RELOAD_ENABLE=true, else restart it';
  const validity = String.raw`\(valid from [\d:.TZ-]+ to [\d:.TZ-]+\)`;

  test('a certificate that has expired', async () => {
    const tls = await certificate(-30, -1);
    const endpoint = await throughProxy({ tls });
    expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
      expect.stringMatching(new RegExp(`^error TLS: the TLS certificate has expired ${validity} → ${RENEW}$`)),
    ]);
  });

  test('a certificate that expires soon', async () => {
    const tls = await certificate(-30, 5.5);
    const endpoint = await throughProxy({ tls });
    expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
      expect.stringMatching(new RegExp(`^warning TLS: the TLS certificate expires in 5 days ${validity} → ${RENEW}$`)),
    ]);
  });

  test('a certificate for another address', async () => {
    const tls = await certificate(-1, 90, '192.0.2.7');
    const endpoint = await throughProxy({ tls });
    expect(said(await patient.examine({ endpoint, trust: trusting(tls.cert) }))).toEqual([
      'error TLS: the TLS certificate is not for 127.0.0.1 (it names IP Address:192.0.2.7) → make the certificate for IP:127.0.0.1, or reach the server by a name that it has',
    ]);
  });

  test('a certificate of an authority that nobody named', async () => {
    const endpoint = await throughProxy({ tls: await certificate(-1, 90) });
    expect(said(await patient.examine({ endpoint }))).toEqual([
      'error TLS: the TLS certificate is signed by nobody who is trusted here (DEPTH_ZERO_SELF_SIGNED_CERT) → name the certificate of its authority with --ca-file or RUSTFS_CA_FILE, or in the stack (tls of RustFs, caFile of RustFs.external)',
    ]);
  });

  const PASS_ON =
    'let the proxy pass on Host (with its port), path and query unchanged, add no x-amz- header, and strip no prefix ("cdktf-rustfs gateway --print-config nginx" shows a configuration that does)';

  test('a proxy that rewrites Host', async () => {
    const endpoint = await throughProxy({ headers: (headers) => ({ ...headers, host: 'rustfs:9000' }) });
    expect(said(await patient.examine({ endpoint, direct: patient.endpoint }))).toEqual([
      'error root credentials: the root secret is wrong, or something between here and the server changes requests (signed GET /: HTTP 403 SignatureDoesNotMatch) → check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE); if it is right, run doctor again with --direct URL, which asks the server without the proxy too',
      `error proxy: what is between here and ${patient.endpoint} breaks signed requests (signed GET /: HTTP 200 at ${patient.endpoint}, HTTP 403 SignatureDoesNotMatch at ${endpoint}) → ${PASS_ON}`,
    ]);
  });

  test('a proxy that adds an x-amz- header', async () => {
    const endpoint = await throughProxy({ headers: (headers) => ({ ...headers, 'x-amz-meta-hop': '1' }) });
    const found = said(await patient.examine({ endpoint }));
    expect(found).toEqual([
      'error root credentials: something between here and the server adds x-amz- headers to signed requests (signed GET /: HTTP 403 AccessDenied There were headers present in the request which were not signed) → let the proxy add no x-amz- header: RustFS 1.0.1 wants each of them signed',
    ]);
  });

  test('a server that takes the host name for a bucket', async () => {
    answering('/', errorXml(404, 'NoSuchBucket'));
    const host = new URL(patient.endpoint).host;
    expect(said(await patient.examine()).slice(0, 1)).toEqual([
      `error server domains: the server takes the host name 127.0.0.1 for a bucket (GET / with Host ${host}: NoSuchBucket) → add 127.0.0.1 to RUSTFS_SERVER_DOMAINS and restart the server, or reach it by IP address`,
    ]);
  });
});

describe('the server', () => {
  const ready = (more: object, status = 200) =>
    json({ status: 'ok', service: 'rustfs-endpoint', version: '1.0.1', ready: status === 200, ...more }, status);

  test('it is not ready', async () => {
    answering('/health/ready', ready({ degradedReasons: ['iam_not_ready'] }, 503));
    expect(said(await patient.examine())).toEqual([
      'error readiness: the server runs, but is not ready (GET /health/ready: HTTP 503, iam_not_ready) → look at the server log for IAM; on 1.0.1 one stored policy that names admin:KMSCreateKey or admin:KMSKeyStatus stops IAM from loading',
    ]);
  });

  test('it can read, but not write', async () => {
    answering('/health/ready', ready({ details: { storage: { writeQuorum: false, unavailableDrives: ['a', 'b'] } } }));
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
    const endpoint = await throughProxy(at(-20 * 60_000));
    expect(said(await patient.examine({ endpoint }))).toEqual([
      expect.stringMatching(
        new RegExp(
          `^error clock: the clocks of the server and of this machine differ by 20 minutes: RustFS 1.0.1 refuses every signed request ${SYNCHRONIZE}`,
        ),
      ),
    ]);
  });

  test('its clock is a little wrong', async () => {
    const endpoint = await throughProxy(at(60_000));
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
    answering('/rustfs/admin/v3/storageinfo', json({ info: { disks: drives } }));
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
    answering('/rustfs/admin/v3/kms/service-status', json(answer));
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
    answering('/rustfs/admin/v3/target/list', json({ notify_enabled: true, notification_endpoints: [offline] }));
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
});

describe('credentials', () => {
  test('the defaults are accepted', async () => {
    const open = await createPatient({ accessKey: 'rustfsadmin', secretKey: 'rustfsadmin' });
    try {
      expect(said(await open.examine())).toEqual([
        'error default credentials: the server accepts the default credentials rustfsadmin: everybody who reaches it is root (GET / signed with rustfsadmin: HTTP 200) → make root credentials with "cdktf-rustfs root-credentials", give them to the server by RUSTFS_ACCESS_KEY_FILE and RUSTFS_SECRET_KEY_FILE, and restart it',
      ]);
    } finally {
      await open.close();
    }
  });

  test.each([
    [
      { ...ROOT, secretAccessKey: 'not-the-secret' },
      'error root credentials: the root secret is wrong, or something between here and the server changes requests (signed GET /: HTTP 403 SignatureDoesNotMatch) → check RUSTFS_SECRET_KEY (or RUSTFS_SECRET_KEY_FILE); if it is right, run doctor again with --direct URL, which asks the server without the proxy too',
    ],
    [
      { ...ROOT, accessKeyId: 'nobody' },
      'error root credentials: the server does not know the root access key (signed GET /: HTTP 403 InvalidAccessKeyId) → check RUSTFS_ACCESS_KEY (or RUSTFS_ACCESS_KEY_FILE) here and in the container: they must be the same',
    ],
  ])('wrong ones %#', async (root, finding) => {
    expect(said(await patient.examine({ findRoot: async () => root }))).toEqual([finding]);
  });

  test('an access key of an application in the place of root', async () => {
    const { current } = (await patient.store.read('web')) ?? {};
    if (current === undefined) throw new Error('the fixture has no key web');
    expect(said(await patient.examine({ findRoot: async () => current }))).toEqual([
      `error root credentials: the root credentials are those of an ordinary identity (GET /rustfs/admin/v3/is-admin: false for ${current.accessKeyId}) → use root's own credentials: RUSTFS_ACCESS_KEY and RUSTFS_SECRET_KEY of the server`,
    ]);
  });

  test('files that others may read, or that are not there', async () => {
    const open = join(patient.secrets, 'root-access-key');
    writeFileSync(open, 'x', { mode: 0o644 });
    chmodSync(open, 0o644);
    const found = await patient.examine({}, ({ server }) => {
      server.accessKeyFile = open;
      server.secretKeyFile = '/nowhere/secret-key';
    });
    expect(said(found)).toEqual([
      `error root credential files: others may read or write the root credential file ${open} (mode 0644) → chmod 600 ${open}, and rotate the root secret (cdktf-rustfs rotate --root) if somebody could have seen it`,
      'error root credential files: the root credential file /nowhere/secret-key cannot be read (ENOENT) → make both files with "cdktf-rustfs root-credentials --dir DIR --manifest FILE", which takes them from the secret store if it has them',
    ]);
  });
});

describe('what lies here', () => {
  const CONNECTION = { endpoint: 'http://127.0.0.1:9000', region: 'us-east-1' };

  test('a secret that others may read', async () => {
    const file = join(patient.secrets, 'web.env');
    chmodSync(file, 0o640);
    const report = await patient.examine();
    chmodSync(file, 0o600);
    expect(said(report)).toEqual([
      `error secret store: secret store ${patient.secrets} cannot be used (permissions of ${file} are 0640, so others may read this secret) → run chmod 600 ${file}, and replace the key if somebody could have seen it`,
    ]);
    expect(report.notChecked).toContainEqual({ check: 'interrupted runs', why: 'the secret store cannot be read' });
  });

  test('a store without the secret of a declared key', async () => {
    const declare = (manifest: { accessKeys: { name: string; user: string }[] }) =>
      void manifest.accessKeys.push({ name: 'logs', user: 'web-svc' });
    expect(said(await patient.examine({}, declare))).toEqual([
      `warning secret store: secret store ${patient.secrets} has no secret for logs (2 entries: backup, web) → name the right secret store with --secrets, or run apply, which makes keys that do not exist`,
    ]);
  });

  test('keys of runs that were interrupted', async () => {
    const entry = await patient.store.read('web');
    if (entry === undefined) throw new Error('the fixture has no key web');
    const createdAt = '2026-01-02T03:04:05.000Z';
    const key = { accessKeyId: 'NEXTKEY0000000000000', secretAccessKey: 'x'.repeat(40), createdAt } as const;
    const write = (name: string, next: typeof entry) => patient.store.write(name, next, CONNECTION);
    await write('half', { current: { ...key, state: 'pending' } });
    await write('web', { ...entry, next: { ...key, state: 'pending' } });
    const turning = said(await patient.examine());
    await write('web', { ...entry, previous: { ...key, state: 'active' } });
    const turned = said(await patient.examine());
    await write('web', entry);
    await patient.store.remove('half');
    const unpublished = `warning interrupted runs: access key half was never published (pending since ${createdAt}) → run apply again: it creates the key with the id and secret that are there, and publishes it`;
    expect(turning).toEqual([
      unpublished,
      `warning interrupted runs: the rotation of web was interrupted (its next key is pending since ${createdAt}) → run rotate again: it goes on where it stopped`,
    ]);
    expect(turned).toEqual([
      unpublished,
      `warning interrupted runs: the old key of web still works (NEXTKEY0000000000000 of ${createdAt} beside the new one of ${entry.current.createdAt}) → run rotate --finish once every application has the new one`,
    ]);
  });

  test('a lock and a half-written file of a killed run', async () => {
    const lock = join(patient.secrets, '.lock');
    const half = join(patient.secrets, '.web.env.123-0123456789ab.tmp');
    const since = '2026-01-02T03:04:05.000Z';
    writeFileSync(lock, JSON.stringify({ id: '0123456789abcdef', pid: 7, host: 'elsewhere', since }));
    writeFileSync(half, '');
    const found = said(await patient.examine());
    const { rmSync } = await import('node:fs');
    for (const file of [lock, half]) rmSync(file);
    expect(found).toEqual([
      `warning locks: a lock was left behind: ${lock} (of process 7 on host elsewhere, since ${since}) → the next run takes over the lock of a dead process of this host; else delete ${lock} if no run is under way`,
      `warning locks: a half-written file was left behind: ${half} (a run was killed while it wrote) → the next write to the same file removes it; or delete it if no run is under way`,
    ]);
  });
});
