import { createHash } from 'node:crypto';
import { authorizeOperation } from '../../authorize.js';
import { EmulatorError, type EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { element, etagElement, xmlDocument } from '../../xml.js';
import type { XmlObject } from '../bucket-config/xml-codec.js';
import type { KeyRequest, S3Context } from '../context.js';
import { REQUEST_DOCUMENTS, readDocument } from '../documents.js';
import { checksumElements } from '../objects/checksum-xml.js';
import { checksumOf, startChecksum } from '../objects/checksums.js';
import { deleteParts, readParts } from '../objects/content.js';
import { encryptionHeaders } from '../objects/encryption.js';
import type { StoredChecksum, StoredUpload, UploadedPart } from '../objects/model.js';
import { checkWritePreconditions } from '../objects/preconditions.js';
import { checkQuota } from '../objects/quota.js';
import { commitVersion, shownVersion } from '../objects/write.js';
import { findUpload } from './uploads.js';

const SMALLEST_PART = 5 * 1024 * 1024;

export async function completeMultipartUpload(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const document = await readDocument(request, REQUEST_DOCUMENTS.completeUpload, 'MalformedXML');
  authorizeOperation(context, request, 'CompleteMultipartUpload', { key: request.key });
  const given = wantedParts((document.Part ?? []) as readonly XmlObject[]);
  const upload = findUpload(context, request);
  checkCompletionPreconditions(context, request);
  if (context.uploads.partsOf(upload.id).length === 0) throw storageError('NoSuchKey');
  const parts = given.map((part) => findPart(context, upload, part));
  if (parts.some(({ size }, at) => size < SMALLEST_PART && at < parts.length - 1)) throw storageError('EntityTooSmall');
  const size = parts.reduce((total, part) => total + part.size, 0);
  checkQuota(context, request, size);
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
  const checksum = await wholeChecksum(context, upload, parts);
  const stored = parts.map(({ number, size: length, blob, etag: md5, checksum: sum }) => ({
    number,
    size: length,
    etag: md5,
    ...(blob !== undefined && { blob }),
    ...(sum !== undefined && { checksum: sum }),
  }));
  const unused = context.uploads.partsOf(upload.id).filter((part) => !parts.includes(part));
  const version = await commitVersion(context, request, {
    attributes: attributesOf(upload),
    parts: stored,
    size,
    etag,
    ...(checksum && { checksum }),
  });
  await context.uploads.remove(upload.id);
  await deleteParts(context, unused);
  const versionId = shownVersion(version);
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...encryptionHeaders(context, version.encryption, 'write'),
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
    },
    body: xmlDocument('CompleteMultipartUploadResult', [
      element('Bucket', request.bucket),
      ...checksumElements(checksum),
      etagElement(etag),
      element('Key', request.key),
      element('Location', `http://${request.headers.host ?? ''}/${request.bucket}/${request.key}`),
    ]),
  };
}

const MOST_PARTS = 10_000;

/** Parts of the document in their order; one that is there twice counts once. @throws EmulatorError */
function wantedParts(parts: readonly XmlObject[]): readonly XmlObject[] {
  if (parts.length === 0) throw s3Error('InvalidRequest', 'You must specify at least one part');
  const wanted = new Map<number, XmlObject>();
  let last = 0;
  for (const part of parts) {
    const number = Number(part.PartNumber ?? 0);
    if (number < 1 || number > MOST_PARTS) {
      throw s3Error('InvalidPart', `Part number ${number} must be between 1 and ${MOST_PARTS}`);
    }
    if (number < last) throw s3Error('InvalidPartOrder', 'Part numbers must be strictly increasing');
    last = number;
    wanted.set(number, part);
  }
  return [...wanted.values()];
}

/** @throws EmulatorError PreconditionFailed, NoSuchKey */
function checkCompletionPreconditions(context: S3Context, request: KeyRequest): void {
  try {
    checkWritePreconditions(context, request);
  } catch (error) {
    const unmet = error instanceof EmulatorError && error.code === 'PreconditionFailed';
    // An ETag that is not there is told in other words than one that is.
    throw unmet && request.headers['if-match'] ? s3Error('PreconditionFailed') : error;
  }
}

/** @throws EmulatorError InvalidPart */
function findPart(context: S3Context, upload: StoredUpload, wanted: XmlObject): UploadedPart {
  const part = context.uploads.partsOf(upload.id).find(({ number }) => number === Number(wanted.PartNumber));
  const etag = String(wanted.ETag ?? '').replace(/^"(.*)"$/, '$1');
  if (part === undefined || part.etag !== etag) throw storageError('InvalidPart');
  const given = upload.checksumAlgorithm && wanted[`Checksum${upload.checksumAlgorithm}`];
  if (given !== undefined && given !== part.checksum) throw storageError('InvalidPart');
  return part;
}

/** Checksum of the object: of its parts' checksums, or of its content. */
async function wholeChecksum(
  context: S3Context,
  { checksumAlgorithm: algorithm, checksumType: type }: StoredUpload,
  parts: readonly UploadedPart[],
): Promise<StoredChecksum | undefined> {
  if (algorithm === undefined || type === undefined) return undefined;
  if (type === 'COMPOSITE') {
    const sums = Buffer.concat(parts.map(({ checksum = '' }) => Buffer.from(checksum, 'base64')));
    return { algorithm, type, value: `${checksumOf(algorithm, sums)}-${parts.length}` };
  }
  const checksum = startChecksum(algorithm);
  const size = parts.reduce((total, part) => total + part.size, 0);
  for await (const chunk of readParts(context, parts, 0, size)) checksum.update(chunk);
  return { algorithm, type, value: checksum.digest() };
}

function attributesOf(upload: StoredUpload) {
  const { headers, metadata, tags, storageClass, encryption, retention, legalHold } = upload;
  return {
    headers,
    metadata,
    tags,
    ...(storageClass !== undefined && { storageClass }),
    ...(encryption && { encryption }),
    ...(retention && { retention }),
    ...(legalHold && { legalHold }),
  };
}
