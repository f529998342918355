import { literalObstacle, type RustFsVersion, ruleValue } from '../policies/index.js';
import type { ServerPart } from './server-part.js';

export interface RustFsKeystoneProps {
  /** Keystone as RustFS reaches it, such as `http://keystone:5000`. */
  readonly authUrl: string;
  /**
   * User that RustFS validates tokens with. `passwordFile` is relative to the project directory; RustFS takes the password from its
   * environment alone, which the container fills from that file.
   */
  readonly admin?: {
    readonly user: string;
    readonly passwordFile: string;
    readonly project: string;
    readonly domain?: string;
  };
  /** @default true */
  readonly verifyTls?: boolean;
  /** Whether tokens are remembered; without it, RustFS asks Keystone at every request. @default true */
  readonly cache?: boolean;
  /** Tokens remembered. @default 10000 */
  readonly cacheSize?: number;
  /** Seconds that a token is remembered. @default 300 */
  readonly cacheSeconds?: number;
  /** Seconds that Keystone may take. @default 30 */
  readonly timeoutSeconds?: number;
}

/** Recorded against a real Keystone (15-keystone, both versions). */
const UNUSABLE =
  "RustFS' own Keystone mode serves no ordinary S3 client: a token alone is anonymous, members get nothing, EC2 keys are unknown, " +
  'and an admin token counts only beside a SigV4 signature made with an empty secret; use KeystoneBridge in the gateway';

/**
 * RustFS' own Keystone mode, for who has to switch it on: RUSTFS_KEYSTONE_* and what it does not do in this version
 * (source: crates/keystone of both versions; recorded: 15-keystone).
 * @throws Error for a URL that RustFS cannot use
 */
export function rustFsKeystone(props: RustFsKeystoneProps, version: RustFsVersion): ServerPart {
  const url = URL.canParse(props.authUrl) ? new URL(props.authUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || /\/v2\.0/.test(url.pathname)) {
    throw new Error(
      `invalid authUrl (value: ${props.authUrl}): expected the http or https URL of an Identity API v3, such as http://keystone:5000`,
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    environment: {
      RUSTFS_KEYSTONE_ENABLE: 'true',
      RUSTFS_KEYSTONE_AUTH_URL: props.authUrl,
      RUSTFS_KEYSTONE_VERSION: 'v3',
      ...(props.admin && {
        RUSTFS_KEYSTONE_ADMIN_USER: props.admin.user,
        RUSTFS_KEYSTONE_ADMIN_PROJECT: props.admin.project,
        RUSTFS_KEYSTONE_ADMIN_DOMAIN: props.admin.domain ?? 'Default',
      }),
      RUSTFS_KEYSTONE_VERIFY_SSL: String(props.verifyTls ?? true),
      ...(props.cache === false && { RUSTFS_KEYSTONE_ENABLE_CACHE: 'false' }),
      RUSTFS_KEYSTONE_CACHE_SIZE: String(props.cacheSize ?? 10_000),
      RUSTFS_KEYSTONE_CACHE_TTL: String(props.cacheSeconds ?? 300),
      RUSTFS_KEYSTONE_TIMEOUT: String(props.timeoutSeconds ?? 30),
    },
    secretVariables: props.admin
      ? [
          {
            what: 'admin.passwordFile of keystone',
            variable: 'RUSTFS_KEYSTONE_ADMIN_PASSWORD',
            projectPath: props.admin.passwordFile,
            path: '/etc/rustfs/keystone/admin-password',
          },
        ]
      : [],
    warnings: [
      UNUSABLE,
      'RUSTFS_KEYSTONE_TENANT_PREFIX, RUSTFS_KEYSTONE_IMPLICIT_TENANTS and the role table have no effect in RustFS, so they are not set',
      'when Keystone cannot be reached at the start, RustFS runs on without it and only logs that',
      ...(ruleValue('outbound-literals', version) && literalObstacle(host)
        ? [
            `RustFS 1.0.1 refuses literal loopback and private addresses (${host}) and then runs without Keystone: use a DNS name`,
          ]
        : []),
    ],
  };
}
