import { policiesEqual } from '../../policies/index.js';
import type { Blocked, Change, Plan } from '../plan/model.js';
import {
  type AccessKeyContents,
  type BucketContents,
  type Contents,
  canonicalSetting,
  SETTINGS,
  type Setting,
} from './contents.js';

export interface RestoreFacts {
  /** Names of policies that every server has: they cannot be deleted. */
  readonly builtinPolicies: ReadonlySet<string>;
  /** Buckets that hold objects, versions or uploads: they are never deleted. */
  readonly occupied: ReadonlySet<string>;
  /** Keys whose expiration has passed by then are not made again. */
  readonly now: Date;
}

/** What a bucket has that was created with object lock. */
const BARE_LOCK = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
const NEWER = 'it is newer than the snapshot';
const GONE = 'it is gone';

/** `+` and `-` lines for two sets of names: what the restore adds and takes away. */
function difference(wanted: readonly string[], actual: readonly string[]): readonly string[] {
  return [
    ...actual.filter((name) => !wanted.includes(name)).map((name) => `- ${name}`),
    ...wanted.filter((name) => !actual.includes(name)).map((name) => `+ ${name}`),
  ];
}

const namesOf = (...records: readonly object[]) => [...new Set(records.flatMap(Object.keys))].sort();

function change(
  action: Change['action'],
  kind: Change['kind'],
  name: string,
  reason: string,
  details: readonly string[] = [],
): Change {
  return { action, kind, name, reason, details };
}

function attachment(
  kind: 'user-policies' | 'group-policies',
  name: string,
  wanted: readonly string[],
  actual: readonly string[] = [],
): Change[] {
  const details = difference(wanted, actual);
  return details.length === 0 ? [] : [change('update', kind, name, 'other policies were attached', details)];
}

function restorePolicies(
  { policies: now }: Contents['iam'],
  { policies: past }: Contents['iam'],
  builtin: ReadonlySet<string>,
) {
  return namesOf(now, past).flatMap((name): Change[] => {
    const [actual, wanted] = [now[name], past[name]];
    if (wanted === undefined) return builtin.has(name) ? [] : [change('delete', 'policy', name, NEWER)];
    if (actual === undefined) return [change('create', 'policy', name, GONE)];
    return policiesEqual(actual, wanted) ? [] : [change('update', 'policy', name, 'it said something else')];
  });
}

function restoreUsers({ users: now }: Contents['iam'], { users: past }: Contents['iam']) {
  return namesOf(now, past).flatMap((name): Change[] => {
    const [actual, wanted] = [now[name], past[name]];
    if (wanted === undefined) return [change('delete', 'user', name, NEWER)];
    const policies = attachment('user-policies', name, wanted.policies, actual?.policies);
    if (actual === undefined) return [change('create', 'user', name, GONE), ...policies];
    if (actual.secretKey !== wanted.secretKey)
      return [change('update', 'user', name, 'it had another secret'), ...policies];
    if (actual.enabled === wanted.enabled) return policies;
    return [change('update', 'user', name, wanted.enabled ? 'it was enabled' : 'it was disabled'), ...policies];
  });
}

function restoreGroups({ groups: now }: Contents['iam'], { groups: past }: Contents['iam']) {
  return namesOf(now, past).flatMap((name): Change[] => {
    const [actual, wanted] = [now[name], past[name]];
    if (wanted === undefined) return [change('delete', 'group', name, NEWER)];
    const policies = attachment('group-policies', name, wanted.policies, actual?.policies);
    const members = difference(wanted.members, actual?.members ?? []);
    const changes = [...policies];
    if (actual === undefined) changes.push(change('create', 'group', name, GONE, members));
    else if (members.length > 0) changes.push(change('update', 'group-members', name, 'it had other members', members));
    if ((actual?.enabled ?? true) !== wanted.enabled)
      changes.push(change('update', 'group', name, wanted.enabled ? 'it was enabled' : 'it was disabled'));
    return changes;
  });
}

function samePolicy(a: AccessKeyContents['policy'], b: AccessKeyContents['policy']): boolean {
  return a === undefined || b === undefined ? a === b : policiesEqual(a, b);
}

/** Why a key has to be made again with its old secret; undefined if it need not. */
function replacement(actual: AccessKeyContents, wanted: AccessKeyContents): string | undefined {
  if (actual.parent !== wanted.parent) return `it belonged to ${wanted.parent} instead of ${actual.parent}`;
  if (actual.secretKey !== wanted.secretKey) return 'it had another secret';
  if (!samePolicy(actual.policy, wanted.policy)) return 'it had another policy of its own';
  const { name, description, expiration } = wanted;
  const same = actual.name === name && actual.description === description && actual.expiration === expiration;
  return same ? undefined : 'it had another name, description or expiration';
}

function restoreKeys(now: Contents['iam'], past: Contents['iam'], today: Date) {
  const blocked: Blocked[] = [];
  const changes = namesOf(now.accessKeys, past.accessKeys).flatMap((id): Change[] => {
    const [actual, wanted] = [now.accessKeys[id], past.accessKeys[id]];
    if (wanted === undefined) return [change('delete', 'access-key', id, `${NEWER}; it belongs to ${actual?.parent}`)];
    const reason = actual === undefined ? GONE : replacement(actual, wanted);
    if (reason !== undefined && wanted.expiration !== undefined && new Date(wanted.expiration) <= today) {
      blocked.push({
        kind: 'access-key',
        name: id,
        reason: `it expired on ${wanted.expiration}, and RustFS creates no expired key`,
        wayOut: 'create a new access key',
      });
      return [];
    }
    if (actual === undefined) return [change('create', 'access-key', id, `${GONE}; it belonged to ${wanted.parent}`)];
    if (reason !== undefined) return [change('replace', 'access-key', id, reason)];
    if (actual.enabled === wanted.enabled) return [];
    return [change('update', 'access-key', id, wanted.enabled ? 'it was enabled' : 'it was disabled')];
  });
  return { changes, blocked };
}

/** What cannot be undone: the closest state that can be had is restored, and the difference is named. */
function irreversible(setting: Setting, actual: string | null, wanted: string | null): string | undefined {
  if (setting === 'versioning' && wanted === null && actual !== null)
    return 'versioning was never set, and cannot be unset: it is suspended';
  if (setting === 'objectLock' && (wanted === null) !== (actual === null))
    return wanted === null ? 'object lock cannot be switched off' : 'object lock cannot be added to an existing bucket';
  return undefined;
}

function restoreSettings(name: string, actual: BucketContents, wanted: BucketContents) {
  const changes: Change[] = [];
  const blocked: Blocked[] = [];
  for (const setting of SETTINGS) {
    if (wanted[setting] === undefined) continue;
    const now = canonicalSetting(setting, actual[setting] ?? null);
    const past = canonicalSetting(setting, wanted[setting]);
    if (now === past) continue;
    const reason = irreversible(setting, now, past);
    const path = `${name}/${setting}`;
    if (reason !== undefined)
      blocked.push({
        kind: 'bucket-config',
        name: path,
        reason,
        wayOut: 'copy the objects to a new bucket if it matters',
      });
    if (setting === 'objectLock' && reason !== undefined) continue;
    if (setting === 'versioning' && past === null && now?.includes('Suspended')) continue;
    const details = [...(now === null ? [] : [`- ${now}`]), ...(past === null ? [] : [`+ ${past}`])];
    if (past === null) changes.push(change('delete', 'bucket-config', path, `${setting} was not set`, details));
    else if (now === null) changes.push(change('create', 'bucket-config', path, `${setting} is not set`, details));
    else changes.push(change('update', 'bucket-config', path, `${setting} was different`, details));
  }
  return { changes, blocked };
}

function restoreBuckets(now: Contents['buckets'], past: Contents['buckets'], occupied: ReadonlySet<string>) {
  const changes: Change[] = [];
  const blocked: Blocked[] = [];
  for (const name of namesOf(now, past)) {
    const [actual, wanted] = [now[name], past[name]];
    if (actual !== undefined && wanted === undefined) {
      if (!occupied.has(name)) {
        changes.push(change('delete', 'bucket', name, `${NEWER}, and empty`));
        continue;
      }
      blocked.push({
        kind: 'bucket',
        name,
        reason: `${NEWER}, but holds objects, so it stays`,
        wayOut: 'empty it and roll back again if nobody needs them',
      });
      if (actual.policy) {
        const reason = 'the bucket stays, but what its policy gives is newer than the snapshot';
        changes.push(change('delete', 'bucket-config', `${name}/policy`, reason, [`- ${actual.policy}`]));
      }
      continue;
    }
    if (wanted === undefined) continue;
    if (actual === undefined) changes.push(change('create', 'bucket', name, `${GONE}: it is created empty`));
    const settings = restoreSettings(name, actual ?? (wanted.objectLock ? { objectLock: BARE_LOCK } : {}), wanted);
    changes.push(...settings.changes);
    blocked.push(...settings.blocked);
  }
  return { changes, blocked };
}

/** What has to change so that the server holds again what the snapshot does. Pure. */
export function planRestore(
  now: Contents,
  past: Contents,
  { builtinPolicies, occupied, now: today }: RestoreFacts,
): Plan {
  const buckets = restoreBuckets(now.buckets, past.buckets, occupied);
  const keys = restoreKeys(now.iam, past.iam, today);
  return {
    changes: [
      ...buckets.changes,
      ...restorePolicies(now.iam, past.iam, builtinPolicies),
      ...restoreUsers(now.iam, past.iam),
      ...restoreGroups(now.iam, past.iam),
      ...keys.changes,
    ],
    blocked: [...buckets.blocked, ...keys.blocked],
    unmanaged: [],
  };
}
