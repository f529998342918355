import { createHash, randomInt } from 'node:crypto';
import type { ApiKeyEntry } from '../config/dynamic.js';
import { tokenHash } from './identity.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PREFIX_LENGTH = 4;
const SECRET_LENGTH = 40; // 238 bits

export interface NewApiKey {
  /** Shown once; the configuration holds only its hash. */
  readonly token: string;
  readonly entry: ApiKeyEntry;
}

const characters = (count: number) =>
  Array.from({ length: count }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');

/** A new token that begins with the prefix. */
export const createToken = (prefix: string) => prefix + characters(SECRET_LENGTH);

/** The prefix of the key that is called so: always the same, because it is the id of the identity. */
export function prefixOf(name: string): string {
  const digest = createHash('sha256').update(name).digest();
  return `alk_${[...digest.subarray(0, PREFIX_LENGTH)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`;
}

/** A new alknet API key. @param takenPrefixes prefixes of the keys that exist: alknet finds a key by its prefix alone */
export function createApiKey(
  options: Pick<ApiKeyEntry, 'scopes' | 'description' | 'expires_at'>,
  takenPrefixes: readonly string[] = [],
): NewApiKey {
  const taken = new Set(takenPrefixes);
  for (;;) {
    const prefix = `alk_${characters(PREFIX_LENGTH)}`;
    if (taken.has(prefix)) continue;
    const token = createToken(prefix);
    return { token, entry: { prefix, hash: tokenHash(token), ...options } };
  }
}
