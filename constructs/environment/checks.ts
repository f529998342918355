import type { RustFsSettings } from '../rustfs-settings.js';
import type { RustFsStorage } from '../rustfs-storage.js';
import { backgroundProblems, backgroundWarnings } from './background-checks.js';
import { proxyProblems, proxyWarnings } from './proxy-checks.js';

/** Beside the settings, what decides whether they fit. */
export interface ServerShape {
  readonly storage: RustFsStorage;
  readonly tls: boolean;
}

function parityProblems({ storage = {} }: RustFsSettings, drives: number): string[] {
  const { setDriveCount } = storage;
  const set = setDriveCount ?? drives;
  return [
    ...(setDriveCount !== undefined && drives % setDriveCount !== 0
      ? [`settings.storage.setDriveCount (value: ${setDriveCount}): expected a divisor of the ${drives} drives`]
      : []),
    ...(['standardParity', 'reducedParity'] as const).flatMap((name) => {
      const value = storage[name];
      if (value === undefined || Number(value.slice(3)) <= set / 2) return [];
      return [
        `settings.storage.${name} (value: ${value}): a set of ${set} ${set === 1 ? 'drive' : 'drives'} has at most ${Math.floor(set / 2)} for parity, and RustFS 1.0.1 does not start with more`,
      ];
    }),
  ];
}

/** Names below other names: RustFS does not start with them. */
function domainProblems(domains: readonly string[] = []): string[] {
  return domains.flatMap((domain) =>
    domains.some((other) => domain.endsWith(`.${other}`))
      ? [`settings.server.domains: ${domain} is below another one of them, which RustFS refuses; leave it out`]
      : [],
  );
}

/** Settings that are valid one by one, but not together or not on this server. */
export function settingsProblems(settings: RustFsSettings, { storage, tls }: ServerShape): string[] {
  const { rateLimit = {}, policyPlugin = {}, ftps = {}, webdav = {} } = settings;
  const needsTls = (what: string) => `${what} needs certificates: set tls`;
  return [
    ...parityProblems(settings, storage.drives),
    ...domainProblems(settings.server?.domains),
    ...backgroundProblems(settings),
    ...proxyProblems(settings),
    ...(rateLimit.burst !== undefined && rateLimit.requestsPerMinute === undefined
      ? ['settings.rateLimit.burst limits nothing without settings.rateLimit.requestsPerMinute']
      : []),
    ...(rateLimit.bucketBurst !== undefined && rateLimit.requestsPerMinuteAndBucket === undefined
      ? ['settings.rateLimit.bucketBurst limits nothing without settings.rateLimit.requestsPerMinuteAndBucket']
      : []),
    ...(policyPlugin.authTokenFile !== undefined && policyPlugin.url === undefined
      ? ['settings.policyPlugin.authTokenFile is for nobody without settings.policyPlugin.url']
      : []),
    ...(ftps.enabled && !tls ? [needsTls('settings.ftps.enabled')] : []),
    ...(webdav.enabled && webdav.tls !== false && !tls
      ? [
          `${needsTls('settings.webdav.enabled')}, or settings.webdav.tls to false where access keys may travel in clear`,
        ]
      : []),
  ];
}

/** What is allowed, but better known. */
export function settingsWarnings(settings: RustFsSettings): string[] {
  const { ftp, webdav, policyPlugin, storage, health, iam } = settings;
  return [
    ...backgroundWarnings(settings),
    ...proxyWarnings(settings),
    ...(ftp?.enabled ? ['settings.ftp: access keys and objects travel in clear; use ftps'] : []),
    ...(webdav?.enabled && webdav.tls === false
      ? ['settings.webdav.tls is false: access keys and objects travel in clear']
      : []),
    ...(policyPlugin?.url
      ? [
          'settings.policyPlugin: decisions of the plugin are not part of what is proved, and verify will report them as contradictions',
        ]
      : []),
    ...(storage?.durability === 'relaxed' || storage?.durability === 'none'
      ? [
          `settings.storage.durability is ${storage.durability}: a power failure can lose objects that were acknowledged`,
        ]
      : []),
    ...(health?.busyAtRequests
      ? [
          'settings.health.busyAtRequests: a busy server counts as unhealthy for Docker, and a deployment that waits for it fails',
        ]
      : []),
    ...(iam?.masterKeyFile
      ? [
          'settings.iam.masterKeyFile: without this key users, policies and access keys cannot be read again; keep a copy',
        ]
      : []),
  ];
}
