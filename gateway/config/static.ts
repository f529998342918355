import { isIP } from 'node:net';
import { z } from 'zod';
import { keystoneSchema } from '../keystone/config.js';
import { oidcConfigSchema } from '../oidc/config.js';
import { SESSION_SECONDS } from '../upstream/sessions.js';
import { listenAddress } from './address.js';

const file = z.string().min(1);
const seconds = z.number().positive().max(86_400);
const count = z.int().positive();

const hostName = z
  .string()
  .toLowerCase()
  .regex(/^(?=.{1,253}$)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*$/, 'expected a host name without port');

/** alknet's `TlsIdentity`, without what the reference gateway has no code for: `Acme`, `RawKey`. */
const tlsIdentity = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ type: z.literal('x509'), cert_file: file, key_file: file }),
    z.strictObject({ type: z.literal('self_signed'), names: z.array(hostName).min(1).default(['localhost']) }),
    /** Of the reference gateway only, for development and behind a TLS-terminating load balancer: alknet has no plain HTTP. */
    z.strictObject({ type: z.literal('none') }),
  ],
  {
    error: (issue) =>
      issue.code === 'invalid_union'
        ? "expected x509, self_signed or none: alknet's acme and raw_key are not part of the reference gateway"
        : undefined,
  },
);

/** alknet's decoy: what everything gets that is no route of the gateway. */
const decoy = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('not_found') }),
  z.strictObject({ type: z.literal('static_site'), root: file }),
  z.strictObject({ type: z.literal('redirect'), to: z.url({ protocol: /^https?$/ }) }),
]);

const upstreamUrl = z.url({ protocol: /^https?$/, error: 'expected a URL such as http://rustfs:9000' }).refine(
  (text) => {
    const url = new URL(text);
    return url.pathname === '/' && !url.search && !url.hash && !url.username;
  },
  { error: 'expected only scheme, host and port: a path would break every signature' },
);

const cidr = z.string().refine(
  (text) => {
    const [address = '', bits, ...rest] = text.split('/');
    const most = { 4: 32, 6: 128 }[isIP(address)];
    return most !== undefined && rest.length === 0 && (bits === undefined || (/^\d+$/.test(bits) && +bits <= most));
  },
  { error: 'expected an address or a network such as 10.0.0.0/8' },
);

const s3 = z.strictObject({
  /** RustFS as the gateway reaches it. */
  upstream: upstreamUrl,
  /** PEM file with the authority of an https upstream. @default the system's authorities */
  upstream_ca_file: file.optional(),
  /** Hosts whose requests pass through untouched, for clients that sign with SigV4. */
  virtual_hosts: z.array(hostName).default([]),
  /** Also pass `<bucket>.<virtual host>`; RustFS then needs the host in RUSTFS_SERVER_DOMAINS. */
  bucket_subdomains: z.boolean().default(false),
  /**
   * Pass the paths of RustFS' login by OpenID provider at the virtual hosts, and nothing else of its administration:
   * `GET /rustfs/admin/v3/oidc/{providers,logout,authorize/<id>,callback/<id>}`.
   */
  oidc_login: z.boolean().default(false),
  /** `/s3/*` for bearer tokens, signed again with this credential. @default no such route */
  prefix: z
    .strictObject({
      credential: z.strictObject({ access_key_file: file, secret_key_file: file }),
      region: z.string().min(1).default('us-east-1'),
      /** Serve `/s3/admin/*` to tokens with the scope `s3:admin`. */
      expose_admin: z.boolean().default(false),
    })
    .optional(),
  /** Largest request body in bytes. @default what RustFS accepts */
  max_body_bytes: count.optional(),
  connect_timeout_secs: seconds.default(3),
  /** From the last byte of a request to the first of its answer. */
  response_timeout_secs: seconds.default(120),
  /** An idle upstream connection is closed after this time: RustFS 1.0.0-beta.7 does so after 5 s, and the first to close is safe. */
  pool_idle_secs: seconds.default(4),
});

const limits = z.strictObject({
  max_connections: count.default(4096),
  /** Request line and headers together; RustFS itself takes 64 KiB. */
  max_header_bytes: z.int().min(1024).max(65_536).default(32_768),
  max_headers: z.int().min(8).max(1000).default(128),
  max_target_bytes: z.int().min(256).max(65_536).default(16_384),
  /** For the whole head of a request. */
  header_timeout_secs: seconds.default(10),
  /** Between requests of a connection. */
  keep_alive_timeout_secs: seconds.default(60),
  /** Window in which a body must move. */
  idle_timeout_secs: seconds.default(30),
  /** Least average rate of a client within that window, in both directions. */
  min_bytes_per_sec: z.int().nonnegative().default(64),
});

const webhook = z.strictObject({
  /** Internal network only; 3020 is the port of RustFS' own webhook examples. */
  listen_addr: listenAddress.prefault('127.0.0.1:3020'),
  /** Token that RustFS sends (RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_*), also for readers of /events. */
  auth_token_file: file,
  /** Where events are appended as NDJSON. */
  events_file: file,
  max_body_bytes: count.default(1024 * 1024),
  /** Events remembered to recognise repetitions, and kept for readers that come back. */
  dedupe_size: count.default(10_000),
});

const managedCredentials = z.strictObject({
  /** RustFS users by alknet identity (an API key's prefix, a peer's id): who asks gets sessions of that user. */
  users: z
    .record(z.string().min(1), z.strictObject({ user: z.string().min(1), secret_key_file: file }))
    .refine((users) => Object.keys(users).length > 0, { error: 'expected at least one identity with its user' }),
  region: z.string().min(1).default('us-east-1'),
  session_secs: z.int().min(SESSION_SECONDS.min).max(SESSION_SECONDS.max).default(3600),
});

/** alknet's `StaticConfig` and what the reference gateway needs beside it. Changing it takes a restart. */
export const staticConfigSchema = z
  .strictObject({
    listen_addr: listenAddress.prefault('0.0.0.0:443'),
    tls_identity: tlsIdentity,
    drain_timeout_secs: z.number().nonnegative().max(3600).default(2),
    /** File with what may change at run time. @default no keys, default limits */
    dynamic_config: file.optional(),
    decoy: decoy.prefault({ type: 'not_found' }),
    /** Hosts of the gateway's own routes. @default every host that is no S3 virtual host */
    server_names: z.array(hostName).default([]),
    s3: s3,
    limits: limits.prefault({}),
    /** Proxies in front whose X-Forwarded-For and X-Forwarded-Proto are believed. */
    trusted_proxies: z.array(cidr).default([]),
    webhook: webhook.optional(),
    /** `GET /credentials`: RustFS sessions for API keys. @default no such route */
    managed_credentials: managedCredentials.optional(),
    /** The gateway as OpenID provider. @default it is none */
    oidc: oidcConfigSchema.optional(),
    /** Prometheus metrics at `/metrics`, without authentication: keep it on a loopback or internal address. */
    metrics: z.strictObject({ listen_addr: listenAddress }).optional(),
    /** File for access and event log. @default stdout */
    log_file: file.optional(),
    /** Keystone tokens and EC2 credentials at the S3 virtual hosts. @default not taken */
    keystone: keystoneSchema.optional(),
  })
  .refine(({ s3 }) => !s3.oidc_login || s3.virtual_hosts.length > 0, {
    path: ['s3', 'oidc_login'],
    error: 'the login is served at the hosts in s3.virtual_hosts, which are none',
  })
  .refine(({ keystone, s3 }) => keystone === undefined || s3.virtual_hosts.length > 0, {
    path: ['keystone'],
    error: 'the Keystone bridge serves the hosts in s3.virtual_hosts, which are none',
  });

export type StaticConfig = z.output<typeof staticConfigSchema>;
