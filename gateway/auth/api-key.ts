import { randomInt } from 'node:crypto';
import type { ApiKeyEntry } from '../config/dynamic.js';
import { tokenHash } from './identity.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LENGTH = 44; // characters after alk_: 4 of the prefix and 40 unguessable ones (238 bits)

export interface NewApiKey {
  /** Shown once; the configuration holds only its hash. */
  readonly token: string;
  readonly entry: ApiKeyEntry;
}

/** A new alknet API key. @param takenPrefixes prefixes of the keys that exist: alknet finds a key by its prefix alone */
export function createApiKey(
  options: Pick<ApiKeyEntry, 'scopes' | 'description' | 'expires_at'>,
  takenPrefixes: readonly string[] = [],
): NewApiKey {
  const taken = new Set(takenPrefixes);
  for (;;) {
    const token = `alk_${Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')}`;
    const prefix = token.slice(0, 8);
    if (!taken.has(prefix)) return { token, entry: { prefix, hash: tokenHash(token), ...options } };
  }
}
