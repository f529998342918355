import type { BucketSetting, Change } from '../plan/model.js';
import { type ApplyContext, declared } from './context.js';

export async function createBucket({ buckets, manifest }: ApplyContext, { name }: Change): Promise<void> {
  await buckets.create(name, declared(manifest.buckets, name).objectLock !== undefined);
}

export async function configureBucket(
  { buckets, admin, manifest, estate }: ApplyContext,
  { name }: Change,
): Promise<void> {
  const [bucketName = '', setting] = name.split('/') as [string, BucketSetting];
  const bucket = declared(manifest.buckets, bucketName);
  if (setting === 'quotaBytes') {
    if (bucket.quotaBytes !== undefined) await admin.setQuota(bucketName, bucket.quotaBytes);
    return;
  }
  try {
    await buckets.configure(bucketName, setting, bucket[setting]);
  } catch (error) {
    // What RustFS refuses it may have stored all the same, without effect (recorded: 07-buckets); then the next plan would see no difference.
    if (setting === 'notifications')
      await buckets
        .configure(bucketName, setting, estate.buckets.get(bucketName)?.notifications)
        .catch(() => undefined);
    throw error;
  }
}
