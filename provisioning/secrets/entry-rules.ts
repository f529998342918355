import { SecretStoreError, type StoredKey, type StoreEntry } from './secret-store.js';

/** An entry's name becomes a file name and part of variable names, so no dots, slashes or spaces. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,127}$/;

export function isEntryName(name: string): boolean {
  return NAME.test(name);
}

/** @throws {SecretStoreError} on a name that can't be an entry's. */
export function checkEntryName(name: string): void {
  if (isEntryName(name)) return;
  throw new SecretStoreError(
    `invalid name of a secret: ${JSON.stringify(name)}: expected a letter, then up to 127 letters, digits, "-" or "_"`,
  );
}

const SLOT_STATES = { next: 'pending', previous: 'active' } as const;

/** @throws {SecretStoreError} on an entry that no step of a key's life produces; never shows the key. */
export function checkEntry(name: string, entry: StoreEntry): void {
  checkEntryName(name);
  checkKey(name, 'current', entry.current);
  for (const slot of ['next', 'previous'] as const) {
    const key = entry[slot];
    if (key === undefined) continue;
    checkKey(name, slot, key);
    if (entry.current.state === 'pending') {
      throw new SecretStoreError(`secret ${name}: has a ${slot} key although the current one is still pending`);
    }
    if (key.state !== SLOT_STATES[slot]) {
      throw new SecretStoreError(
        `secret ${name}: the ${slot} key is ${key.state}, but a ${slot} key is always ${SLOT_STATES[slot]}`,
      );
    }
  }
}

function checkKey(name: string, slot: keyof StoreEntry, key: StoredKey): void {
  for (const field of ['accessKeyId', 'secretAccessKey'] as const) {
    if (!/^[\x21-\x7e]+$/.test(key[field])) {
      throw new SecretStoreError(
        `secret ${name}: ${field} of the ${slot} key is empty or has a character that is not printable ASCII`,
      );
    }
  }
  if (!isTimestamp(key.createdAt)) {
    throw new SecretStoreError(
      `secret ${name}: createdAt of the ${slot} key is ${JSON.stringify(key.createdAt)}: expected ISO 8601 in UTC, such as 2026-01-14T10:00:00.000Z`,
    );
  }
}

export function isTimestamp(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
