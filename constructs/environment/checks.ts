import type { RustFsSettings } from '../rustfs-settings.js';
import type { RustFsStorage } from '../rustfs-storage.js';

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

/** Settings that RustFS takes together or not at all; with some of them, 1.0.1 does not start. */
function togetherProblems({ connect = {}, kmsTuning = {}, trust = {} }: RustFsSettings): string[] {
  const { endpoint, caFile, proxyUrl, proxyBypass, proxyUsernameFile, proxyPasswordFile } = connect;
  const { jobSigningKeyId, jobSigningKeyFile } = connect;
  const { clientCertificateFile, clientKeyFile } = trust;
  const { backupKeyFile, backupKeyId, backupKeyVersion } = kmsTuning;
  const given = (value: unknown) => value !== undefined;
  const pair = (group: string, one: string, first: unknown, other: string, second: unknown) =>
    given(first) === given(second) ? [] : [`settings.${group}: ${one} and ${other} belong together: set both`];
  const proxied = [proxyUrl, proxyBypass, proxyUsernameFile, proxyPasswordFile].some(given);
  return [
    ...pair('trust', 'clientCertificateFile', clientCertificateFile, 'clientKeyFile', clientKeyFile),
    ...pair('connect', 'endpoint', endpoint, 'caFile', caFile),
    ...pair('connect', 'proxyUsernameFile', proxyUsernameFile, 'proxyPasswordFile', proxyPasswordFile),
    ...pair('connect', 'jobSigningKeyId', jobSigningKeyId, 'jobSigningKeyFile', jobSigningKeyFile),
    ...pair('kmsTuning', 'backupKeyFile', backupKeyFile, 'backupKeyId', backupKeyId),
    ...(proxied && (!given(proxyUrl) || !given(endpoint))
      ? ['settings.connect: a proxy needs proxyUrl and endpoint']
      : []),
    ...(given(jobSigningKeyId) && !given(endpoint)
      ? ['settings.connect: jobSigningKeyId has no effect without endpoint']
      : []),
    ...(given(backupKeyVersion) && !given(backupKeyFile)
      ? ['settings.kmsTuning: backupKeyVersion has no effect without backupKeyFile']
      : []),
  ];
}

/** Settings that are valid one by one, but not together or not on this server. */
export function settingsProblems(settings: RustFsSettings, { storage, tls }: ServerShape): string[] {
  const { rateLimit = {}, policyPlugin = {}, ftps = {}, webdav = {} } = settings;
  const needsTls = (what: string) => `${what} needs certificates: set tls`;
  return [
    ...parityProblems(settings, storage.drives),
    ...domainProblems(settings.server?.domains),
    ...togetherProblems(settings),
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
    ...(settings.trust?.clientCertificateFile !== undefined && !tls
      ? [needsTls('settings.trust.clientCertificateFile')]
      : []),
    ...(webdav.enabled && webdav.tls !== false && !tls
      ? [
          `${needsTls('settings.webdav.enabled')}, or settings.webdav.tls to false where access keys may travel in clear`,
        ]
      : []),
  ];
}

function keyWarnings({ kmsTuning = {} }: RustFsSettings): string[] {
  const { bindContext, enforceKeyRights, allowImmediateDeletion, configSecretFile, backupKeyFile } = kmsTuning;
  return [
    ...(bindContext
      ? [
          'settings.kmsTuning.bindContext: objects that are encrypted from now on cannot be read by an earlier version of RustFS',
        ]
      : []),
    ...(enforceKeyRights
      ? [
          'settings.kmsTuning.enforceKeyRights: the access proof does not know it: who uses SSE-KMS without kms:GenerateDataKey and kms:Decrypt on the key is refused',
        ]
      : []),
    ...(allowImmediateDeletion
      ? [
          'settings.kmsTuning.allowImmediateDeletion: a key can be destroyed at once, and every object that it encrypted with it',
        ]
      : []),
    ...(configSecretFile
      ? [
          'settings.kmsTuning.configSecretFile: without this secret RustFS cannot read the configuration of its KMS; keep a copy',
        ]
      : []),
    ...(backupKeyFile
      ? [
          'settings.kmsTuning.backupKeyFile: a backup of keys opens with this key alone; keep a copy away from the server',
        ]
      : []),
  ];
}

/** What is allowed, but better known. */
export function settingsWarnings(settings: RustFsSettings): string[] {
  const { ftp, webdav, proxy, policyPlugin, storage, health, iam } = settings;
  return [
    ...keyWarnings(settings),
    ...(settings.tableCatalog?.credentialVending
      ? [
          'settings.tableCatalog.credentialVending: the temporary credentials that RustFS gives for tables are not part of what is proved',
        ]
      : []),
    ...(ftp?.enabled ? ['settings.ftp: access keys and objects travel in clear; use ftps'] : []),
    ...(webdav?.enabled && webdav.tls === false
      ? ['settings.webdav.tls is false: access keys and objects travel in clear']
      : []),
    ...(proxy?.trusted
      ? [
          'settings.proxy.trusted: RustFS believes X-Forwarded-For of every private address, so who reaches it past the proxy chooses its own aws:SourceIp',
        ]
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
