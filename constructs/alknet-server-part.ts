import { SECRET_FILES } from '../gateway/prepare/secrets.js';
import type { RustFsVersion } from '../policies/index.js';
import { INTERNAL_NAME } from './alknet-container.js';
import { authority, type GatewaySettings, WEBHOOK_PORT, WEBHOOK_TARGET } from './alknet-settings.js';
import type { ServerPart } from './server-part.js';

const AUTHORITY_FILE = '/etc/rustfs/gateway-ca.pem';

/**
 * What RustFS has to know of a gateway in front, beside the OpenID provider (source: RUSTFS_SERVER_DOMAINS,
 * RUSTFS_TRUSTED_PROXY_* and RUSTFS_NOTIFY_WEBHOOK_* of both versions, RUSTFS_EXTRA_CA_CERT of 1.0.1).
 *
 * @param secretDirectory of the project, with the token of the webhook receiver
 */
export function gatewayPart(settings: GatewaySettings, version: RustFsVersion, secretDirectory: string): ServerPart {
  const { virtualHosts, bucketSubdomains = false, webhooks, openIdProvider } = settings;
  // 1.0.0-beta.7 compares the port as well; 1.0.1 leaves it out.
  const named = (host: string) =>
    version === '1.0.0-beta.7' ? [...new Set([host, authority(host, settings)])] : [host];
  const receiver = `http://${INTERNAL_NAME}:${webhooks?.port ?? WEBHOOK_PORT}`;
  const target = (webhooks?.targetId ?? WEBHOOK_TARGET).toUpperCase();
  return {
    environment: {
      // Private addresses are believed, and on the internal network there is nobody but the gateway.
      RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
      // Every name that is used: RustFS takes any other for a bucket. `rustfs` is what the gateway itself says.
      ...(bucketSubdomains && { RUSTFS_SERVER_DOMAINS: [...virtualHosts.flatMap(named), 'rustfs'].join(',') }),
      ...(webhooks && {
        RUSTFS_NOTIFY_ENABLE: 'true',
        [`RUSTFS_NOTIFY_WEBHOOK_ENABLE_${target}`]: 'on',
        [`RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_${target}`]: `${receiver}/webhook`,
        // What the gateway has not taken yet. RustFS' default cannot be written in its image (reference: target queues).
        [`RUSTFS_NOTIFY_WEBHOOK_QUEUE_DIR_${target}`]: `/logs/events-${target.toLowerCase()}`,
      }),
      ...(openIdProvider?.caFile !== undefined && { RUSTFS_EXTRA_CA_CERT: AUTHORITY_FILE }),
    },
    files:
      openIdProvider?.caFile === undefined
        ? []
        : [{ what: 'caFile of openIdProvider', projectPath: openIdProvider.caFile, path: AUTHORITY_FILE }],
    secretVariables: webhooks
      ? [
          {
            what: 'secret directory of the gateway',
            variable: `RUSTFS_NOTIFY_WEBHOOK_AUTH_TOKEN_${target}`,
            projectPath: `${secretDirectory}/${SECRET_FILES.webhookToken}`,
            path: '/etc/rustfs/webhook-token',
          },
        ]
      : [],
    outboundOrigins: webhooks ? [receiver] : [],
  };
}
