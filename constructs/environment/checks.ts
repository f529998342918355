import type { RustFsSettings } from '../rustfs-settings.js';
import { backgroundProblems, backgroundWarnings } from './background-checks.js';
import { cacheIsOn, cacheProblems } from './cache-checks.js';
import { clusterProblems, domainProblems, ownNames } from './cluster-checks.js';
import { ioProblems, ioWarnings } from './io-checks.js';
import { keyWarnings, togetherProblems } from './key-checks.js';
import { proxyProblems, proxyWarnings } from './proxy-checks.js';
import { flatten } from './render.js';
import { SETTINGS } from './table.js';

const MEBIBYTE = 1_048_576;

/** Beside the settings, what decides whether they fit. */
export interface ServerShape {
  /** Drives of the server, or of one erasure set of a cluster. */
  readonly storage: { readonly drives: number };
  readonly tls: boolean;
  /** @default - a single server */
  readonly cluster?: {
    /** Host names that nodes and clients call the nodes by. */
    readonly names: readonly string[];
  };
  /** Whether it logs to files. @default false */
  readonly logFiles?: boolean;
}

/** Settings whose switch is off. */
function switchedOff(settings: RustFsSettings): string[] {
  const given = new Map(flatten(settings));
  const off: readonly unknown[] = [undefined, false, 'off'];
  return [...given.keys()].flatMap((path) => {
    const needs = SETTINGS.get(path)?.needs;
    return needs !== undefined && off.includes(given.get(needs))
      ? [`settings.${path} has no effect without settings.${needs}`]
      : [];
  });
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

/** Settings of log files where there are none. */
function logFileProblems(
  { observability = {}, logFiles = {} }: RustFsSettings,
  { logFiles: toFiles, cluster }: ServerShape,
): string[] {
  if (toFiles) return [];
  const wayOut = cluster ? 'a cluster logs to stdout; leave it out' : 'RustFS logs to stdout: set logs to volume';
  const names = ['logFilename', 'logRotation', 'logKeepFiles', 'logMaxSize'] as const;
  return [
    ...names.filter((name) => observability[name] !== undefined).map((name) => `observability.${name}`),
    ...flatten({ logFiles }).map(([path]) => path),
  ].map((path) => `settings.${path} is for log files, and ${wayOut}`);
}

/** Settings that are valid one by one, but not together or not on this server. */
export function settingsProblems(settings: RustFsSettings, shape: ServerShape): string[] {
  const { storage, tls, cluster } = shape;
  const inCluster = cluster ? clusterProblems(settings) : [];
  if (inCluster.length > 0) return inCluster;
  const { ftps = {}, webdav = {} } = settings;
  const needsTls = (what: string) => `${what} needs certificates: set tls`;
  return [
    ...switchedOff(settings),
    ...parityProblems(settings, storage.drives),
    ...domainProblems(settings.server?.domains, ownNames(cluster)),
    ...ioProblems(settings),
    ...cacheProblems(settings.cache),
    ...logFileProblems(settings, shape),
    ...backgroundProblems(settings),
    ...proxyProblems(settings),
    ...togetherProblems(settings),
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

/** What is allowed, but better known. */
export function settingsWarnings(settings: RustFsSettings): string[] {
  const { ftp, webdav, policyPlugin, storage, health, iam, drives, internode, cache = {}, objects, runtime } = settings;
  return [
    ...ioWarnings(settings),
    ...backgroundWarnings(settings),
    ...proxyWarnings(settings),
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
    ...(cacheIsOn(cache)
      ? [
          'settings.cache: who may read an object can tell from the time of an answer whether somebody else read it lately',
        ]
      : []),
    ...(objects?.transactionFencing
      ? [
          'settings.objects.transactionFencing: RustFS 1.0.1 does not start on empty drives with it, so set it after the first start; and it refuses every write while a node does not answer',
        ]
      : []),
    ...(health?.busyAtRequests
      ? ['settings.health.busyAtRequests: a busy server counts as not ready, and a deployment that waits for it fails']
      : []),
    ...(health?.requirePeers
      ? [
          'settings.health.requirePeers: while one node is away no other is ready, so a load balancer or the Service of Kubernetes has none left',
        ]
      : []),
    ...(drives?.monitoring === false
      ? [
          'settings.drives.monitoring is false: a drive or node that failed once stays away until the server starts again',
        ]
      : []),
    ...(['requireSignature', 'requireDigest', 'requireReplayScope', 'msgpackOnly'] as const)
      .filter((name) => internode?.[name])
      .map(
        (name) =>
          `settings.internode.${name}: nodes of 1.0.0-beta.7 cannot take part, so a rolling upgrade from it needs this unset`,
      ),
    ...(runtime?.threadStack && runtime.threadStack.toBytes() < MEBIBYTE
      ? [
          'settings.runtime.threadStack: below the 1 MiB that RustFS takes by itself, its process can end in the middle of a request',
        ]
      : []),
    ...(iam?.masterKeyFile
      ? [
          'settings.iam.masterKeyFile: without this key users, policies and access keys cannot be read again; keep a copy',
        ]
      : []),
  ];
}
