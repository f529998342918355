import { withCurrentKey } from '../plan/buckets.js';
import type { BucketSetting, Change } from '../plan/model.js';
import { type ApplyContext, declared } from './context.js';

export async function createBucket({ buckets, manifest }: ApplyContext, { name }: Change): Promise<void> {
  await buckets.create(name, declared(manifest.buckets, name).objectLock !== undefined);
}

export async function configureBucket(context: ApplyContext, { name }: Change): Promise<void> {
  const { buckets, admin, manifest, estate } = context;
  const [bucketName = '', setting] = name.split('/') as [string, BucketSetting];
  const bucket = declared(manifest.buckets, bucketName);
  if (setting === 'quotaBytes') {
    if (bucket.quotaBytes !== undefined) await admin.setQuota(bucketName, bucket.quotaBytes);
    return;
  }
  const encrypts = setting === 'encryption' && manifest.kms;
  const config = encrypts ? withCurrentKey(bucket, manifest.kms, (await context.kms.state()).keys) : bucket;
  try {
    await buckets.configure(bucketName, setting, config[setting]);
  } catch (error) {
    // What RustFS refuses it may have stored all the same, without effect (recorded: 07-buckets); then the next plan would see no difference.
    if (setting === 'notifications')
      await buckets
        .configure(bucketName, setting, estate.buckets.get(bucketName)?.notifications)
        .catch(() => undefined);
    throw error;
  }
}
