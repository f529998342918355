import { LRUCache } from 'lru-cache';
import { callUpstream } from '../upstream/call.js';
import type { UpstreamPool } from '../upstream/pool.js';
import type { S3AccessKey } from '../upstream/resign.js';

/** Buckets that come into being when something is first written to them. */
export interface ImplicitBuckets {
  /** Creates the bucket unless it is there. What the credential may not do stays undone, and RustFS refuses the write itself. */
  ensure(storedName: string, credential: S3AccessKey): Promise<void>;
  forget(storedName: string): void;
}

const REMEMBERED = 10_000;
const TTL_MS = 60_000;

export function implicitBuckets(pool: UpstreamPool, region: string): ImplicitBuckets {
  const known = new LRUCache<string, true>({ max: REMEMBERED, ttl: TTL_MS });
  const asking = new Map<string, Promise<void>>();

  async function create(name: string, credential: S3AccessKey): Promise<void> {
    const call = (method: string) =>
      callUpstream(pool, { method, path: `/${name}`, service: 's3', region, credential });
    let { status } = await call('HEAD');
    if (status === 404) ({ status } = await call('PUT'));
    if (status === 200 || status === 409) known.set(name, true);
  }

  return {
    async ensure(name, credential) {
      if (known.has(name)) return;
      const started = asking.get(name) ?? create(name, credential).finally(() => asking.delete(name));
      asking.set(name, started);
      await started;
    },
    forget(name) {
      known.delete(name);
    },
  };
}
