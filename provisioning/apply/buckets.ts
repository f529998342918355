import type { BucketNotification, ManifestBucket } from '../../manifest/index.js';
import { ProvisioningError } from '../errors.js';
import { withCurrentKey } from '../plan/buckets.js';
import type { BucketSetting, Change } from '../plan/model.js';
import { type ApplyContext, declared } from './context.js';

export async function createBucket({ buckets, manifest }: ApplyContext, { name }: Change): Promise<void> {
  await buckets.create(name, declared(manifest.buckets, name).objectLock !== undefined);
}

export async function configureBucket(context: ApplyContext, { name }: Change): Promise<void> {
  const { buckets, admin, manifest } = context;
  const [bucketName = '', setting] = name.split('/') as [string, BucketSetting];
  const bucket = declared(manifest.buckets, bucketName);
  if (setting === 'quotaBytes') {
    if (bucket.quotaBytes !== undefined) await admin.setQuota(bucketName, bucket.quotaBytes);
    return;
  }
  if (setting === 'notifications' && bucket.notifications) await requireTargets(bucket, bucket.notifications, admin);
  const encrypts = setting === 'encryption' && manifest.kms;
  const config = encrypts ? withCurrentKey(bucket, manifest.kms, (await context.kms.state()).keys) : bucket;
  await buckets.configure(bucketName, setting, config[setting]);
}

/** Asked before the write, because RustFS stores notifications for targets that it does not know (recorded: 14-notify). */
async function requireTargets(
  { name }: ManifestBucket,
  notifications: readonly BucketNotification[],
  admin: ApplyContext['admin'],
): Promise<void> {
  const known = await admin.targetArns();
  const unknown = notifications.filter(({ targetArn }) => !known.includes(targetArn));
  if (unknown.length > 0) {
    throw new ProvisioningError(
      `bucket ${name}: no notification target ${unknown.map(({ targetArn }) => targetArn).join(', ')} is online; ` +
        `the server has ${known.length > 0 ? known.join(', ') : 'none'}; configure the target and start its receiver first`,
    );
  }
}
