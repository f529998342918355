import type { BucketRecord, EmulatorContext } from '../../context.js';

const KEY = 'quota';

/**
 * Milliseconds until the usage of a new bucket counts. A running 1.0.1 took between one second and twenty, depending on
 * when its scanner came by.
 */
const FIRST_SCAN = 5000;

/** A bucket's limit in bytes, if it has one. */
export function quotaOf(bucket: BucketRecord): number | undefined {
  const text = bucket.config.get(KEY);
  return text === undefined ? undefined : (JSON.parse(text) as { quota: number }).quota;
}

export function setQuota(bucket: BucketRecord, quota: number | undefined): void {
  if (quota === undefined) bucket.config.delete(KEY);
  else bucket.config.set(KEY, JSON.stringify({ quota, quota_type: 'HARD' }));
}

/** Whether the bucket's usage counts already; until then, quotas can't be checked. */
export function isUsageKnown({ profile }: Pick<EmulatorContext, 'profile'>, bucket: BucketRecord): boolean {
  return !profile.quota.usageUnknown || Date.now() - Date.parse(bucket.createdAt) >= FIRST_SCAN;
}
