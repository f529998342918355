import type { RustFsSettings } from '../rustfs-settings.js';

/** Names of the server itself, which it has to know where domains are set: in Docker's network or those of a cluster's nodes, and on the host. */
export const ownNames = (cluster: { readonly names: readonly string[] } | undefined): readonly string[] => [
  ...(cluster?.names ?? ['rustfs']),
  'localhost',
];

/** Names below other names: RustFS does not start with them. */
export function domainProblems(domains: readonly string[] = [], own: readonly string[]): string[] {
  if (domains.length === 0) return [];
  const above = (name: string, others: readonly string[]) => others.find((other) => name.endsWith(`.${other}`));
  const all = [...domains, ...own];
  const wrong = own.find((name) => above(name, all)) ?? domains.find((name) => above(name, own));
  return [
    ...domains
      .filter((domain) => above(domain, domains))
      .map(
        (domain) =>
          `settings.server.domains: ${domain} is below another one of them, which RustFS refuses; leave it out`,
      ),
    ...(wrong === undefined
      ? []
      : [
          `settings.server.domains: ${wrong} is below ${above(wrong, all)}, which RustFS refuses, and the server is reached by one of them; take another domain`,
        ]),
  ];
}

/** What a cluster decides itself, or does not have. */
export function clusterProblems({
  storage = {},
  connect,
  trust = {},
  kmsTuning = {},
  ...others
}: RustFsSettings): string[] {
  const { standardParity, setDriveCount } = storage;
  const { clientCertificateFile, clientKeyFile } = trust;
  const { backupKeyFile, backupKeyId, backupKeyVersion } = kmsTuning;
  const given = (values: object = {}) => Object.values(values).some((value) => value !== undefined);
  return [
    ...(standardParity === undefined
      ? []
      : [
          `settings.storage.standardParity (value: ${standardParity}): a cluster counts its capacity with its own prop; set parity to ${Number(standardParity.slice(3))} instead`,
        ]),
    ...(setDriveCount === undefined
      ? []
      : [
          `settings.storage.setDriveCount (value: ${setDriveCount}): a cluster counts its capacity with the sets that RustFS chooses; leave it out`,
        ]),
    ...(['ftp', 'ftps', 'webdav'] as const)
      .filter((group) => given(others[group]))
      .map(
        (group) =>
          `settings.${group}: a cluster has no certificates and publishes S3 and its console alone; leave it out, or declare a RustFs`,
      ),
    ...(given({ clientCertificateFile, clientKeyFile })
      ? ['settings.trust.clientCertificateFile: a cluster has no certificates; leave it out, or declare a RustFs']
      : []),
    ...(given(connect)
      ? ['settings.connect: a cluster has no volume for its state; leave it out, or declare a RustFs']
      : []),
    ...(given({ backupKeyFile, backupKeyId, backupKeyVersion })
      ? ['settings.kmsTuning.backupKeyFile: a cluster has no volume for backups; leave it out, or declare a RustFs']
      : []),
  ];
}
