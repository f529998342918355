/** One access key with its secret. `pending`: created or about to be, not proven yet, and not published to applications. */
export interface StoredKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** ISO 8601, UTC. {@link UNKNOWN_CREATION} if nobody recorded it. */
  readonly createdAt: string;
  readonly state: 'pending' | 'active';
}

/** `createdAt` of a key that somebody else put into the store: the age is unknown, so it counts as old. */
export const UNKNOWN_CREATION = '1970-01-01T00:00:00.000Z';

/**
 * What the store knows of one entry. Applications only ever read `current`, and only once its state is `active`.
 *
 * - First key: `{ current: pending }` → created on the server → `{ current: active }`.
 * - Rotation: `{ current, next: pending }` → created and proven → `{ current: next as active, previous: current }` (this
 *   write publishes) → drained and deleted on the server → `{ current }`.
 *
 * `next` is always `pending`, `previous` always `active`, and neither goes with a pending `current`. A key is written
 * here *before* the server is asked to create it, so that an interrupted run knows what it may find there.
 */
export interface StoreEntry {
  readonly current: StoredKey;
  /** The key that will follow `current`: not published until it is written as `current`. */
  readonly next?: StoredKey;
  /** The key that was `current` before a rotation, and drains: applications may still use it. */
  readonly previous?: StoredKey;
}

/** How applications reach the server: stored beside the key where the store's format has a place for it. */
export interface StoreConnection {
  readonly endpoint: string;
  readonly region: string;
  /** Absolute path of the authority of its certificate, where that is not one that every system trusts. */
  readonly caFile?: string;
}

/** Where the one-time secrets of access keys are kept. Every method throws {@link SecretStoreError} on a broken store. */
export interface SecretStore {
  /** For people, without any secret: `directory secrets`, `SOPS file cluster.yaml`. */
  readonly description: string;
  /** Names of all entries, sorted. */
  names(): Promise<string[]>;
  /** `undefined`: there is no such entry. */
  read(name: string): Promise<StoreEntry | undefined>;
  /** Endpoint that applications read with the key. Absent where the format has no place for it. */
  endpointOf?(name: string): Promise<string | undefined>;
  /** Replaces the entry as a whole and atomically: a reader sees the old or the new one. */
  write(name: string, entry: StoreEntry, connection: StoreConnection): Promise<void>;
  /** Does nothing if there is no such entry. */
  remove(name: string): Promise<void>;
  /**
   * Keeps other runs out until the returned function is called: take it for a whole apply or rotation. Single writes
   * lock for themselves. The lock of a process that no longer runs is taken over. Absent where nothing can be written.
   */
  lock?(): Promise<() => Promise<void>>;
}

/** The store can't be used as it is. The message names the file and the way out, never a secret. */
export class SecretStoreError extends Error {
  override readonly name = 'SecretStoreError';
}
