import type { Manifest } from '../../manifest/index.js';
import { type SecretStore, type StoredKey, type StoreEntry, UNKNOWN_CREATION } from './secret-store.js';

/**
 * Where an access key is in its life: `active`; `rotating`, when a rotation was interrupted before it published the new
 * key; `draining`, when the old key is still valid beside the published one; `pending`, when its creation was interrupted;
 * `missing`, when the store does not have it.
 */
export type KeyState = 'active' | 'rotating' | 'draining' | 'pending' | 'missing';

export interface KeyAge {
  /** Name of the access key, in the manifest and in the secret store. */
  readonly accessKey: string;
  /** Component that uses it. */
  readonly component?: string;
  readonly state: KeyState;
  /** When the published key was made, ISO 8601; absent if nobody recorded it. */
  readonly createdAt?: string;
  /** Of the published key, in milliseconds; absent if unknown. */
  readonly ageMs?: number;
  /** When the key was made that still drains. */
  readonly previousCreatedAt?: string;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds of an age such as `90d`, `12h`, `30m` or `2w`; undefined if the text is none. */
export function parseAge(text: string): number | undefined {
  const match = /^(\d{1,5})([mhdw])$/.exec(text);
  return match ? Number(match[1]) * UNITS[match[2] as keyof typeof UNITS] : undefined;
}

/** Such as `3 days`, for people: the largest unit that gives at least two, so that it is off by less than half. */
export function formatAge(ms: number): string {
  const [unit, size] =
    ms >= 2 * UNITS.d ? ['days', UNITS.d] : ms >= 2 * UNITS.h ? ['hours', UNITS.h] : ['minutes', UNITS.m];
  if (ms < UNITS.m) return 'less than a minute';
  const count = Math.floor(ms / size);
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}

/** Undefined if nobody recorded when the key was made. */
export function ageOf({ createdAt }: StoredKey, now: Date): number | undefined {
  return createdAt === UNKNOWN_CREATION ? undefined : Math.max(0, now.getTime() - Date.parse(createdAt));
}

function stateOf({ current, next, previous }: StoreEntry): KeyState {
  if (current.state === 'pending') return 'pending';
  if (next) return 'rotating';
  return previous ? 'draining' : 'active';
}

const recorded = ({ createdAt }: StoredKey) => (createdAt === UNKNOWN_CREATION ? undefined : createdAt);

/** Age and state of every access key of a manifest, in the manifest's order. Contains no secret. */
export async function keyAges(manifest: Manifest, store: SecretStore, now: Date): Promise<readonly KeyAge[]> {
  return Promise.all(
    manifest.accessKeys.map(async ({ name }): Promise<KeyAge> => {
      const component = manifest.components.find(({ accessKey }) => accessKey === name)?.name;
      const identity = { accessKey: name, ...(component === undefined ? {} : { component }) };
      const entry = await store.read(name);
      if (entry === undefined) return { ...identity, state: 'missing' };
      const createdAt = recorded(entry.current);
      const ageMs = ageOf(entry.current, now);
      const previousCreatedAt = entry.previous && recorded(entry.previous);
      return {
        ...identity,
        state: stateOf(entry),
        ...(createdAt === undefined ? {} : { createdAt }),
        ...(ageMs === undefined ? {} : { ageMs }),
        ...(previousCreatedAt === undefined ? {} : { previousCreatedAt }),
      };
    }),
  );
}
