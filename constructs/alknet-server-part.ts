import { SECRET_FILES } from '../gateway/prepare/secrets.js';
import type { RustFsVersion } from '../policies/index.js';
import { INTERNAL_NAME } from './alknet-container.js';
import {
  authority,
  type GatewaySettings,
  type GatewayWebhooks,
  WEBHOOK_PORT,
  WEBHOOK_TARGET,
} from './alknet-settings.js';
import { EventSecret } from './event-secret.js';
import { EventTarget } from './event-target.js';
import { QUEUE_VOLUME } from './event-target-container.js';
import type { ServerPart } from './server-part.js';

const AUTHORITY_FILE = '/etc/rustfs/gateway-ca.pem';
const GATEWAY_QUEUE = `${QUEUE_VOLUME}/gateway`;

const webhookOrigin = (host: string, { port = WEBHOOK_PORT }: GatewayWebhooks) => `http://${host}:${port}`;

/**
 * What a RustFS container has to know of a gateway in front, beside the OpenID provider (source: RUSTFS_SERVER_DOMAINS and
 * RUSTFS_TRUSTED_PROXY_* of both versions, RUSTFS_EXTRA_CA_CERT of 1.0.1).
 */
export function gatewayPart(settings: GatewaySettings, version: RustFsVersion, secretDirectory: string): ServerPart {
  const { virtualHosts, bucketSubdomains = false, openIdProvider } = settings;
  // 1.0.0-beta.7 compares the port as well; 1.0.1 leaves it out.
  const named = (host: string) =>
    version === '1.0.0-beta.7' ? [...new Set([host, authority(host, settings)])] : [host];
  // RustFS' default cannot be written in its image (reference: target queues).
  const webhook = webhookPart(settings, INTERNAL_NAME, secretDirectory, GATEWAY_QUEUE);
  const caFile = openIdProvider?.caFile;
  return {
    ...webhook,
    ...(settings.webhooks && { volumes: [{ name: 'events', path: QUEUE_VOLUME }] }),
    environment: {
      // Private addresses are believed, and on the internal network there is nobody but the gateway.
      RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
      // Every name that is used: RustFS takes any other for a bucket. `rustfs` is what the gateway itself says.
      ...(bucketSubdomains && { RUSTFS_SERVER_DOMAINS: [...virtualHosts.flatMap(named), 'rustfs'].join(',') }),
      ...(caFile !== undefined && { RUSTFS_EXTRA_CA_CERT: AUTHORITY_FILE }),
      ...webhook.environment,
    },
    ...(caFile !== undefined && {
      files: [{ what: 'caFile of openIdProvider', projectPath: caFile, path: AUTHORITY_FILE }],
    }),
  };
}

/**
 * The gateway as a target of bucket events (source: RUSTFS_NOTIFY_WEBHOOK_* of both versions).
 *
 * @param host of the gateway, as RustFS reaches it
 * @param secretDirectory of the project, with the token of the receiver
 * @param queueDirectory for what the gateway has not taken yet @default - RustFS' own, /opt/rustfs/events
 */
export function webhookPart(
  { webhooks }: GatewaySettings,
  host: string,
  secretDirectory: string,
  queueDirectory?: string,
): ServerPart {
  if (webhooks === undefined) return {};
  const { targetId = WEBHOOK_TARGET } = webhooks;
  const origin = webhookOrigin(host, webhooks);
  const variable = (field: string) => `RUSTFS_NOTIFY_WEBHOOK_${field}_${targetId.toUpperCase()}`;
  return {
    environment: {
      RUSTFS_NOTIFY_ENABLE: 'true',
      [variable('ENABLE')]: 'on',
      [variable('ENDPOINT')]: `${origin}/webhook`,
      ...(queueDirectory !== undefined && { [variable('QUEUE_DIR')]: queueDirectory }),
    },
    secretVariables: [
      {
        what: 'secret directory of the gateway',
        variable: variable('AUTH_TOKEN'),
        projectPath: `${secretDirectory}/${SECRET_FILES.webhookToken}`,
        path: '/etc/rustfs/webhook-token',
      },
    ],
    outboundOrigins: [origin],
  };
}

/** What {@link webhookPart} sets, as buckets and the manifest name it. @param place of RustFS: a container beside the gateway's, or not */
export function webhookTarget(
  webhooks: GatewayWebhooks,
  place: 'container' | 'elsewhere',
  secretDirectory: string,
): EventTarget {
  const container = place === 'container';
  return EventTarget.webhook(webhooks.targetId ?? WEBHOOK_TARGET, {
    endpoint: `${webhookOrigin(container ? INTERNAL_NAME : '127.0.0.1', webhooks)}/webhook`,
    authToken: EventSecret.file(`${secretDirectory}/${SECRET_FILES.webhookToken}`),
    managedBy: 'environment',
    ...(container && { queueDirectory: GATEWAY_QUEUE }),
  });
}
