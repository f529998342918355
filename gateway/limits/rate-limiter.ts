import { isIPv6 } from 'node:net';
import type { DynamicConfig } from '../config/dynamic.js';
import { Refusal } from '../http/refusal.js';
import { type BucketRate, tokenBuckets } from './token-buckets.js';

/** Limits by address and identity; the figures are those of the dynamic configuration at the time of each request. */
export interface RateLimiter {
  /** @throws Refusal 429 */
  admitRequest(address: string): void;
  /** @throws Refusal 429 */
  admitIdentity(id: string): void;
  /** @throws Refusal 429 */
  admitAuthAttempt(address: string): void;
  authFailed(address: string): void;
}

/** Addresses and identities remembered at a time: about 10 MB at worst. */
const REMEMBERED = 50_000;

export function rateLimiter(
  limits: () => DynamicConfig['rate_limits'],
  refused: (limit: 'address' | 'identity' | 'auth') => void,
  now?: () => number,
): RateLimiter {
  const addresses = tokenBuckets(REMEMBERED, now);
  const identities = tokenBuckets(REMEMBERED, now);
  const failures = tokenBuckets(REMEMBERED, now);
  const slowDown = (limit: 'address' | 'identity' | 'auth', waitMs: number) => {
    refused(limit);
    const message = limit === 'auth' ? 'too many wrong tokens' : 'too many requests';
    return new Refusal(429, 'SlowDown', message, { 'retry-after': String(Math.ceil(waitMs / 1000)) });
  };
  const admit = (limit: 'address' | 'identity', key: string, perSecond: number | undefined, burst?: number) => {
    if (perSecond === undefined) return;
    const buckets = limit === 'address' ? addresses : identities;
    const wait = buckets.take(key, { perSecond, burst: burst ?? Math.max(1, Math.ceil(2 * perSecond)) });
    if (wait > 0) throw slowDown(limit, wait);
  };
  const attempts = (): BucketRate => {
    const { max_auth_attempts: burst } = limits();
    return { perSecond: burst / 60, burst };
  };
  return {
    admitRequest(address) {
      const { requests_per_second, burst } = limits();
      admit('address', subscriber(address), requests_per_second, burst);
    },
    admitIdentity(id) {
      const { key_requests_per_second, key_burst } = limits();
      admit('identity', id, key_requests_per_second, key_burst);
    },
    admitAuthAttempt(address) {
      const wait = failures.wait(subscriber(address), attempts());
      if (wait > 0) throw slowDown('auth', wait);
    },
    authFailed(address) {
      failures.take(subscriber(address), attempts());
    },
  };
}

/** Who is counted as one: an IPv4 address, or the /64 that one IPv6 subscriber has. */
export function subscriber(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const left = head.split(':').filter(Boolean);
  const right = (tail ?? '').split(':').filter(Boolean);
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0');
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${groups.join(':')}::/64`;
}
