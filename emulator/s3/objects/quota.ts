import { s3Error } from '../../errors.js';
import { isUsageKnown, quotaOf } from '../bucket-config/quota.js';
import type { KeyRequest, S3Context } from '../context.js';
import { NULL_VERSION } from './write.js';

/** Refuses what would take a bucket beyond its quota. @throws EmulatorError InvalidRequest, ServiceUnavailable */
export function checkQuota(context: S3Context, request: KeyRequest, size: number): void {
  const bucket = context.buckets.get(request.bucket);
  const quota = bucket && quotaOf(bucket);
  if (bucket === undefined || quota === undefined) return;
  if (!isUsageKnown(context, bucket)) {
    throw s3Error('ServiceUnavailable', 'Bucket quota check temporarily unavailable, please retry');
  }
  const { bytes } = context.usage(bucket.name);
  const replaced =
    bucket.versioning === 'Enabled' ? undefined : context.objects.find(bucket.name, request.key, NULL_VERSION);
  if (bytes - (replaced?.size ?? 0) + size > quota) {
    throw s3Error('InvalidRequest', `Bucket quota exceeded. Current usage: ${bytes} bytes, limit: ${quota} bytes`);
  }
}
