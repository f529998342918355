import { isIP } from 'node:net';
import { z } from 'zod';
import { dynamicConfigSchema } from '../gateway/config/dynamic.js';
import { staticConfigSchema } from '../gateway/config/static.js';
import type { GatewayCapability, GatewayImplementation } from './alknet-capabilities.js';
import type { GatewayFile, KeystoneBridge } from './keystone-bridge.js';

/** An entry of alknet's `api_keys`. `cdktf-rustfs gateway --new-api-key` makes one, and shows the token once. */
export interface GatewayApiKey {
  /** `alk_` and four characters; unique, because alknet finds a key by these eight. */
  readonly prefix: string;
  /** `sha256:` and the token's SHA-256 in hexadecimal. */
  readonly hash: string;
  /** `s3:readonly`, `s3:readwrite`, `s3:admin`. */
  readonly scopes: readonly string[];
  readonly description: string;
  /** Unix time in seconds. @default - never */
  readonly expiresAt?: number;
}

/** Files are relative to the project directory. */
export type GatewayTls =
  | { readonly type: 'x509'; readonly certFile: string; readonly keyFile: string }
  /** Made anew at each start, for the virtual hosts: for development. */
  | { readonly type: 'selfSigned' }
  /** Plain HTTP: for development, and behind a load balancer that ends TLS. */
  | { readonly type: 'none' };

export interface GatewayRateLimits {
  /** @default 100 */
  readonly maxConnectionsPerIp?: number;
  /** Wrong tokens that an address may try in a minute. @default 5 */
  readonly maxAuthAttempts?: number;
  /** Of one address. @default - unlimited */
  readonly requestsPerSecond?: number;
  /** @default - twice requestsPerSecond */
  readonly burst?: number;
}

export interface GatewaySettings {
  /** Host names of S3 for clients that sign with SigV4, without port. */
  readonly virtualHosts: readonly string[];
  /** Also `<bucket>.<virtual host>`; RustFS is told the hosts. @default false */
  readonly bucketSubdomains?: boolean;
  readonly tls: GatewayTls;
  /** Port on the host, and of the gateway itself, so that the URL is the same inside and outside. @default 443; 80 for tls none */
  readonly port?: number;
  /** Address that the port is bound to. @default 127.0.0.1 */
  readonly bindAddress?: string;
  /** Who may use `/s3/*`. @default none */
  readonly apiKeys?: readonly GatewayApiKey[];
  /** `/s3/*` for API keys, signed again with this credential. Files are relative to the project directory. @default - no such route */
  readonly prefix?: {
    readonly accessKeyFile: string;
    readonly secretKeyFile: string;
    /** `/s3/admin/*` for the scope s3:admin. @default false */
    readonly exposeAdmin?: boolean;
  };
  /**
   * Let browsers sign in at the server's OpenID providers by a virtual host: passes exactly the paths of RustFS' login, and nothing
   * else of its administration. The console that RustFS sends them to afterwards is not served. @default false
   */
  readonly oidcLogin?: boolean;
  /** @default - alknet's defaults: 100 connections and 5 wrong tokens */
  readonly rateLimits?: GatewayRateLimits;
  /**
   * Port of the Prometheus metrics in the gateway's Docker networks; never published. They have no authentication, and name no
   * key, path or address. A gateway that runs as a process serves them on 127.0.0.1. @default - none
   */
  readonly metricsPort?: number;
  /** Proxies in front whose X-Forwarded-For is believed. @default none */
  readonly trustedProxies?: readonly string[];
  /** Sign-in with OpenStack Keystone at the virtual hosts. @default - none */
  readonly keystone?: KeystoneBridge;
}

export interface GatewayDocuments {
  readonly static: Readonly<Record<string, unknown>>;
  readonly dynamic: Readonly<Record<string, unknown>>;
  /** The secret and certificate files that the static configuration names. */
  readonly files: readonly GatewayFile[];
}

export const GATEWAY_DIRECTORY = '/etc/gateway';
export const DYNAMIC_FILE = `${GATEWAY_DIRECTORY}/dynamic.json`;

export function portOf({ port, tls }: Pick<GatewaySettings, 'port' | 'tls'>): number {
  return port ?? (tls.type === 'none' ? 80 : 443);
}

/** Host and port of a URL, without the scheme's own port. */
export function authority(host: string, { port, tls }: Pick<GatewaySettings, 'port' | 'tls'>): string {
  const number = portOf({ tls, ...(port !== undefined && { port }) });
  return number === (tls.type === 'none' ? 80 : 443) ? host : `${host}:${number}`;
}

export interface GatewayPlace {
  /** Address and port that it listens at. */
  readonly listen: string;
  /** Address that its metrics are served at. */
  readonly metricsHost: string;
  /** RustFS as it reaches it. */
  readonly upstream: string;
  readonly region: string;
}

/** Both configurations of the gateway, with paths of its container. */
export function gatewayDocuments(
  settings: GatewaySettings,
  { listen, metricsHost, upstream, region }: GatewayPlace,
): GatewayDocuments {
  const files: GatewayFile[] = [...(settings.keystone?.files ?? [])];
  const mounted = (projectPath: string, name: string) => {
    const gatewayPath = `${GATEWAY_DIRECTORY}/${name}`;
    files.push({ projectPath, gatewayPath });
    return gatewayPath;
  };
  const { tls, prefix, virtualHosts, rateLimits = {} } = settings;
  return {
    files,
    static: {
      listen_addr: listen,
      tls_identity:
        tls.type === 'x509'
          ? {
              type: 'x509',
              cert_file: mounted(tls.certFile, 'tls.crt'),
              key_file: mounted(tls.keyFile, 'tls.key'),
            }
          : tls.type === 'selfSigned'
            ? { type: 'self_signed', ...(virtualHosts.length > 0 && { names: virtualHosts }) }
            : { type: 'none' },
      dynamic_config: DYNAMIC_FILE,
      s3: {
        upstream,
        virtual_hosts: virtualHosts,
        bucket_subdomains: settings.bucketSubdomains ?? false,
        ...(settings.oidcLogin && { oidc_login: true }),
        ...(prefix && {
          prefix: {
            credential: {
              access_key_file: mounted(prefix.accessKeyFile, 'access-key'),
              secret_key_file: mounted(prefix.secretKeyFile, 'secret-key'),
            },
            region,
            expose_admin: prefix.exposeAdmin ?? false,
          },
        }),
      },
      trusted_proxies: settings.trustedProxies ?? [],
      ...(settings.keystone && { keystone: settings.keystone.config }),
      ...(settings.metricsPort !== undefined && { metrics: { listen_addr: `${metricsHost}:${settings.metricsPort}` } }),
    },
    dynamic: {
      auth: {
        api_keys: (settings.apiKeys ?? []).map(({ expiresAt, ...key }) => ({
          ...key,
          ...(expiresAt !== undefined && { expires_at: expiresAt }),
        })),
      },
      rate_limits: {
        max_connections_per_ip: rateLimits.maxConnectionsPerIp,
        max_auth_attempts: rateLimits.maxAuthAttempts,
        requests_per_second: rateLimits.requestsPerSecond,
        burst: rateLimits.burst,
      },
    },
  };
}

/** The capabilities that settings need, and the settings that need them. */
function needs(settings: GatewaySettings): readonly (readonly [GatewayCapability, string, boolean])[] {
  return [
    ['s3-passthrough', 'virtualHosts', settings.virtualHosts.length > 0],
    ['tls', `tls ${settings.tls.type}`, settings.tls.type !== 'none'],
    ['plain-http', 'tls none', settings.tls.type === 'none'],
    ['alk-http', 'apiKeys', (settings.apiKeys ?? []).length > 0],
    ['oidc-login', 'oidcLogin', settings.oidcLogin === true],
    ['s3-resign', 'prefix', settings.prefix !== undefined],
    ['rate-limit', 'rateLimits', settings.rateLimits !== undefined],
    ['keystone-bridge', 'keystone', settings.keystone !== undefined],
    ['metrics', 'metricsPort', settings.metricsPort !== undefined],
  ];
}

/** Everything that is known to go wrong, in words of the props. */
export function gatewayProblems(settings: GatewaySettings, { kind, capabilities }: GatewayImplementation): string[] {
  const { virtualHosts, apiKeys = [], prefix, bucketSubdomains = false } = settings;
  return [
    ...(virtualHosts.length === 0 && !prefix
      ? [
          'virtualHosts is empty and there is no prefix: nothing of RustFS would be reachable; name a host such as s3.example.com',
        ]
      : []),
    ...virtualHosts
      .filter((host) => isIP(host) !== 0)
      .map((host) => `virtualHosts has ${host}: expected a host name, because its own routes answer at the address`),
    ...duplicates(virtualHosts).map((host) => `virtualHosts has ${host} twice`),
    ...(bucketSubdomains ? overlaps(virtualHosts) : []),
    ...(settings.metricsPort === portOf(settings)
      ? [`metricsPort and port are both ${settings.metricsPort}: give each its own`]
      : []),
    ...duplicates(apiKeys.map(({ prefix: eight }) => eight)).map((eight) => {
      const holders = apiKeys.filter((key) => key.prefix === eight).map(({ description }) => description);
      return `apiKeys has the prefix ${eight} for ${holders.join(' and ')}: alknet finds a key by it, so only the first would work; make a new key for the other`;
    }),
    ...(prefix && apiKeys.length === 0
      ? [
          'prefix opens /s3/* for API keys, but apiKeys is empty: make one with cdktf-rustfs gateway --new-api-key s3:readonly',
        ]
      : []),
    ...(settings.oidcLogin && virtualHosts.length === 0
      ? ['oidcLogin is served at the virtual hosts, which are none: name a host such as s3.example.com']
      : []),
    ...(!prefix && apiKeys.length > 0
      ? [
          'apiKeys are for /s3/*, but there is no prefix with a credential to sign with (SigV4 breaks when a path prefix is cut off)',
        ]
      : []),
    ...needs(settings)
      .filter(([capability, , needed]) => needed && !capabilities.includes(capability))
      .map(
        ([capability, setting]) =>
          `${setting} needs the capability ${capability}, which the ${kind} implementation does not have (it has: ${capabilities.join(', ') || 'none'})`,
      ),
  ];
}

/** What the gateway's own schemas say. */
export function documentProblems({ static: fixed, dynamic }: GatewayDocuments): string[] {
  // As the gateway will read it.
  const check = (schema: z.ZodType, document: unknown) => schema.safeParse(JSON.parse(JSON.stringify(document)));
  return [check(staticConfigSchema, fixed), check(dynamicConfigSchema, dynamic)].flatMap(({ error }) =>
    error ? [z.prettifyError(error)] : [],
  );
}

const duplicates = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

/** RustFS does not start when one of its domains is below another one (reference: RUSTFS_SERVER_DOMAINS). */
function overlaps(hosts: readonly string[]): string[] {
  return hosts.flatMap((host) =>
    hosts
      .filter((other) => host.endsWith(`.${other}`))
      .map(
        (other) =>
          `virtualHosts has ${host} below ${other}: with bucketSubdomains RustFS refuses to start; leave one of them out`,
      ),
  );
}
