import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { KeystoneIdentity } from './identity.js';

/** Identities by token. Tokens themselves are not kept, only their hashes. */
export interface TokenCache {
  /**
   * Identity of a token, from the cache or by `validate`; many who ask for one token at a time are one validation. What it
   * throws reaches all of them and is not kept.
   */
  identity(token: string, validate: () => Promise<KeystoneIdentity>): Promise<KeystoneIdentity>;
}

export interface TokenCacheOptions {
  readonly size: number;
  readonly ttlMs: number;
  readonly looked: (outcome: 'hit' | 'miss') => void;
}

export function tokenCache({ size, ttlMs, looked }: TokenCacheOptions): TokenCache {
  const cache = new LRUCache<string, KeystoneIdentity>({ max: size, ttlResolution: 0 });
  const asking = new Map<string, Promise<KeystoneIdentity>>();
  return {
    async identity(token, validate) {
      const key = createHash('sha256').update(token).digest('base64');
      const known = cache.get(key);
      // The clock may have been set since: a token is never accepted beyond what it says of itself.
      if (known !== undefined && known.expiresAt > Date.now()) {
        looked('hit');
        return known;
      }
      const underWay = asking.get(key);
      looked(underWay === undefined ? 'miss' : 'hit');
      if (underWay !== undefined) return underWay;
      const started = validate()
        .then((identity) => {
          const ttl = Math.min(ttlMs, identity.expiresAt - Date.now());
          if (ttl > 0) cache.set(key, identity, { ttl });
          return identity;
        })
        .finally(() => asking.delete(key));
      asking.set(key, started);
      return started;
    },
  };
}
