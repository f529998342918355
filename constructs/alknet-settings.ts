import type { KeystoneBridge } from './keystone-bridge.js';
import type { ServiceUser } from './service-user.js';

interface ApiKeyRights {
  /** `s3:readonly`, `s3:readwrite`, `s3:admin` open `/s3/*`; others stand for the policies that `openIdProvider` gives them. */
  readonly scopes: readonly string[];
  /** Unix time in seconds. @default - never */
  readonly expiresAt?: number;
}

/** An entry of alknet's `api_keys`. `cdktf-rustfs gateway --new-api-key` makes one, and shows the token once. */
export interface GivenApiKey extends ApiKeyRights {
  /** `alk_` and four characters; unique, because alknet finds a key by these eight. */
  readonly prefix: string;
  /** `sha256:` and the token's SHA-256 in hexadecimal. */
  readonly hash: string;
  readonly description: string;
}

/** A key that is made at the first deployment. Its token is kept in the file `gateway/api-keys/<name>` beside the secret store. */
export interface MadeApiKey extends ApiKeyRights {
  /** Decides the prefix, and with it the id of the identity. */
  readonly name: string;
  /** @default - the name */
  readonly description?: string;
}

export type GatewayApiKey = GivenApiKey | MadeApiKey;

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

/** An application at the OpenID provider. */
export interface GatewayOidcClient {
  readonly clientId: string;
  /** Where browsers come back to (code flow with PKCE). @default - programs only, by token exchange */
  readonly redirectUris?: readonly string[];
  /** @default none */
  readonly postLogoutRedirectUris?: readonly string[];
  /** File with the client secret, relative to the project directory. @default - a public client */
  readonly clientSecretFile?: string;
  /** Programs exchange an API key for an ID token (RFC 8693). @default - for public clients */
  readonly tokenExchange?: boolean;
}

export interface GatewayOpenIdProvider {
  /** Host of the issuer: one name that browsers, programs and RustFS in its container all resolve to the gateway; no virtual host. */
  readonly hostname: string;
  /** RustFS takes the tokens of the first alone, as it knows one audience; programs exchange for it. @default - one, `rustfs`, for token exchange */
  readonly clients?: readonly GatewayOidcClient[];
  /** What the scopes of API keys stand for: values of `OidcClaim`s of `gateway.oidcProvider()`. */
  readonly policies: Readonly<Record<string, readonly string[]>>;
  /** PEM file with the private authority of the gateway's certificate, for RustFS 1.0.1. @default - a public authority, or tls none */
  readonly caFile?: string;
  /** Never beyond the expiry of the API key. @default 3600 */
  readonly idTokenSeconds?: number;
  /** How long a browser stays signed in. @default 28800 */
  readonly sessionSeconds?: number;
  /** @default 30 */
  readonly keyRotationDays?: number;
}

export interface GatewayWebhooks {
  /** On the internal network, never published. @default 3020 */
  readonly port?: number;
  /** Id of the target at RustFS, lower case. @default alknet */
  readonly targetId?: string;
}

export interface GatewayManagedCredentials {
  /** RustFS users by API key (its name or prefix): who holds the key gets sessions of that user at `GET /credentials`. */
  readonly users: Readonly<Record<string, ServiceUser>>;
  /** 900 to 43200. @default 3600 */
  readonly sessionSeconds?: number;
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
  /** Who may use `/s3/*`, sign in, or get credentials. @default none */
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
  /** The gateway as OpenID provider, which RustFS then trusts: API keys sign in, and RustFS gives sessions. @default - none */
  readonly openIdProvider?: GatewayOpenIdProvider;
  /** Takes RustFS' bucket events; RustFS is told the target. @default - not received */
  readonly webhooks?: GatewayWebhooks;
  /** Short-lived RustFS credentials for API keys. @default - none */
  readonly managedCredentials?: GatewayManagedCredentials;
}

export function portOf({ port, tls }: Pick<GatewaySettings, 'port' | 'tls'>): number {
  return port ?? (tls.type === 'none' ? 80 : 443);
}

/** Host and port of a URL, without the scheme's own port. */
export function authority(host: string, { port, tls }: Pick<GatewaySettings, 'port' | 'tls'>): string {
  const number = portOf({ tls, ...(port !== undefined && { port }) });
  return number === (tls.type === 'none' ? 80 : 443) ? host : `${host}:${number}`;
}

/** Origin of the gateway by one of its names. */
export function originOf(host: string, settings: Pick<GatewaySettings, 'port' | 'tls'>): string {
  return `${settings.tls.type === 'none' ? 'http' : 'https'}://${authority(host, settings)}`;
}

export const WEBHOOK_PORT = 3020;
export const WEBHOOK_TARGET = 'alknet';
const DEFAULT_CLIENTS: readonly GatewayOidcClient[] = [{ clientId: 'rustfs' }];

export const clientsOf = ({ clients = DEFAULT_CLIENTS }: GatewayOpenIdProvider) => clients;
