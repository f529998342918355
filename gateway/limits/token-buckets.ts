/** Token buckets, one for each key. */
export interface TokenBuckets {
  /** Takes a token. @returns 0, or the milliseconds until there will be one */
  take(key: string, rate: BucketRate): number;
  /** Milliseconds until there is a token; takes none. */
  wait(key: string, rate: BucketRate): number;
}

export interface BucketRate {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** @param capacity keys that are remembered; beyond that the one that was used longest ago is forgotten */
export function tokenBuckets(capacity: number, now: () => number = () => performance.now()): TokenBuckets {
  const buckets = new Map<string, Bucket>();
  const filled = (key: string, { perSecond, burst }: BucketRate): Bucket => {
    const time = now();
    const old = buckets.get(key);
    const tokens = old === undefined ? burst : Math.min(burst, old.tokens + ((time - old.at) / 1000) * perSecond);
    return { tokens, at: time };
  };
  const missing = ({ tokens }: Bucket, { perSecond }: BucketRate) =>
    tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / perSecond) * 1000);
  return {
    take(key, rate) {
      const bucket = filled(key, rate);
      const wait = missing(bucket, rate);
      if (wait === 0) bucket.tokens -= 1;
      buckets.delete(key); // a Map keeps the order of insertion: the first key is the one used longest ago
      buckets.set(key, bucket);
      if (buckets.size > capacity) buckets.delete(buckets.keys().next().value ?? '');
      return wait;
    },
    wait: (key, rate) => missing(filled(key, rate), rate),
  };
}
