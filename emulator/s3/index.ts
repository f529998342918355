import type { EmulatorResponse } from '../context.js';
import { notImplemented, s3Error, storageError } from '../errors.js';
import { withEvents } from '../events/observe.js';
import type { ObjectRequest } from '../http/incoming.js';
import { bucketSubresource, handleBucketConfig } from './bucket-config/index.js';
import { createBucket, deleteBucket, headBucket, listBuckets } from './buckets.js';
import type { BucketHandler, KeyHandler, S3Context } from './context.js';
import { listObjects, listObjectsV2 } from './list-objects.js';
import { listObjectVersions } from './list-versions.js';
import { completeMultipartUpload } from './multipart/complete.js';
import { listMultipartUploads, listParts } from './multipart/listings.js';
import { uploadPart, uploadPartCopy } from './multipart/parts.js';
import { abortMultipartUpload, createMultipartUpload } from './multipart/uploads.js';
import { getObjectAttributes } from './objects/attributes.js';
import { copyObject } from './objects/copy.js';
import { deleteObject } from './objects/delete.js';
import { deleteObjects } from './objects/delete-many.js';
import { getObject, headObject } from './objects/get.js';
import { putObject } from './objects/put.js';
import {
  deleteObjectTagging,
  getObjectAcl,
  getObjectLegalHold,
  getObjectRetention,
  getObjectTagging,
  putObjectAcl,
  putObjectLegalHold,
  putObjectRetention,
  putObjectTagging,
} from './objects/subresources.js';
import { findOperation, isOperationFor, type PathShape } from './operations.js';

const BUCKET_HANDLERS: Readonly<Record<string, BucketHandler>> = {
  CreateBucket: createBucket,
  DeleteBucket: deleteBucket,
  DeleteObjects: deleteObjects,
  HeadBucket: headBucket,
  ListMultipartUploads: listMultipartUploads,
  ListObjects: listObjects,
  ListObjectsV2: listObjectsV2,
  ListObjectVersions: listObjectVersions,
};

const KEY_HANDLERS: Readonly<Record<string, KeyHandler>> = {
  AbortMultipartUpload: abortMultipartUpload,
  CompleteMultipartUpload: completeMultipartUpload,
  CopyObject: copyObject,
  CreateMultipartUpload: createMultipartUpload,
  DeleteObject: deleteObject,
  DeleteObjectTagging: deleteObjectTagging,
  GetObject: getObject,
  GetObjectAcl: getObjectAcl,
  GetObjectAttributes: getObjectAttributes,
  GetObjectLegalHold: getObjectLegalHold,
  GetObjectRetention: getObjectRetention,
  GetObjectTagging: getObjectTagging,
  GetObjectTorrent: () => Promise.reject(storageError('NoSuchKey')),
  HeadObject: headObject,
  ListParts: listParts,
  PutObject: putObject,
  PutObjectAcl: putObjectAcl,
  PutObjectLegalHold: putObjectLegalHold,
  PutObjectRetention: putObjectRetention,
  PutObjectTagging: putObjectTagging,
  UploadPart: uploadPart,
  UploadPartCopy: uploadPartCopy,
};

/** What a request will do, once it is known who sent it. */
export type S3Action = () => Promise<EmulatorResponse>;

/** Finds the handler of an S3 request. @throws EmulatorError NotImplemented, InvalidRequest */
export function routeS3(context: S3Context, request: ObjectRequest): S3Action {
  const { method, bucket, key, query, headers } = request;
  const shape: PathShape = bucket === undefined ? 'root' : key === undefined ? 'bucket' : 'object';
  if (shape === 'bucket') {
    const subresource = bucketSubresource(method, (name) => query.has(name));
    if (subresource !== undefined) return () => handleBucketConfig(context, request, subresource);
  }
  const operation = declaredOperation(context, request, shape) ?? findOperation(method, shape, query, headers);
  if (operation === undefined) throw notImplemented('Unknown operation');
  const handler = handlerOf(operation);
  return async () => {
    checkParameters(request);
    return withEvents(context, request, operation, () => handler(context, request));
  };
}

type Handler = (context: S3Context, request: ObjectRequest) => Promise<EmulatorResponse>;

function handlerOf(operation: string): Handler {
  if (operation === 'ListBuckets') return listBuckets;
  const handler = BUCKET_HANDLERS[operation] ?? KEY_HANDLERS[operation];
  // The route has made sure that bucket and key are there for the operations that need them.
  if (handler) return handler as Handler;
  return () => Promise.reject(notImplemented(`${operation} is not implemented yet`));
}

const SINGLE_PARAMETERS = [
  'continuation-token',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'key-marker',
  'marker',
  'max-keys',
  'max-parts',
  'max-uploads',
  'part-number-marker',
  'partNumber',
  'prefix',
  'start-after',
  'upload-id-marker',
  'uploadId',
  'version-id-marker',
  'versionId',
];

/** @throws EmulatorError InvalidRequest for a parameter that is there twice */
function checkParameters({ query }: ObjectRequest): void {
  const twice = SINGLE_PARAMETERS.find((name) => query.all(name).length > 1);
  if (twice !== undefined) throw s3Error('InvalidRequest', `duplicate query: ${twice}`);
}

/** The operation that `x-id` names, where the version goes by it. @throws EmulatorError InvalidRequest */
function declaredOperation(context: S3Context, { method, query }: ObjectRequest, shape: PathShape): string | undefined {
  const [name, ...more] = context.protocol.operationIds ? query.all('x-id') : [];
  if (name === undefined) return undefined;
  if (more.length > 0) throw s3Error('InvalidRequest', 'duplicate x-id');
  if (isOperationFor(name, method, shape)) return name;
  throw s3Error('InvalidRequest', `operation id ${name} is unknown or does not match this request`);
}
