import type { VersionRules } from './model.js';

/** Clients, network, start and health. */
export const SERVER_RULES = {
  'unsigned-headers': {
    title: 'x-amz-* headers that are not signed',
    does: { '1.0.0-beta.7': 'accepted', '1.0.1': '403 AccessDenied, on S3, STS and the admin API' },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'let clients sign every x-amz-* header (x-amz-security-token too), and let no proxy add one',
      },
    },
    source: 'rustfs/auth.rs of 1.0.1',
    byHand:
      'look in proxy and gateway configurations for headers that they add (x-amz-…), and at clients with a signer of their own: for each request, every x-amz-* header has to stand in SignedHeaders. Then run the clients against a scratch 1.0.1',
  },
  'clock-skew': {
    title: 'clock difference of header signatures, in seconds',
    does: { '1.0.0-beta.7': 'not checked', '1.0.1': 'more than 900 is 403 RequestTimeTooSkewed' },
    value: { '1.0.0-beta.7': Number.POSITIVE_INFINITY, '1.0.1': 900 },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'synchronize the clocks (NTP)' } },
    source: 's3s/ops/signature.rs of both versions',
    byHand: "compare the clocks of all clients with the server's: this command compares only this machine's",
  },
  'error-codes': {
    title: 'answers to what is missing or malformed',
    does: {
      '1.0.0-beta.7': 'mostly 500',
      '1.0.1':
        '404 NoSuchResource for missing users and policies, 400 for malformed bodies, 400 BadDigest for wrong digests',
    },
    to: {
      '1.0.1': { severity: 'note', fix: 'let scripts go by the lists, not by codes' },
      '1.0.0-beta.7': { severity: 'note', fix: 'let scripts go by the lists, not by codes' },
    },
    source: 'recorded: 02-users remove-missing; 03-policies info-missing; 08-objects put-bad-md5',
    byHand: 'look for status codes in scripts of your own that call the admin API',
  },
  'metrics-route': {
    title: 'GET /rustfs/admin/v3/metrics',
    does: { '1.0.0-beta.7': 'streams metrics', '1.0.1': 'gone: /v3/realtime, action admin:GetMetrics' },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'scrape /v3/realtime, or collect by OpenTelemetry' } },
    source: 'admin/router.rs of 1.0.1',
    byHand: 'look for /v3/metrics in the configuration of what monitors the server',
  },
  readiness: {
    title: '/health/ready',
    does: {
      '1.0.0-beta.7': '200 with write quorum and IAM, before OpenID, Keystone and S3 are ready',
      '1.0.1': '200 when the start is finished, with read quorum; /minio/health/cluster tells of write quorum',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'watch /minio/health/cluster where write quorum counts, and allow 120 s for the start',
      },
      '1.0.0-beta.7': { severity: 'changes-meaning', fix: 'wait for a signed ListBuckets after /health/ready' },
    },
    source: 'server/readiness.rs, startup_services.rs of both versions',
    byHand: 'look at the probes of load balancers and orchestrators',
  },
  'liveness-body': {
    title: 'body of /health',
    does: {
      '1.0.0-beta.7': 'has ready, details and degradedReasons',
      '1.0.1': 'has status, service, timestamp and version alone',
    },
    value: { '1.0.0-beta.7': true, '1.0.1': false },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'ask /health/ready for them' } },
    source: 'recorded: 01-surface health',
    byHand: 'look for probes that read the body of /health',
  },
  'outbound-private': {
    title: 'OpenID providers, webhooks and audit targets at private addresses',
    does: {
      '1.0.0-beta.7': 'asked',
      '1.0.1':
        'refused, whatever name led there, unless RUSTFS_OUTBOUND_ALLOW_ORIGINS lists the origin; link-local addresses always',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: {
      '1.0.1': {
        severity: 'breaks-clients',
        fix: 'list the origin in RUSTFS_OUTBOUND_ALLOW_ORIGINS (RustFs derives it from what is declared)',
      },
    },
    source: 'recorded: 13-oidc validate; utils/egress.rs of 1.0.1',
    byHand:
      'list what the server connects to (OpenID providers, webhooks, audit targets, object lambda), and resolve the names where the server runs',
  },
  'outbound-list': {
    title: 'RUSTFS_OUTBOUND_ALLOW_ORIGINS',
    does: {
      '1.0.0-beta.7': 'unknown',
      '1.0.1': 'scheme://host[:port], comma-separated; one item with a path or user, or an empty one, voids the list',
    },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'write origins alone, without trailing slash' } },
    source: 'utils/egress.rs of 1.0.1',
    byHand: "look at RUSTFS_OUTBOUND_ALLOW_ORIGINS in the new server's environment (--server-env)",
  },
  'outbound-literals': {
    title: 'Keystone and tiers at localhost or a literal private address',
    does: {
      '1.0.0-beta.7': 'asked',
      '1.0.1': 'refused, allow list or not; Keystone is then off, which only the log says',
    },
    value: { '1.0.0-beta.7': false, '1.0.1': true },
    to: { '1.0.1': { severity: 'breaks-clients', fix: 'use a DNS name: those pass' } },
    source:
      'observed on a running 1.0.1: "auth_url is not allowed … loopback address", allow-listed; keystone/config.rs, ecstore tier/warm_backend_s3.rs',
    byHand:
      'look at RUSTFS_KEYSTONE_AUTH_URL (--server-env), at the endpoints of tiers, and at replication targets on loopback (RUSTFS_REPLICATION_ALLOW_LOOPBACK_TARGET)',
  },
  'default-credentials': {
    title: 'rustfsadmin as root credential, on several nodes',
    does: { '1.0.0-beta.7': 'starts', '1.0.1': 'does not start without RUSTFS_RPC_SECRET; a single node only warns' },
    to: {
      '1.0.1': { severity: 'blocks-start', fix: 'change the root credentials, or set RUSTFS_RPC_SECRET on every node' },
    },
    source: 'credentials/credentials.rs of 1.0.1; observed on a running 1.0.1: a single node starts',
  },
  'credential-variables': {
    title: 'RUSTFS_ACCESS_KEY, RUSTFS_SECRET_KEY set but empty',
    does: { '1.0.0-beta.7': 'not checked by the entrypoint', '1.0.1': 'the entrypoint of the image exits' },
    to: { '1.0.1': { severity: 'blocks-start', fix: 'unset the variable, or give it a value' } },
    source: 'entrypoint.sh of the image (1.0.0-rc.3)',
    byHand: "look at the server's environment (--server-env)",
  },
  'console-address': {
    title: 'console on the address of S3',
    does: { '1.0.0-beta.7': 'not checked', '1.0.1': 'does not start' },
    to: {
      '1.0.1': {
        severity: 'blocks-start',
        fix: 'give RUSTFS_CONSOLE_ADDRESS another port, or set RUSTFS_CONSOLE_ENABLE=false',
      },
    },
    source: 'observed on a running 1.0.1: "conflicts with S3 address", exit 1; startup_server.rs of 1.0.1',
    byHand: 'compare RUSTFS_CONSOLE_ADDRESS with RUSTFS_ADDRESS (--server-env)',
  },
  'storage-class': {
    title: 'explicit parity (RUSTFS_STORAGE_CLASS_*)',
    does: { '1.0.0-beta.7': 'starts', '1.0.1': 'does not start if a pool cannot satisfy it' },
    to: {
      '1.0.1': { severity: 'blocks-start', fix: 'unset the variable: the parity is then derived from the drives' },
    },
    source: 'observed on a running 1.0.1: "Standard storage class parity 2 should be less than or equal to 0", exit 1',
    byHand: "look at RUSTFS_STORAGE_CLASS_* in the server's environment (--server-env)",
  },
  'keep-alive': {
    title: 'idle connections, in seconds (RUSTFS_HTTP1_HEADER_READ_TIMEOUT)',
    does: { '1.0.0-beta.7': 'closed after 5', '1.0.1': 'closed after 75' },
    to: {
      '1.0.0-beta.7': {
        severity: 'breaks-clients',
        fix: 'set RUSTFS_HTTP1_HEADER_READ_TIMEOUT to 75 or more behind a proxy',
      },
    },
    source: 'config/constants/app.rs of both versions',
    byHand: 'compare with the keep-alive of proxies in front of the server: theirs has to be shorter',
  },
  'console-rate-limit': {
    title: 'RUSTFS_CONSOLE_RATE_LIMIT_*',
    does: { '1.0.0-beta.7': 'only logs', '1.0.1': 'enforced by client address' },
    to: {
      '1.0.1': {
        severity: 'changes-meaning',
        fix: 'raise RUSTFS_CONSOLE_RATE_LIMIT_RPM where many users share an address',
      },
    },
    source: 'config/constants/console.rs of both versions',
    byHand: "look at RUSTFS_CONSOLE_RATE_LIMIT_ENABLE in the server's environment (--server-env)",
  },
  'unknown-usage': {
    title: 'size and objects in accountinfo',
    does: { '1.0.0-beta.7': '0 while unknown', '1.0.1': 'absent while unknown' },
    to: { '1.0.1': { severity: 'note', fix: 'take absent as unknown' } },
    source: 'madmin/user.rs of 1.0.1',
    byHand: 'look for what reads accountinfo',
  },
  'mixed-versions': {
    title: 'nodes of both versions at a time',
    does: { '1.0.0-beta.7': 'not supported with encrypted objects', '1.0.1': 'not supported with encrypted objects' },
    to: {
      '1.0.1': { severity: 'loses-data', fix: 'stop all nodes, upgrade, start all; snapshot the volumes before' },
      '1.0.0-beta.7': {
        severity: 'loses-data',
        fix: 'go back by the snapshot of the volumes that was made before the upgrade',
      },
    },
    source: 'upstream: SSE envelope, no mixed versions, no rollback',
  },
} as const satisfies VersionRules;
