import { authorizeOperation, requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { element, etagElement, xmlDocument } from '../../xml.js';
import type { KeyRequest, S3Context } from '../context.js';
import { integerParameter } from '../list-page.js';
import { announcedChecksums, checksumHeaders, copyBytes, deleteParts, storeBody } from '../objects/content.js';
import { authorizeSource, findSource, parseCopySource } from '../objects/copy-source.js';
import { encryptionHeaders } from '../objects/encryption.js';
import type { StoredUpload, UploadedPart } from '../objects/model.js';
import { type ByteRange, parseRange, rangeOf } from '../objects/ranges.js';
import { shownVersion } from '../objects/write.js';
import { findUpload } from './uploads.js';

const MOST_PARTS = 10_000;

export async function uploadPart(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const number = integerParameter(request.query, 'partNumber') ?? 0;
  authorizeOperation(context, request, 'UploadPart', { key: request.key });
  requireBucket(context, request.bucket);
  checkNumber(number);
  const upload = findUpload(context, request);
  requireChecksum(request, upload);
  const { blob, size, md5, checksums } = await storeBody(context, request);
  const checksum = checksums.find(({ algorithm }) => algorithm === upload.checksumAlgorithm);
  const part: UploadedPart = {
    uploadId: upload.id,
    number,
    size,
    blob,
    etag: md5,
    modified: Date.now(),
    ...(checksum && { checksum: checksum.value }),
  };
  await addPart(context, request, part);
  return {
    status: 200,
    headers: {
      etag: `"${md5}"`,
      ...checksumHeaders(checksums),
      ...encryptionHeaders(context, upload.encryption, 'write'),
    },
  };
}

export async function uploadPartCopy(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const number = integerParameter(request.query, 'partNumber') ?? 0;
  const source = parseCopySource(request);
  authorizeSource(context, request, source);
  requireBucket(context, source.bucket);
  authorizeOperation(context, request, 'UploadPart', { key: request.key });
  requireBucket(context, request.bucket);
  checkNumber(number);
  const upload = findUpload(context, request);
  const version = findSource(context, request, source);
  const { start, end } = sourceRange(request, version.size);
  const copied = await copyBytes(context, version.parts, start, end, upload.checksumAlgorithm);
  const { blob, md5: etag, checksum } = copied;
  const modified = Date.now();
  const part = { uploadId: upload.id, number, size: end - start, blob, etag, modified };
  await addPart(context, request, checksum === undefined ? part : { ...part, checksum });
  const sourceVersionId = shownVersion(version);
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...(sourceVersionId !== undefined && { 'x-amz-copy-source-version-id': sourceVersionId }),
    },
    body: xmlDocument(
      'CopyPartResult',
      [etagElement(etag), element('LastModified', new Date(modified).toISOString())],
      null,
    ),
  };
}

/** Bytes of the source; they must all be there. @throws EmulatorError InvalidRange */
function sourceRange({ headers }: KeyRequest, size: number): ByteRange {
  const range = parseRange(headers['x-amz-copy-source-range']);
  if (range === undefined) return { start: 0, end: size };
  if ('last' in range && range.last !== undefined && range.last >= size) throw storageError('InvalidRange');
  return rangeOf(range, size);
}

/** Adds a part; the upload may have ended while its body came in. @throws EmulatorError NoSuchUpload */
async function addPart(context: S3Context, request: KeyRequest, part: UploadedPart): Promise<void> {
  try {
    findUpload(context, request);
  } catch (error) {
    await deleteParts(context, [part]);
    throw error;
  }
  const replaced = await context.uploads.addPart(part);
  if (replaced) await deleteParts(context, [replaced]);
}

/** A part must come with the checksum that its upload announced. @throws EmulatorError InternalError */
function requireChecksum(request: KeyRequest, { checksumAlgorithm: wanted }: StoredUpload): void {
  if (wanted === undefined || announcedChecksums(request).some(({ algorithm }) => algorithm === wanted)) return;
  throw storageError('InternalError');
}

/** @throws EmulatorError InvalidArgument */
function checkNumber(number: number): void {
  if (number < 1 || number > MOST_PARTS) {
    throw s3Error('InvalidArgument', `partNumber must be between 1 and ${MOST_PARTS}`);
  }
}
