import type { Manifest, ManifestAccessKey } from '../../manifest/index.js';
import { policiesEqual } from '../../policies/index.js';
import type { Estate, ObservedAccessKey } from '../estate.js';
import type { StoreContents } from '../secrets/read-store.js';
import type { StoreEntry } from '../secrets/secret-store.js';
import type { Blocked, Change, Unmanaged } from './model.js';
import type { PlanOptions } from './plan.js';

interface Result {
  readonly changes: Change[];
  readonly blocked: Blocked[];
  readonly unmanaged: Unmanaged[];
}

const change = (action: Change['action'], name: string, reason: string): Change => ({
  action,
  kind: 'access-key',
  name,
  reason,
  details: [],
});

function samePolicy(wanted: ManifestAccessKey['policy'], actual: ObservedAccessKey['embeddedPolicy']): boolean {
  if (wanted === undefined || actual === undefined) return wanted === actual;
  return policiesEqual(wanted, actual);
}

/** What is wrong with the key that the store knows. */
function compareKey(
  wanted: ManifestAccessKey,
  entry: StoreEntry,
  actual: ObservedAccessKey | undefined,
  { misdirected }: PlanOptions,
): Change | undefined {
  if (actual === undefined) return change('create', wanted.name, 'the server does not have it');
  if (actual.parent !== wanted.user)
    return change('replace', wanted.name, `it belongs to ${actual.parent} instead of ${wanted.user}`);
  if (!samePolicy(wanted.policy, actual.embeddedPolicy))
    return change('replace', wanted.name, 'its own policy differs');
  if (actual.enabled === false) return change('update', wanted.name, 'it is disabled');
  if (actual.secretDiffers)
    return change('update', wanted.name, 'the server has another secret for it than the secret store');
  if (entry.current.state === 'pending')
    return change('update', wanted.name, 'an earlier run created it without publishing it');
  if (misdirected?.names.has(wanted.name))
    return change('update', wanted.name, `applications are to reach the server at ${misdirected.endpoint}`);
  return undefined;
}

/**
 * Keys are compared by the id in the secret store. A key of the same name whose secret is not there can only be replaced,
 * which is never done unasked, because an application may be using it.
 */
export function planAccessKeys(manifest: Manifest, estate: Estate, store: StoreContents, options: PlanOptions): Result {
  const result: Result = { changes: [], blocked: [], unmanaged: [] };
  const expected = new Set<string>();
  for (const wanted of manifest.accessKeys) {
    const entry = store.get(wanted.name);
    if (entry) {
      for (const key of [entry.current, entry.next, entry.previous]) if (key) expected.add(key.accessKeyId);
      const found = compareKey(wanted, entry, estate.accessKeys.get(entry.current.accessKeyId), options);
      if (found) result.changes.push(found);
      continue;
    }
    const strangers = [...estate.accessKeys.values()].filter(
      ({ parent, name }) => parent === wanted.user && name === wanted.name,
    );
    for (const { accessKeyId } of strangers) expected.add(accessKeyId);
    if (strangers.length === 0) result.changes.push(change('create', wanted.name, 'it does not exist'));
    else if (options.replaceKeys)
      result.changes.push(change('replace', wanted.name, 'its secret is not in the secret store'));
    else {
      result.blocked.push({
        kind: 'access-key',
        name: wanted.name,
        reason: `access key ${strangers.map(({ accessKeyId }) => accessKeyId).join(', ')} exists on the server, but its secret is not in the secret store`,
        wayOut:
          'name the right secret store with --secrets, or replace the key with --replace-keys (applications that use the old one lose access)',
      });
    }
  }
  for (const { accessKeyId, parent } of estate.accessKeys.values()) {
    if (!expected.has(accessKeyId)) result.unmanaged.push({ kind: 'access-key', name: `${parent}/${accessKeyId}` });
  }
  return result;
}
