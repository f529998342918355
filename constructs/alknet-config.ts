import { prefixOf } from '../gateway/auth/api-key.js';
import { SECRET_FILES } from '../gateway/prepare/secrets.js';
import {
  clientsOf,
  type GatewayApiKey,
  type GatewayOpenIdProvider,
  type GatewaySettings,
  originOf,
  WEBHOOK_PORT,
} from './alknet-settings.js';
import type { GatewayFile } from './keystone-bridge.js';

export interface GatewayDocuments {
  readonly static: Readonly<Record<string, unknown>>;
  /** Absent: the file in the secret directory, which has the hashes of made keys. */
  readonly dynamic?: Readonly<Record<string, unknown>>;
  /** The secret and certificate files that the static configuration names. */
  readonly files: readonly GatewayFile[];
  /** What has to be made before the gateway starts. Absent: nothing. */
  readonly secrets?: Readonly<Record<string, unknown>>;
}

export const GATEWAY_DIRECTORY = '/etc/gateway';
export const DYNAMIC_FILE = `${GATEWAY_DIRECTORY}/dynamic.json`;
/** What the gateway itself writes: keys and sessions of the OpenID provider, events. */
export const STATE_DIRECTORY = '/var/lib/gateway';

export interface GatewayPlace {
  /** Address and port that it listens at. */
  readonly listen: string;
  /** Address for listeners that are not published. */
  readonly internalHost: string;
  /** RustFS as it reaches it. */
  readonly upstream: string;
  readonly region: string;
  /** Of the project, for what is made. */
  readonly secretDirectory: string;
}

/** Drops what is not set, so that the gateway's own defaults hold. */
function present<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as never;
}

/** Id of the identity that a key stands for. */
export const identityOf = (key: GatewayApiKey) => ('name' in key ? prefixOf(key.name) : key.prefix);

/** Both configurations of the gateway, with paths of its container. */
export function gatewayDocuments(settings: GatewaySettings, place: GatewayPlace): GatewayDocuments {
  const files: GatewayFile[] = [...(settings.keystone?.files ?? [])];
  const mounted = (projectPath: string, name: string) => {
    const gatewayPath = `${GATEWAY_DIRECTORY}/${name}`;
    files.push({ projectPath, gatewayPath });
    return gatewayPath;
  };
  const made = (name: string) => mounted(`${place.secretDirectory}/${name}`, name);
  const { tls, prefix, virtualHosts, openIdProvider, webhooks, managedCredentials } = settings;
  const names = [...virtualHosts, ...(openIdProvider ? [openIdProvider.hostname] : [])];
  const secrets = gatewaySecrets(settings, place.secretDirectory);
  const document = {
    listen_addr: place.listen,
    tls_identity:
      tls.type === 'x509'
        ? { type: 'x509', cert_file: mounted(tls.certFile, 'tls.crt'), key_file: mounted(tls.keyFile, 'tls.key') }
        : tls.type === 'selfSigned'
          ? { type: 'self_signed', ...(names.length > 0 && { names }) }
          : { type: 'none' },
    dynamic_config: secrets?.api_keys ? made(SECRET_FILES.dynamic) : DYNAMIC_FILE,
    s3: {
      upstream: place.upstream,
      virtual_hosts: virtualHosts,
      bucket_subdomains: settings.bucketSubdomains ?? false,
      ...(settings.oidcLogin && { oidc_login: true }),
      ...(prefix && {
        prefix: {
          credential: {
            access_key_file: mounted(prefix.accessKeyFile, 'access-key'),
            secret_key_file: mounted(prefix.secretKeyFile, 'secret-key'),
          },
          region: place.region,
          expose_admin: prefix.exposeAdmin ?? false,
        },
      }),
    },
    trusted_proxies: settings.trustedProxies ?? [],
    ...(settings.keystone && { keystone: settings.keystone.config }),
    ...(settings.metricsPort !== undefined && {
      metrics: { listen_addr: `${place.internalHost}:${settings.metricsPort}` },
    }),
    ...(openIdProvider && { oidc: oidcSection(openIdProvider, settings, mounted, made) }),
    ...(webhooks && {
      webhook: {
        listen_addr: `${place.internalHost}:${webhooks.port ?? WEBHOOK_PORT}`,
        auth_token_file: made(SECRET_FILES.webhookToken),
        events_file: `${STATE_DIRECTORY}/events.ndjson`,
      },
    }),
    ...(managedCredentials && {
      managed_credentials: present({
        users: Object.fromEntries(
          managedUsers(settings).map(([id, user]) => [id, { user, secret_key_file: made(SECRET_FILES.user(user)) }]),
        ),
        region: place.region,
        session_secs: managedCredentials.sessionSeconds,
      }),
    }),
  };
  return {
    static: document,
    files,
    ...(secrets && { secrets }),
    ...(secrets?.api_keys === undefined && { dynamic: dynamicDocument(settings) }),
  };
}

/** RustFS users by identity. */
export function managedUsers({ managedCredentials, apiKeys = [] }: GatewaySettings): (readonly [string, string])[] {
  return Object.entries(managedCredentials?.users ?? {}).map(([key, { userName }]) => {
    const known = apiKeys.find((one) => ('name' in one ? one.name : one.prefix) === key);
    return [known === undefined ? key : identityOf(known), userName];
  });
}

function oidcSection(
  provider: GatewayOpenIdProvider,
  settings: GatewaySettings,
  mounted: (projectPath: string, name: string) => string,
  made: (name: string) => string,
) {
  return present({
    issuer: originOf(provider.hostname, settings),
    state_dir: `${STATE_DIRECTORY}/oidc`,
    keys_file: made(SECRET_FILES.oidcKeys),
    clients: clientsOf(provider).map((client) =>
      present({
        client_id: client.clientId,
        client_secret_file: client.clientSecretFile && mounted(client.clientSecretFile, `clients/${client.clientId}`),
        redirect_uris: client.redirectUris ?? [],
        post_logout_redirect_uris: client.postLogoutRedirectUris,
        token_exchange: client.tokenExchange ?? client.clientSecretFile === undefined,
      }),
    ),
    policies: provider.policies,
    id_token_ttl_secs: provider.idTokenSeconds,
    session_ttl_secs: provider.sessionSeconds,
    key_rotation_days: provider.keyRotationDays,
  });
}

function dynamicDocument({ apiKeys = [], rateLimits = {} }: GatewaySettings) {
  return {
    auth: {
      api_keys: apiKeys.flatMap((key) => {
        if ('name' in key) return [];
        const { expiresAt, ...entry } = key;
        return [{ ...entry, ...(expiresAt !== undefined && { expires_at: expiresAt }) }];
      }),
    },
    rate_limits: {
      max_connections_per_ip: rateLimits.maxConnectionsPerIp,
      max_auth_attempts: rateLimits.maxAuthAttempts,
      requests_per_second: rateLimits.requestsPerSecond,
      burst: rateLimits.burst,
    },
  };
}

function gatewaySecrets(settings: GatewaySettings, directory: string): GatewayDocuments['secrets'] {
  const { apiKeys = [], openIdProvider, webhooks, managedCredentials } = settings;
  const keys = apiKeys.flatMap((key) => {
    if (!('name' in key)) return [];
    const { name, scopes, description = name, expiresAt } = key;
    const expiry = expiresAt === undefined ? {} : { expires_at: expiresAt };
    return [{ name, prefix: prefixOf(name), scopes, description, ...expiry }];
  });
  if (keys.length === 0 && !openIdProvider && !webhooks && !managedCredentials) return undefined;
  return {
    directory,
    ...(keys.length > 0 && { api_keys: keys, dynamic: dynamicDocument(settings) }),
    ...(openIdProvider && { oidc_keys: true }),
    ...(webhooks && { webhook_token: true }),
    ...(managedCredentials && { users: [...new Set(managedUsers(settings).map(([, user]) => user))].sort() }),
  };
}
