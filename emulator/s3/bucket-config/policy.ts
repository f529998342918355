import { evaluate, opensToEveryone, type PolicyDocument, type Principal } from '../../../policies/index.js';
import { parseBucketPolicy } from '../../admin/policy-documents.js';
import type { BucketRecord, EmulatorResponse } from '../../context.js';
import { s3Error } from '../../errors.js';
import { element, xmlDocument } from '../../xml.js';
import type { ConfigCall } from './index.js';
import { publicAccessBlockOf } from './settings.js';

const KEY = 'policy';
const ANONYMOUS: Principal = { kind: 'anonymous', accessKey: '', policies: [] };

/** Parsed policies by their text, so that the same document is compiled once. */
const parsed = new WeakMap<BucketRecord, { readonly text: string; readonly document: PolicyDocument }>();

/** The bucket's policy, if it has one. */
export function bucketPolicyOf(bucket: BucketRecord): PolicyDocument | undefined {
  const text = bucket.config.get(KEY);
  if (text === undefined) return undefined;
  const known = parsed.get(bucket);
  if (known?.text === text) return known.document;
  const document = JSON.parse(text) as PolicyDocument;
  parsed.set(bucket, { text, document });
  return document;
}

/** The text as it was stored, and without a content type. */
export function getPolicy(call: ConfigCall): EmulatorResponse {
  const text = call.open('s3:GetBucketPolicy').config.get(KEY);
  if (text === undefined) throw s3Error('NoSuchBucketPolicy');
  return { status: 200, body: text };
}

export async function putPolicy(call: ConfigCall): Promise<EmulatorResponse> {
  const { context, request } = call;
  const body = await request.body();
  const bucket = call.open('s3:PutBucketPolicy');
  const document = parseBucketPolicy(body, context.profile);
  if (opensToEveryone(document) && publicAccessBlockOf(bucket)?.BlockPublicPolicy) throw s3Error('AccessDenied');
  bucket.config.set(KEY, body.toString('utf8'));
  await context.saveBucket(bucket);
  return { status: 204 };
}

export async function deletePolicy(call: ConfigCall): Promise<EmulatorResponse> {
  const bucket = call.open('s3:DeleteBucketPolicy');
  bucket.config.delete(KEY);
  await call.context.saveBucket(bucket);
  return { status: 204 };
}

/**
 * Public is what lets everybody list the bucket, or write to it as a whole; a policy that opens objects alone is not
 * (RustFS source 1.0.1 bucket_usecase.rs, recorded: 07-buckets policy-status).
 */
export function getPolicyStatus(call: ConfigCall): EmulatorResponse {
  const bucketPolicy = bucketPolicyOf(call.open('s3:GetBucketPolicyStatus'));
  const { context, request, name } = call;
  const conditions = Object.fromEntries(
    Object.entries(request.conditions).filter(([key]) => !IDENTITY_KEYS.includes(key)),
  );
  const isPublic = ['s3:ListBucket', 's3:PutObject'].some(
    (action) =>
      bucketPolicy !== undefined &&
      evaluate(ANONYMOUS, { action, bucket: name, conditions }, { bucketPolicy, version: context.profile.version })
        .allowed,
  );
  const body = xmlDocument('PolicyStatus', [element('IsPublic', isPublic)], null);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** Condition keys that tell who asks. */
const IDENTITY_KEYS = ['aws:username', 'aws:userid', 'aws:principaltype', 'aws:groups', 's3:authType'];
