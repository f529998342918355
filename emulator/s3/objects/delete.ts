import { randomUUID } from 'node:crypto';
import { authorize, requireBucket } from '../../authorize.js';
import type { BucketRecord, EmulatorRequest, EmulatorResponse } from '../../context.js';
import { accessDenied, s3Error, storageError } from '../../errors.js';

import { isLocked } from '../bucket-config/checks.js';
import type { KeyRequest, S3Context } from '../context.js';
import { deleteParts } from './content.js';
import { addressOf, authorizeObject, checkVersionId, type ObjectAddress } from './find.js';
import { deletionBlocked } from './lock.js';
import type { StoredVersion } from './model.js';
import { checkDeletePreconditions } from './preconditions.js';
import { checkKey } from './request-attributes.js';
import { NULL_VERSION } from './write.js';

export async function deleteObject(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const bucket = requireBucket(context, request.bucket);
  const address = addressOf(request);
  authorizeDeletion(context, request, address);
  if (forceDelete(request)) {
    authorize(context, request, { action: 's3:ForceDeleteObject', key: request.key });
    return forceDeletion(context, request, bucket);
  }
  if (bypassesGovernance(request)) {
    authorize(context, request, { action: 's3:BypassGovernanceRetention', key: request.key });
  }
  checkKey(request);
  if (request.key === '/') throw storageError('InvalidArgument');
  checkDeletePreconditions(context, request);
  const { marker, version } = await deleteAddressed(context, request, address);
  return {
    status: 204,
    headers: {
      ...(marker !== undefined && { 'x-amz-delete-marker': String(marker) }),
      ...(version !== undefined && { 'x-amz-version-id': version }),
    },
  };
}

/** @throws EmulatorError AccessDenied */
export function authorizeDeletion(context: S3Context, request: EmulatorRequest, address: ObjectAddress): void {
  if (address.versionId === undefined || context.protocol.versionDeleteNeedsBoth) {
    authorizeObject(context, request, 'DeleteObject', address);
  }
  if (address.versionId !== undefined) authorizeObject(context, request, 'DeleteObjectVersion', address);
}

export interface Deletion {
  /** Whether a delete marker was made or removed; `undefined` if there was nothing to delete. */
  readonly marker?: boolean;
  readonly version?: string;
}

/** Deletes a version, or puts a delete marker over an object. @throws EmulatorError */
export async function deleteAddressed(
  context: S3Context,
  request: EmulatorRequest,
  address: ObjectAddress,
): Promise<Deletion> {
  const bucket = requireBucket(context, address.bucket);
  if (address.versionId !== undefined) return deleteVersion(context, request, address, address.versionId);
  if (bucket.versioning === undefined) {
    const version = context.objects.find(address.bucket, address.key, NULL_VERSION);
    if (version) await removeVersion(context, request, version);
    return { marker: false };
  }
  const versionId = bucket.versioning === 'Enabled' ? randomUUID() : NULL_VERSION;
  const replaced = context.objects.find(address.bucket, address.key, versionId);
  if (replaced) checkDeletable(request, replaced);
  await context.objects.put(deleteMarker(context, address, versionId));
  if (replaced) await deleteParts(context, replaced.parts);
  return { marker: true, version: versionId };
}

async function deleteVersion(
  context: S3Context,
  request: EmulatorRequest,
  { bucket, key }: ObjectAddress,
  versionId: string,
): Promise<Deletion> {
  checkVersionId(versionId);
  const version = context.objects.find(bucket, key, versionId);
  if (version === undefined) return {};
  await removeVersion(context, request, version);
  return { marker: version.deleteMarker, version: versionId };
}

async function removeVersion(context: S3Context, request: EmulatorRequest, version: StoredVersion): Promise<void> {
  checkDeletable(request, version);
  await context.objects.remove(version);
  await deleteParts(context, version.parts);
}

/** @throws EmulatorError AccessDenied */
function checkDeletable(request: EmulatorRequest, version: StoredVersion): void {
  const reason = deletionBlocked(version, bypassesGovernance(request), request.time);
  if (reason !== undefined) throw accessDenied(reason);
}

function deleteMarker(context: S3Context, { bucket, key }: ObjectAddress, versionId: string): StoredVersion {
  return {
    bucket,
    key,
    versionId,
    sequence: context.objects.nextSequence(),
    modified: Date.now(),
    deleteMarker: true,
    size: 0,
    etag: '',
    parts: [],
    headers: {},
    metadata: {},
    tags: [],
  };
}

export function bypassesGovernance({ headers }: EmulatorRequest): boolean {
  return headers['x-amz-bypass-governance-retention']?.toLowerCase() === 'true';
}

/** The force-delete header, under RustFS' or MinIO's name. @throws EmulatorError InvalidRequest */
export function forceDelete({ headers }: EmulatorRequest): boolean | undefined {
  const value = headers['x-rustfs-force-delete'] ?? headers['x-minio-force-delete'];
  if (value === undefined) return undefined;
  if (!/^(true|false)$/i.test(value)) throw s3Error('InvalidRequest', 'Invalid force-delete header value');
  return value.toLowerCase() === 'true';
}

/** Deletes all versions of a key and of everything below it. @throws EmulatorError */
async function forceDeletion(context: S3Context, request: KeyRequest, bucket: BucketRecord): Promise<EmulatorResponse> {
  if (isLocked(bucket)) {
    throw s3Error('InvalidArgument', 'Invalid argument: force-delete is forbidden on Object Locking enabled buckets');
  }
  const prefix = request.key.endsWith('/') ? request.key : `${request.key}/`;
  const keys = context.objects.keys(bucket.name).filter((key) => key === request.key || key.startsWith(prefix));
  for (const key of keys) await deleteAllVersions(context, bucket.name, key);
  return { status: 204 };
}

export async function deleteAllVersions(context: S3Context, bucket: string, key: string): Promise<void> {
  for (const version of [...context.objects.versions(bucket, key)]) {
    await context.objects.remove(version);
    await deleteParts(context, version.parts);
  }
}
