import { createHash, timingSafeEqual } from 'node:crypto';
import type { DynamicConfig } from '../config/dynamic.js';

/** alknet's `Identity`; `resources` is always empty here. */
export interface Identity {
  readonly id: string;
  readonly scopes: readonly string[];
}

/** alknet's `IdentityProvider`, as far as HTTP needs it. */
export interface IdentityProvider {
  resolveFromToken(token: string): Identity | undefined;
}

/** alknet's form of a token's hash. */
export function tokenHash(token: string): string {
  return `sha256:${createHash('sha256').update(token).digest('hex')}`;
}

/**
 * alknet's `ConfigIdentityProvider`: peers by the hash of the whole token, then the first API key whose prefix begins the
 * token (prefixes are unique), whose hash is the token's and which has not expired.
 */
export function configIdentityProvider(
  auth: () => DynamicConfig['auth'],
  now: () => number = Date.now,
): IdentityProvider {
  return {
    resolveFromToken(token) {
      const hash = tokenHash(token);
      const { peers, api_keys } = auth();
      const peer = peers.find((entry) => entry.enabled && entry.auth_token_hash && same(entry.auth_token_hash, hash));
      if (peer) return { id: peer.peer_id, scopes: peer.scopes };
      if (!token.startsWith('alk_')) return undefined;
      const key = api_keys.find(({ prefix }) => token.startsWith(prefix));
      if (key === undefined || !same(key.hash, hash)) return undefined;
      if (key.expires_at !== undefined && key.expires_at * 1000 <= now()) return undefined;
      return { id: key.prefix, scopes: key.scopes };
    },
  };
}

function same(expected: string, actual: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(actual)];
  return a.length === b.length && timingSafeEqual(a, b);
}
