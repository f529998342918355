import type { RustFsSettings } from '../rustfs-settings.js';

/** Settings that RustFS takes together or not at all; with some of them, 1.0.1 does not start. */
export function togetherProblems({ connect = {}, kmsTuning = {}, trust = {} }: RustFsSettings): string[] {
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

export function keyWarnings({ kmsTuning = {} }: RustFsSettings): string[] {
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
