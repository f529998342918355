import type { S3OperationName } from '../../../policies/index.js';
import { authorizeOperation, requireBucket } from '../../authorize.js';
import { EmulatorError, type EmulatorRequest } from '../../context.js';
import { storageError } from '../../errors.js';
import type { KeyRequest, S3Context } from '../context.js';
import type { StoredVersion } from './model.js';
import { existingTagConditions } from './tags.js';
import { NULL_VERSION } from './write.js';

/** An object, or one of its versions. */
export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
  readonly versionId?: string;
}

/** What a request's path and `versionId` address. */
export function addressOf({ bucket, key, query }: KeyRequest): ObjectAddress {
  const versionId = query.get('versionId');
  return { bucket, key, ...(versionId && { versionId }) };
}

/** Authorizes an operation on an object; conditions on its tags see the tags that it has. @throws EmulatorError */
export function authorizeObject(
  context: S3Context,
  request: EmulatorRequest,
  operation: S3OperationName,
  { bucket, key, versionId }: ObjectAddress,
): void {
  const version = versionId ? context.objects.find(bucket, key, versionId) : context.objects.latest(bucket, key);
  authorizeOperation(context, request, operation, {
    bucket,
    key,
    conditions: version ? existingTagConditions(version.tags) : {},
  });
}

/** The version that is addressed. @throws EmulatorError NoSuchBucket, NoSuchKey, NoSuchVersion, MethodNotAllowed */
export function findVersion(context: S3Context, { bucket, key, versionId }: ObjectAddress): StoredVersion {
  requireBucket(context, bucket);
  if (versionId !== undefined) {
    checkVersionId(versionId);
    const version = context.objects.find(bucket, key, versionId);
    if (version === undefined) throw storageError('NoSuchVersion');
    if (version.deleteMarker) throw ofMarker(storageError('MethodNotAllowed'), version);
    return version;
  }
  const latest = context.objects.latest(bucket, key);
  if (latest === undefined) throw storageError(key === '/' ? 'NoSuchVersion' : 'NoSuchKey');
  if (latest.deleteMarker) throw ofMarker(storageError('NoSuchKey'), latest);
  return latest;
}

/** @throws EmulatorError InvalidArgument for what is no version id */
export function checkVersionId(versionId: string): void {
  if (versionId !== NULL_VERSION && !UUID.test(versionId)) throw storageError('InvalidArgument');
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

function ofMarker({ status, code, message }: EmulatorError, { versionId }: StoredVersion): EmulatorError {
  return new EmulatorError(status, code, message, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': versionId });
}
