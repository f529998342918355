import { evaluate, type OneOrMany, S3_OPERATIONS, type S3OperationName } from '../policies/index.js';
import type { BucketRecord, EmulatorContext, EmulatorRequest } from './context.js';
import { accessDenied, storageError } from './errors.js';
import { bucketPolicyOf, publicAccessBlockOf } from './s3/bucket-config/index.js';

/** What a request is about to do. */
export interface AccessTarget {
  /** Exact action name. */
  readonly action: string;
  /** @default the request's bucket */
  readonly bucket?: string;
  /** @default none: a bucket-level action */
  readonly key?: string;
  /** Condition keys beside those of the request. */
  readonly conditions?: Readonly<Record<string, OneOrMany<string>>>;
  /** Only IAM counts, not the bucket's policy. */
  readonly iamOnly?: boolean;
}

/** Whether IAM or the bucket's policy lets the caller do something. */
export function isAllowed(context: EmulatorContext, request: EmulatorRequest, target: AccessTarget): boolean {
  const bucket = target.bucket ?? request.bucket;
  const record = bucket === undefined ? undefined : context.buckets.get(bucket);
  const bucketPolicy = record && !target.iamOnly ? bucketPolicyOf(record) : undefined;
  const { allowed } = evaluate(
    request.principal,
    {
      action: target.action,
      ...(bucket !== undefined && { bucket }),
      ...(target.key !== undefined && { key: target.key }),
      conditions: target.conditions ? { ...request.conditions, ...target.conditions } : request.conditions,
    },
    { version: context.profile.version, ...(bucketPolicy && { bucketPolicy }) },
  );
  return allowed && !(request.principal.kind === 'anonymous' && isRestricted(record));
}

/** RestrictPublicBuckets shuts out the public whatever the bucket's policy says. */
function isRestricted(bucket: BucketRecord | undefined): boolean {
  return bucket !== undefined && publicAccessBlockOf(bucket)?.RestrictPublicBuckets === true;
}

/** @throws EmulatorError AccessDenied */
export function authorize(context: EmulatorContext, request: EmulatorRequest, target: AccessTarget): void {
  if (!isAllowed(context, request, target)) throw accessDenied();
}

/** Whether the caller may do an S3 operation. */
export function isOperationAllowed(
  context: EmulatorContext,
  request: EmulatorRequest,
  operation: S3OperationName,
  target: Omit<AccessTarget, 'action'> = {},
): boolean {
  const { actions } = S3_OPERATIONS[context.profile.version][operation];
  return actions.some((action) => isAllowed(context, request, { action, ...target }));
}

/** @throws EmulatorError AccessDenied */
export function authorizeOperation(
  context: EmulatorContext,
  request: EmulatorRequest,
  operation: S3OperationName,
  target: Omit<AccessTarget, 'action'> = {},
): void {
  if (!isOperationAllowed(context, request, operation, target)) throw accessDenied();
}

/** @throws EmulatorError NoSuchBucket */
export function requireBucket(context: EmulatorContext, name: string): BucketRecord {
  const bucket = context.buckets.get(name);
  if (bucket === undefined) throw storageError('NoSuchBucket');
  return bucket;
}
