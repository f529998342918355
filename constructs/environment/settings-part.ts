import type { RustFsVersion } from '../../policies/index.js';
import { parseCidr } from '../../policies/ip.js';
import type { RustFsSettings } from '../rustfs-settings.js';
import { TLS_DIRECTORY } from '../rustfs-tls.js';
import type { ServerPart } from '../server-part.js';
import { type ServerShape, settingsProblems, settingsWarnings } from './checks.js';
import { ownNames } from './cluster-checks.js';
import { extraEnvironmentPart } from './extra.js';
import { renderSettings } from './render.js';

interface SettingsProps {
  readonly settings?: RustFsSettings;
  readonly extraEnvironment?: Readonly<Record<string, string>>;
}

export interface SettingsContext extends ServerShape {
  /** How errors call the server. */
  readonly what: string;
  readonly version: RustFsVersion;
  /** That clients use. */
  readonly port: number;
}

/**
 * Every name that is used, because RustFS takes any other for a bucket: `rustfs` in the Docker network or those of a cluster's nodes,
 * `localhost` on the host. 1.0.0-beta.7 compares the port as well, and adds only its own.
 */
function serverDomains(domains: readonly string[], { version, port, cluster }: SettingsContext): string {
  const names = [...new Set([...domains, ...ownNames(cluster)])];
  const withPort = version === '1.0.0-beta.7' && port !== 9000 ? names.map((name) => `${name}:${port}`) : [];
  return [...names, ...withPort].join(',');
}

/** IPv4 networks also as IPv6 ones: so does a socket of both families, as that of `:9000` is, show who connects. */
const asPeers = (networks: readonly string[]) =>
  networks
    .flatMap((network) => {
      const cidr = parseCidr(network);
      return cidr?.family === 'ipv4' ? [network, `::ffff:${cidr.address}/${96 + cidr.prefix}`] : [network];
    })
    .join(',');

const CONNECT_STATE = '/connect/state';

/** What settings need beside their variables: places to keep something in. */
function kept({ connect, kmsTuning }: RustFsSettings): ServerPart[] {
  return [
    ...(connect?.endpoint
      ? [
          {
            environment: { RUSTFS_CONNECT_STATE_DIR: CONNECT_STATE },
            volumes: [{ name: 'connect', path: '/connect' }],
            prepare: [`mkdir -p -m 700 ${CONNECT_STATE}`],
          },
        ]
      : []),
    ...(kmsTuning?.backupKeyFile
      ? [
          {
            environment: { RUSTFS_KMS_BACKUP_DIR: '/kms-backup' },
            volumes: [{ name: 'kms-backup', path: '/kms-backup' }],
          },
        ]
      : []),
  ];
}

/** What follows from settings and is none itself. */
function derived(
  { server, ftps, webdav, listing, profiling, proxy }: RustFsSettings,
  context: SettingsContext,
): Record<string, string> {
  return {
    ...(server?.domains ? { RUSTFS_SERVER_DOMAINS: serverDomains(server.domains, context) } : {}),
    ...(proxy?.networks
      ? {
          RUSTFS_TRUSTED_PROXY_IMPLEMENTATION: 'legacy',
          RUSTFS_TRUSTED_PROXY_NETWORKS: asPeers(proxy.networks),
          // RustFS' default prefers a header that few proxies replace, so clients would choose their address.
          RUSTFS_TRUSTED_PROXY_ENABLE_RFC7239: String(proxy.forwardedHeader ?? false),
        }
      : {}),
    ...(ftps?.enabled ? { RUSTFS_FTPS_CERTS_DIR: TLS_DIRECTORY } : {}),
    ...(webdav?.enabled && webdav.tls !== false ? { RUSTFS_WEBDAV_CERTS_DIR: TLS_DIRECTORY } : {}),
    ...(listing?.indexMode === 'index_metadata_fast'
      ? {
          RUSTFS_LIST_OBJECTS_METADATA_FAST_ENABLED: 'true',
          RUSTFS_LIST_OBJECTS_METADATA_FAST_STALENESS_MS: '60000',
        }
      : {}),
    ...(profiling?.cpuMode ? { RUSTFS_PROF_OUTPUT_DIR: '/logs/profiles' } : {}),
  };
}

/** @throws Error with everything that is wrong with the settings of one server or cluster */
export function settingsParts(
  { settings = {}, extraEnvironment = {} }: SettingsProps,
  context: SettingsContext,
): ServerPart[] {
  const { part, problems } = renderSettings(settings, context.version, context.cluster !== undefined);
  const extra = extraEnvironmentPart(extraEnvironment);
  const all = [...problems, ...(problems.length > 0 ? [] : settingsProblems(settings, context)), ...extra.problems];
  if (all.length > 0)
    throw new Error(`${context.what} is not valid:\n${all.map((problem) => `✖ ${problem}`).join('\n')}`);
  return [
    {
      ...part,
      environment: { ...part.environment, ...derived(settings, context) },
      warnings: settingsWarnings(settings),
    },
    ...kept(settings),
    extra.part,
  ];
}
