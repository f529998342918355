import { familyOf, generationsOf, type Manifest, type ManifestKms } from '../../manifest/index.js';
import type { KmsState } from '../client/kms.js';
import type { Estate } from '../estate.js';
import type { Blocked, Change, Plan, Unmanaged } from '../plan/model.js';
import { expectedSummary, PLACE_FIELDS } from './backend.js';
import { currentKey } from './generations.js';
import { PROBE_BUCKET } from './probe-bucket.js';

/** Keys that RustFS makes for itself. */
const OWN_KEYS: ReadonlySet<string> = new Set(['rustfs-internal-kms-probe', 'default']);

interface Difference {
  readonly field: string;
  readonly wanted: unknown;
  readonly actual: unknown;
}

function differences(kms: ManifestKms, state: KmsState): readonly Difference[] {
  const wanted = Object.entries(expectedSummary(kms.backend));
  const found = wanted
    .map(([field, value]): Difference => ({ field, wanted: value, actual: state.backend?.[field] ?? null }))
    .filter(({ wanted, actual }) => wanted !== actual);
  const defaultKey = currentKey(kms.defaultKey, state.keys, state.defaultKey);
  if (defaultKey === state.defaultKey) return found;
  return [...found, { field: 'default_key_id', wanted: defaultKey, actual: state.defaultKey ?? null }];
}

const lines = (found: readonly Difference[]) =>
  found.flatMap(({ field, wanted, actual }) => [
    ...(actual === null ? [] : [`- ${field}: ${actual}`]),
    ...(wanted === null ? [] : [`+ ${field}: ${wanted}`]),
  ]);

/** Why the service is not as declared. */
function problemOf(state: KmsState, found: readonly Difference[]): string | undefined {
  if (found.length > 0) return 'it is configured differently';
  if (state.status === 'Error') return `it does not run: ${state.error}`;
  if (state.status !== 'Running') return 'it is configured, but does not run';
  return state.healthy ? undefined : 'it runs, but its backend does not answer';
}

/** Another place for the keys would leave behind those that objects need. */
function blockedMove(name: string, state: KmsState, found: readonly Difference[]): Blocked | undefined {
  const moved = found.filter(({ field, actual }) => PLACE_FIELDS.has(field) && actual !== undefined);
  const isLocal = state.backend?.backend_type === 'local';
  if (moved.length === 0 || !(isLocal || state.healthy)) return undefined;
  const what = moved.map(({ field, wanted, actual }) => `${field} is ${actual}, declared is ${wanted}`).join(', ');
  return {
    kind: 'kms',
    name,
    reason: `the KMS keeps its keys elsewhere (${what}); elsewhere it would not find them, and what they encrypt could not be read`,
    wayOut: 'declare the KMS as it is; to move, copy the objects to a server that has the new one',
  };
}

function planService(kms: ManifestKms, state: KmsState): { changes: Change[]; blocked: Blocked[] } {
  const name = kms.backend.type;
  if (state.backend === undefined) {
    const wanted = Object.entries({ ...expectedSummary(kms.backend), default_key_id: kms.defaultKey });
    const details = wanted.filter(([, value]) => value !== null).map(([field, value]) => `+ ${field}: ${value}`);
    return {
      changes: [{ action: 'create', kind: 'kms', name, reason: 'no KMS is configured', details }],
      blocked: [],
    };
  }
  const found = differences(kms, state);
  const reason = problemOf(state, found);
  if (reason === undefined) return { changes: [], blocked: [] };
  const blocked = blockedMove(name, state, found);
  if (blocked) return { changes: [], blocked: [blocked] };
  return { changes: [{ action: 'update', kind: 'kms', name, reason, details: lines(found) }], blocked: [] };
}

function planKey(name: string, { keys }: KmsState): readonly Change[] {
  const create = (reason: string): Change => ({ action: 'create', kind: 'kms-key', name, reason, details: [] });
  if (keys === undefined) return [create('not known before the KMS runs: it is made only if it does not exist')];
  const known = generationsOf(name, keys.keys());
  if (known.length === 0) return [create('it does not exist')];
  return known.flatMap((id): Change[] => {
    const update = (reason: string): Change => ({ action: 'update', kind: 'kms-key', name: id, reason, details: [] });
    if (keys.get(id) === 'pending-deletion') return [update('its deletion is scheduled')];
    return keys.get(id) === 'disabled' && id === known.at(-1) ? [update('it is disabled')] : [];
  });
}

function unmanagedKeys({ keys: declared }: ManifestKms, { keys }: KmsState): readonly Unmanaged[] {
  return [...(keys?.keys() ?? [])]
    .filter((id) => !OWN_KEYS.has(id) && !declared.includes(familyOf(id)))
    .map((name) => ({ kind: 'kms-key', name }));
}

/** Service and keys, without what depends on the buckets. */
export function planKms({ kms }: Manifest, { kms: state }: Estate): Plan {
  if (kms === undefined || state === undefined) return { changes: [], blocked: [], unmanaged: [] };
  const { changes, blocked } = planService(kms, state);
  return {
    changes: [...changes, ...kms.keys.flatMap((name) => planKey(name, state))],
    blocked,
    unmanaged: unmanagedKeys(kms, state),
  };
}

/** Encryption is tried out before a bucket begins to rely on it, and where an interrupted trial left its bucket. */
export function planKmsProbe({ kms }: Manifest, { buckets }: Estate, changes: readonly Change[]): readonly Change[] {
  const left = buckets.has(PROBE_BUCKET);
  const changed = changes.some(({ kind, name }) => kind.startsWith('kms') || name.endsWith('/encryption'));
  if (kms === undefined || !(left || changed)) return [];
  const reason = changed
    ? 'an object is written encrypted and read back before buckets rely on it'
    : 'an interrupted run left it behind';
  return [{ action: 'update', kind: 'kms-probe', name: PROBE_BUCKET, reason, details: [] }];
}
