import { randomUUID } from 'node:crypto';
import { authorizeOperation, requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { element, xmlDocument } from '../../xml.js';
import type { KeyRequest, S3Context } from '../context.js';
import { CHECKSUM_ALGORITHMS } from '../objects/checksums.js';
import { deleteParts } from '../objects/content.js';
import { encryptionHeaders, refuseCustomerKey } from '../objects/encryption.js';
import type { ChecksumAlgorithm, StoredUpload } from '../objects/model.js';
import { authorizeWrite } from '../objects/put.js';
import { checkKey, requestAttributes } from '../objects/request-attributes.js';

export async function createMultipartUpload(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const { bucket, key } = request;
  authorizeWrite(context, request);
  requireBucket(context, bucket);
  checkKey(request);
  refuseCustomerKey(request);
  const checksum = requestedChecksum(request);
  const upload: StoredUpload = {
    ...(await requestAttributes(context, request, 'binary')),
    id: uploadId(context),
    bucket,
    key,
    initiated: Date.now(),
    ...checksum,
  };
  await context.uploads.add(upload);
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.checksumAlgorithm,
        'x-amz-checksum-type': checksum.checksumType,
      }),
      ...encryptionHeaders(context, upload.encryption, 'write'),
    },
    body: xmlDocument('InitiateMultipartUploadResult', [
      element('Bucket', bucket),
      element('Key', key),
      element('UploadId', upload.id),
    ]),
  };
}

export async function abortMultipartUpload(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeOperation(context, request, 'AbortMultipartUpload', { key: request.key });
  const { id } = findUpload(context, request);
  const parts = context.uploads.partsOf(id);
  await context.uploads.remove(id);
  await deleteParts(context, parts);
  return { status: 204 };
}

/** The upload that a request names. @throws EmulatorError NoSuchBucket, NoSuchUpload */
export function findUpload(context: S3Context, { bucket, key, query }: KeyRequest): StoredUpload {
  requireBucket(context, bucket);
  const upload = context.uploads.find(bucket, key, query.get('uploadId') ?? '');
  if (upload === undefined) throw storageError('NoSuchUpload');
  return upload;
}

interface RequestedChecksum {
  readonly checksumAlgorithm: ChecksumAlgorithm;
  readonly checksumType: 'COMPOSITE' | 'FULL_OBJECT';
}

/** @throws EmulatorError InvalidArgument */
function requestedChecksum({ headers }: KeyRequest): RequestedChecksum | undefined {
  const algorithm = headers['x-amz-checksum-algorithm']?.toUpperCase();
  if (!algorithm) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((name) => name === algorithm);
  if (known === undefined) throw s3Error('InvalidArgument', 'Invalid checksum type');
  const type = headers['x-amz-checksum-type']?.toUpperCase();
  const wholeByNature = known === 'CRC64NVME';
  if (type === 'FULL_OBJECT' && !known.startsWith('CRC')) throw s3Error('InvalidArgument', 'Invalid checksum type');
  return {
    checksumAlgorithm: known,
    checksumType: type === 'FULL_OBJECT' || wholeByNature ? 'FULL_OBJECT' : 'COMPOSITE',
  };
}

/** Made of the deployment's id, a new one and the time in nanoseconds, like RustFS' own. */
function uploadId({ deploymentId }: S3Context): string {
  const nanoseconds = BigInt(Date.now()) * 1_000_000n;
  return Buffer.from(`${deploymentId}.${randomUUID()}x${nanoseconds}`).toString('base64url');
}
