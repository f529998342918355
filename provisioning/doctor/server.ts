import { errorCode } from '../client/response.js';
import { type Check, type DoctorFinding, NotChecked } from './model.js';

const MINUTE_MS = 60_000;
/** RustFS 1.0.1 refuses signatures that are further off (reference: SigV4). */
const SIGNATURE_LIMIT_MS = 15 * MINUTE_MS;
const SKEW_WARNING_MS = 30_000;

const identity: Check = {
  title: 'identity',
  async run({ health, rustfs, wire }) {
    const { response } = await health();
    try {
      await rustfs();
      return [];
    } catch {
      const { status, headers } = response;
      const server = headers.server ? `, Server: ${headers.server}` : '';
      return [
        {
          severity: 'error',
          what: `what answers at ${wire.endpoint} is not RustFS`,
          evidence: `GET /health/ready: HTTP ${status}${server}, no health report of RustFS`,
          fix: 'name the S3 port of RustFS with --endpoint; a proxy before it has to pass /health on, and RUSTFS_HEALTH_ENDPOINT_ENABLE must not be false',
        },
      ];
    }
  },
};

/** Ways out by reason (reference: readiness.rs). */
const WAYS_OUT: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/storage/, 'look at the drives and their volumes: too few of them can be read or written'],
  [
    /iam/,
    'look at the server log for IAM; on 1.0.1 one stored policy that names admin:KMSCreateKey or admin:KMSKeyStatus stops IAM from loading',
  ],
  [/kms/, 'look at KMS: cdktf-rustfs doctor says more once the server is ready'],
  [/lock/, 'look at the other nodes: too few of them take part in locking'],
  [/startup/, 'wait: the server has not finished its start; if it never does, look at its log'],
];

interface Health {
  readonly degradedReasons?: readonly string[];
  readonly details?: { readonly storage?: { readonly writeQuorum?: boolean; readonly unavailableDrives?: unknown[] } };
}

const readiness: Check = {
  title: 'readiness',
  async run({ health, rustfs }) {
    const { degradedReasons = [], details } = (await rustfs()) as Health;
    const { status } = (await health()).response;
    const reasons = degradedReasons.join(', ');
    const fix = WAYS_OUT.find(([pattern]) => pattern.test(reasons))?.[1] ?? 'look at the server log (docker logs)';
    if (status !== 200) {
      const evidence = `GET /health/ready: HTTP ${status}${reasons === '' ? '' : `, ${reasons}`}`;
      return [{ severity: 'error', what: 'the server runs, but is not ready', evidence, fix }];
    }
    const findings: DoctorFinding[] = [];
    if (details?.storage?.writeQuorum === false) {
      const evidence = `GET /health/ready: writeQuorum false, ${details.storage.unavailableDrives?.length ?? 0} drives unavailable`;
      const what = 'objects can be read, but not written: too few drives are there';
      findings.push({ severity: 'error', what, evidence, fix: WAYS_OUT[0]?.[1] ?? '' });
    }
    if (reasons !== '') {
      findings.push({ severity: 'warning', what: 'the server is ready, but degraded', evidence: reasons, fix });
    }
    return findings;
  },
};

const version: Check = {
  title: 'version',
  async run({ rustfs, manifest: { server } }) {
    const { version: actual } = await rustfs();
    if (actual === server.rustfsVersion) return [];
    return [
      {
        severity: 'error',
        what: `the server is RustFS ${actual}, but declared is ${server.rustfsVersion}`,
        evidence: `GET /health/ready: version ${actual}`,
        fix: `run RustFS ${server.rustfsVersion}, or declare version: '${actual}' on the server construct if this toolkit knows it: what a policy means and what a probe may expect differs between versions`,
      },
    ];
  },
};

const clock: Check = {
  title: 'clock',
  async run({ health }) {
    const { response, sentAt, receivedAt } = await health();
    const said = Date.parse(response.headers.date ?? '');
    if (Number.isNaN(said)) throw new NotChecked('the server sends no Date header');
    // The header has whole seconds.
    const skew = said - (sentAt + receivedAt) / 2;
    const size = Math.max(0, Math.abs(skew) - 1_000);
    if (size <= SKEW_WARNING_MS) return [];
    const evidence = `the server says ${new Date(said).toISOString()}, this machine ${new Date(receivedAt).toISOString()}`;
    const fix = 'synchronize both with NTP (timedatectl set-ntp true)';
    const amount =
      size >= 2 * MINUTE_MS ? `${Math.round(size / MINUTE_MS)} minutes` : `${Math.round(size / 1000)} seconds`;
    const what = `the clocks of the server and of this machine differ by ${amount}`;
    if (size > SIGNATURE_LIMIT_MS)
      return [{ severity: 'error', what: `${what}: RustFS 1.0.1 refuses every signed request`, evidence, fix }];
    return [
      {
        severity: 'warning',
        what: `${what}: tokens of OpenID providers and sessions end too early or too late`,
        evidence,
        fix,
      },
    ];
  },
};

const hostName: Check = {
  title: 'server domains',
  async run({ listBuckets, url }) {
    const code = errorCode(await listBuckets());
    if (code !== 'NoSuchBucket' && code !== 'InvalidBucketName') return [];
    return [
      {
        severity: 'error',
        what: `the server takes the host name ${url.hostname} for a bucket`,
        evidence: `GET / with Host ${url.host}: ${code}`,
        fix: `add ${url.hostname} to RUSTFS_SERVER_DOMAINS and restart the server, or reach it by IP address`,
      },
    ];
  },
};

const LOCATION = /<LocationConstraint[^>]*>([^<]*)<\/LocationConstraint>/;

const region: Check = {
  title: 'region',
  async run({ listBuckets, wire, root, manifest: { server } }) {
    const list = await listBuckets();
    if (list.status !== 200) throw new NotChecked('the buckets cannot be listed');
    const bucket = /<Name>([^<]+)<\/Name>/.exec(list.body.toString('utf8'))?.[1];
    if (bucket === undefined) throw new NotChecked('only a bucket tells the region, and there is none yet');
    const request = { method: 'GET', path: `/${bucket}`, query: { location: '' } };
    const response = await wire.send(request, await root(), { retry: false });
    const actual = LOCATION.exec(response.body.toString('utf8'))?.[1];
    if (response.status !== 200 || actual === undefined)
      throw new NotChecked(`HTTP ${response.status} for the location of ${bucket}`);
    if ((actual || 'us-east-1') === server.region) return [];
    return [
      {
        severity: 'warning',
        what: `the server is in region ${actual}, but declared is ${server.region}`,
        evidence: `GET /${bucket}?location: ${actual}`,
        fix: `set RUSTFS_REGION=${server.region} and restart, or declare region: '${actual}': ARNs of event targets carry the region, and SDKs sign for it`,
      },
    ];
  },
};

export const serverChecks: readonly Check[] = [identity, readiness, version, clock, hostName, region];
