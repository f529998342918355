import { isIP } from 'node:net';
import { z } from 'zod';
import { dynamicConfigSchema } from '../gateway/config/dynamic.js';
import { staticConfigSchema } from '../gateway/config/static.js';
import { gatewaySecretsSchema } from '../gateway/prepare/secrets.js';
import type { GatewayCapability, GatewayImplementation } from './alknet-capabilities.js';
import { type GatewayDocuments, identityOf } from './alknet-config.js';
import { type GatewayApiKey, type GatewaySettings, originOf, portOf, WEBHOOK_PORT } from './alknet-settings.js';

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
    ['oidc-provider', 'openIdProvider', settings.openIdProvider !== undefined],
    ['webhook-receiver', 'webhooks', settings.webhooks !== undefined],
    ['managed-credentials', 'managedCredentials', settings.managedCredentials !== undefined],
  ];
}

export interface Fronted {
  /** Is RustFS a container beside the gateway, rather than a server elsewhere? */
  readonly fronted: boolean;
}

/** Everything that is known to go wrong, in words of the props. */
export function gatewayProblems(
  settings: GatewaySettings,
  { kind, capabilities }: GatewayImplementation,
  { fronted }: Fronted,
): string[] {
  const { virtualHosts, prefix, bucketSubdomains = false } = settings;
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
    ...(settings.oidcLogin && virtualHosts.length === 0
      ? ['oidcLogin is served at the virtual hosts, which are none: name a host such as s3.example.com']
      : []),
    ...apiKeyProblems(settings),
    ...(settings.openIdProvider ? issuerProblems(settings, settings.openIdProvider.hostname, fronted) : []),
    ...webhookProblems(settings),
    ...needs(settings)
      .filter(([capability, , needed]) => needed && !capabilities.includes(capability))
      .map(
        ([capability, setting]) =>
          `${setting} needs the capability ${capability}, which the ${kind} implementation does not have (it has: ${capabilities.join(', ') || 'none'})`,
      ),
  ];
}

/** What the gateway's own schemas say. */
export function documentProblems({ static: fixed, dynamic = {}, secrets }: GatewayDocuments): string[] {
  // As the gateway will read it.
  const check = (schema: z.ZodType, document: unknown) => schema.safeParse(JSON.parse(JSON.stringify(document)));
  return [
    check(staticConfigSchema, fixed),
    check(dynamicConfigSchema, dynamic),
    ...(secrets ? [check(gatewaySecretsSchema, secrets)] : []),
  ].flatMap(({ error }) => (error ? [z.prettifyError(error)] : []));
}

const duplicates = (values: readonly string[]): string[] => [
  ...new Set(values.filter((value, index) => values.indexOf(value) !== index)),
];

const labelOf = (key: GatewayApiKey) => ('name' in key ? key.name : key.description);

/** Scopes that `/s3/*` asks for. */
const S3_SCOPES = ['s3:readonly', 's3:readwrite', 's3:admin'];

function apiKeyProblems({ apiKeys = [], prefix, openIdProvider, managedCredentials }: GatewaySettings): string[] {
  const users = Object.keys(managedCredentials?.users ?? {});
  const keys = apiKeys.map((key) => ('name' in key ? key.name : key.prefix));
  const isUsed = (key: GatewayApiKey) =>
    users.includes('name' in key ? key.name : key.prefix) ||
    key.scopes.some((scope) => prefix && S3_SCOPES.includes(scope)) ||
    key.scopes.some((scope) => openIdProvider && Object.hasOwn(openIdProvider.policies, scope));
  const nothing = !prefix && !openIdProvider && !managedCredentials;
  return [
    ...duplicates(apiKeys.map(identityOf)).map((eight) => {
      const holders = apiKeys.filter((key) => identityOf(key) === eight).map(labelOf);
      const wayOut = apiKeys.every((key) => identityOf(key) !== eight || 'name' in key)
        ? 'give one of them another name'
        : 'make a new key for the other';
      return `apiKeys has the prefix ${eight} for ${holders.join(' and ')}: alknet finds a key by it, so only the first would work; ${wayOut}`;
    }),
    ...(prefix && apiKeys.length === 0
      ? [
          'prefix opens /s3/* for API keys, but apiKeys is empty: make one with cdktf-rustfs gateway --new-api-key s3:readonly',
        ]
      : []),
    ...(openIdProvider && apiKeys.length === 0
      ? [
          "openIdProvider signs API keys in, but apiKeys is empty: declare one, such as { name: 'auditor', scopes: ['s3:team'] }",
        ]
      : []),
    ...(nothing && apiKeys.length > 0
      ? [
          'apiKeys are for /s3/*, but there is no prefix with a credential to sign with (SigV4 breaks when a path prefix is cut off)',
        ]
      : apiKeys
          .filter((key) => !isUsed(key))
          .map(
            (key) =>
              `apiKeys has ${labelOf(key)} with the scopes ${key.scopes.join(', ') || '(none)'}: nothing here gives them any right; name a scope of /s3/* or of openIdProvider.policies, or give it a user in managedCredentials`,
          )),
    ...users
      .filter((user) => !keys.includes(user))
      .map(
        (user) =>
          `managedCredentials.users has ${user}, which is neither name nor prefix of an API key (apiKeys has: ${keys.join(', ') || 'none'})`,
      ),
  ];
}

/** The issuer is one URL, compared letter by letter, for browsers, programs and RustFS. */
function issuerProblems(settings: GatewaySettings, hostname: string, fronted: boolean): string[] {
  const { virtualHosts, bucketSubdomains = false, tls } = settings;
  const what = `openIdProvider.hostname is ${hostname}`;
  const passed = virtualHosts.find((host) => host === hostname || (bucketSubdomains && hostname.endsWith(`.${host}`)));
  return [
    ...(passed === undefined
      ? []
      : [
          `${what}, which the gateway passes on to RustFS as virtual host ${passed}: give the issuer a name of its own`,
        ]),
    ...(fronted && (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0 || /(^|\.)localhost$/i.test(hostname))
      ? [
          `${what}, which leads RustFS in its container to another place than browsers: expected a name that both resolve to the gateway, such as id.example.com`,
        ]
      : []),
    ...(fronted && tls.type === 'selfSigned'
      ? [
          `tls selfSigned with openIdProvider: RustFS takes no token of an issuer whose certificate it does not trust, ${originOf(hostname, settings)}; use tls x509 (with caFile, if the authority is a private one), or tls none for development`,
        ]
      : []),
  ];
}

function webhookProblems(settings: GatewaySettings): string[] {
  const { webhooks } = settings;
  if (webhooks === undefined) return [];
  const { port = WEBHOOK_PORT, targetId } = webhooks;
  return [
    ...(port === portOf(settings)
      ? [`webhooks.port is ${port}, where the gateway itself listens: it is for RustFS alone, so give it another`]
      : []),
    ...(targetId !== undefined && !/^[a-z][a-z0-9]{0,62}$/.test(targetId)
      ? [`webhooks.targetId is ${targetId}: expected a lower-case letter, then up to 62 lower-case letters and digits`]
      : []),
  ];
}

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
