import type { BucketRecord, EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { isUsageKnown, quotaOf, setQuota } from '../s3/bucket-config/quota.js';
import { requireAny, requireOnBucket } from './authorize.js';
import { type AdminCall, type AdminHandler, requestBody } from './call.js';

const QUOTA_BODY = {
  name: 'CompatibleBucketQuotaRequest',
  fields: {
    quota: { type: 'unsigned', optional: true },
    size: { type: 'unsigned', optional: true },
    quota_type: { type: 'string', optional: true, aliases: ['quotatype'] },
  },
} as const;

/** `PUT quota/{bucket}` and `PUT set-bucket-quota?bucket=`; nothing or zero lifts the limit. */
export const putQuota: AdminHandler = async (call) => {
  requireAny(call, 'admin:SetBucketQuota');
  const name = givenBucket(call);
  const bucket = targetBucket(call, name);
  const body = call.body.length === 0 ? {} : requestBody(call, QUOTA_BODY, 'invalid JSON: %');
  if (String(body.quota_type ?? 'HARD').toUpperCase() !== 'HARD') {
    throw s3Error('InvalidArgument', 'Only HARD quota type is supported');
  }
  const quota = Number(body.size ?? 0) || Number(body.quota ?? 0) || undefined;
  await changeQuota(call, bucket, quota);
  return isCompatible(call) ? { status: 200, body: '' } : answer(describe(call, name, quota));
};

/** `DELETE quota/{bucket}`. */
export const deleteQuota: AdminHandler = async (call) => {
  requireAny(call, 'admin:SetBucketQuota');
  const name = givenBucket(call);
  await changeQuota(call, targetBucket(call, name), undefined);
  return answer(describe(call, name, undefined));
};

/** `GET quota/{bucket}` with the usage, `GET get-bucket-quota?bucket=` without. */
export const getQuota: AdminHandler = (call) => {
  const name = givenBucket(call);
  requireOnBucket(call, 's3:GetBucketQuota', name);
  const bucket = existing(call, name);
  const quota = quotaOf(bucket);
  if (!isCompatible(call)) {
    requireUsage(call, bucket);
    return answer(describe(call, name, quota));
  }
  const limit = quota ?? 0;
  return answer({ quota: limit, size: limit, rate: 0, requests: 0, ...(limit > 0 && { quotatype: 'hard' }) });
};

/** `GET quota-stats/{bucket}`. */
export const quotaStats: AdminHandler = (call) => {
  const name = givenBucket(call);
  requireOnBucket(call, 's3:GetBucketQuota', name);
  const bucket = existing(call, name);
  requireUsage(call, bucket);
  const limit = quotaOf(bucket);
  const used = call.context.usage(name).bytes;
  return answer({
    bucket: name,
    quota_limit: limit ?? null,
    current_usage: used,
    remaining_quota: limit === undefined ? null : Math.max(0, limit - used),
    usage_percentage: limit === undefined ? null : (used / limit) * 100,
  });
};

const CHECK_BODY = {
  name: 'CheckQuotaRequest',
  fields: { operation_type: { type: 'string' }, operation_size: { type: 'unsigned' } },
} as const;

/** `POST quota-check/{bucket}`: whether an operation of a size would fit. */
export const checkQuota: AdminHandler = (call) => {
  const name = givenBucket(call);
  requireOnBucket(call, 's3:GetBucketQuota', name);
  if (call.body.length === 0) throw s3Error('InvalidRequest', 'request body cannot be empty');
  const body = requestBody(call, CHECK_BODY, 'invalid JSON: %');
  const bucket = existing(call, name);
  requireUsage(call, bucket);
  const limit = quotaOf(bucket);
  const used = call.context.usage(name).bytes;
  const deletes = ['DELETE', 'DELETEOBJECT'].includes(String(body.operation_type).toUpperCase());
  const size = Number(body.operation_size);
  const after = deletes ? Math.max(0, used - size) : used + size;
  return answer({
    bucket: name,
    operation_type: body.operation_type,
    operation_size: body.operation_size,
    allowed: limit === undefined || deletes || after <= limit,
    current_usage: used,
    quota_limit: limit ?? null,
    remaining_quota: limit === undefined ? null : Math.max(0, limit - after),
  });
};

function givenBucket(call: AdminCall): string {
  const name = call.params.bucket ?? call.request.query.get('bucket') ?? '';
  if (name === '') throw s3Error('InvalidRequest', 'bucket name is required');
  return name;
}

/** The bucket to change; `undefined` where the version takes a quota for a bucket that does not exist. */
function targetBucket({ context }: AdminCall, name: string): BucketRecord | undefined {
  const bucket = context.buckets.get(name);
  if (bucket === undefined && context.profile.quota.bucketRequired) {
    throw s3Error('InternalError', `failed to capture bucket incarnation: Bucket not found: ${name}`);
  }
  return bucket;
}

async function changeQuota({ context }: AdminCall, bucket: BucketRecord | undefined, quota: number | undefined) {
  if (bucket === undefined) return;
  setQuota(bucket, quota);
  await context.saveBucket(bucket);
}

function existing({ context }: AdminCall, name: string): BucketRecord {
  const bucket = context.buckets.get(name);
  if (bucket === undefined) throw s3Error('NoSuchBucket', `bucket not found: ${name}`);
  return bucket;
}

/** @throws EmulatorError as long as no scan has counted the bucket */
function requireUsage({ context }: AdminCall, bucket: BucketRecord): void {
  if (!isUsageKnown(context, bucket)) {
    throw s3Error('ServiceUnavailable', 'authoritative bucket usage is not available yet');
  }
}

function describe({ context }: AdminCall, bucket: string, quota: number | undefined): object {
  const record = context.buckets.get(bucket);
  const size = record && isUsageKnown(context, record) ? context.usage(bucket).bytes : 0;
  return { bucket, quota: quota ?? null, size, quota_type: 'HARD' };
}

function isCompatible({ request }: AdminCall): boolean {
  return request.path.endsWith('-bucket-quota');
}

/** Quota answers carry no content type (recorded: 07-buckets). */
function answer(value: object): EmulatorResponse {
  return { status: 200, body: JSON.stringify(value) };
}
