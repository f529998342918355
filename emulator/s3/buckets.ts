import { authorizeOperation, isAllowed, requireBucket } from '../authorize.js';
import type { BucketRecord, EmulatorRequest, EmulatorResponse } from '../context.js';
import { accessDenied, storageError } from '../errors.js';
import { element, xmlDocument } from '../xml.js';
import { type BucketRequest, OWNER, type S3Context } from './context.js';
import { REQUEST_DOCUMENTS, readOptionalDocument } from './documents.js';
import { deleteParts } from './objects/content.js';
import { deleteAllVersions, forceDelete } from './objects/delete.js';

/** Names that the storage refuses although S3 allows them. */
const RESERVED = ['rustfs'];

export async function createBucket(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  await readOptionalDocument(request, REQUEST_DOCUMENTS.createBucket);
  const { bucket: name, headers } = request;
  const objectLock = headers['x-amz-bucket-object-lock-enabled']?.toLowerCase() === 'true';
  authorizeOperation(context, request, 'CreateBucket');
  if (objectLock) {
    authorizeOperation(context, request, 'PutObjectLockConfiguration');
    authorizeOperation(context, request, 'PutBucketVersioning');
  }
  if (RESERVED.includes(name) || /\.-|-\./.test(name)) throw storageError('InvalidBucketName');
  if (context.buckets.has(name)) {
    if (request.principal.kind !== 'root') throw storageError('BucketAlreadyExists');
    return { status: 200 };
  }
  const bucket: BucketRecord = {
    name,
    createdAt: new Date().toISOString(),
    objectLock,
    ...(objectLock && { versioning: 'Enabled' as const }),
    config: new Map(),
  };
  context.buckets.set(name, bucket);
  await context.saveBucket(bucket);
  return { status: 200 };
}

export async function deleteBucket(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  authorizeOperation(context, request, 'DeleteBucket');
  const force = forceDelete(request);
  if (force !== undefined) authorizeOperation(context, request, 'ForceDeleteBucket');
  const { name } = requireBucket(context, request.bucket);
  if (!force && !context.objects.isEmpty(name)) throw storageError('BucketNotEmpty');
  for (const key of [...context.objects.keys(name)]) await deleteAllVersions(context, name, key);
  for (const { id } of context.uploads.of(name)) {
    const parts = context.uploads.partsOf(id);
    await context.uploads.remove(id);
    await deleteParts(context, parts);
  }
  context.buckets.delete(name);
  await context.persist('bucket', name, undefined);
  return { status: 204 };
}

export async function headBucket(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  authorizeOperation(context, request, 'HeadBucket');
  requireBucket(context, request.bucket);
  return { status: 200 };
}

/** Shows the buckets that the caller may list or locate; who sees none is refused (recorded: 06-access). */
export async function listBuckets(context: S3Context, request: EmulatorRequest): Promise<EmulatorResponse> {
  if (request.principal.kind === 'anonymous') throw accessDenied();
  const all = [...context.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const seesAll = isAllowed(context, request, { action: 's3:ListAllMyBuckets' });
  const visible = seesAll ? all : all.filter(({ name }) => isVisible(context, request, name));
  if (!seesAll && visible.length === 0) throw accessDenied();
  const buckets = visible.map(({ name, createdAt }) =>
    element('Bucket', [element('CreationDate', createdAt), element('Name', name)]),
  );
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('ListAllMyBucketsResult', [
      element('Buckets', buckets),
      element('Owner', [element('DisplayName', OWNER.name), element('ID', OWNER.id)]),
    ]),
  };
}

function isVisible(context: S3Context, request: EmulatorRequest, bucket: string): boolean {
  const conditions = { 's3:prefix': '', 's3:delimiter': '/' };
  const iamOnly = !context.protocol.policiesShowBuckets;
  return ['s3:ListBucket', 's3:GetBucketLocation'].some((action) =>
    isAllowed(context, request, { action, bucket, conditions, iamOnly }),
  );
}
