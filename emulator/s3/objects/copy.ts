import { requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { notImplemented, s3Error } from '../../errors.js';
import { element, etagElement, xmlDocument } from '../../xml.js';
import type { KeyRequest, S3Context } from '../context.js';
import { checksumElements } from './checksum-xml.js';
import { CHECKSUM_ALGORITHMS } from './checksums.js';
import { copyBytes, deleteParts } from './content.js';
import { authorizeSource, findSource, parseCopySource } from './copy-source.js';
import { encryptionHeaders, refuseCustomerKey, requestEncryption } from './encryption.js';
import { requestedLock } from './lock.js';
import type { ChecksumAlgorithm, ObjectAttributes, StoredChecksum, StoredPart, StoredVersion, Tags } from './model.js';
import { checkWritePreconditions } from './preconditions.js';
import { authorizeWrite } from './put.js';
import { checkQuota } from './quota.js';
import { checkKey, contentHeaders, requestStorageClass, requestTags, userMetadata } from './request-attributes.js';
import { commitVersion, shownVersion } from './write.js';

export async function copyObject(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const source = parseCopySource(request);
  authorizeSource(context, request, source);
  requireBucket(context, source.bucket);
  authorizeWrite(context, request);
  requireBucket(context, request.bucket);
  checkKey(request);
  const algorithm = requestedAlgorithm(request);
  const isSelf = source.bucket === request.bucket && source.key === request.key && source.versionId === undefined;
  if (isSelf && !changesAnything(request)) {
    throw s3Error('InvalidRequest', 'Cannot copy an object to itself. Source and destination must be different.');
  }
  const version = findSource(context, request, source);
  const attributes = await copiedAttributes(context, request, version);
  checkQuota(context, request, version.size);
  checkWritePreconditions(context, request);
  const copied =
    isSelf && algorithm === undefined
      ? await copyParts(context, version)
      : await copyWhole(context, version, algorithm);
  try {
    const stored = await commitVersion(context, request, {
      attributes,
      ...copied,
      size: version.size,
    });
    return copyAnswer(context, stored, version);
  } catch (error) {
    await deleteParts(context, copied.parts);
    throw error;
  }
}

function copyAnswer(context: S3Context, stored: StoredVersion, source: StoredVersion): EmulatorResponse {
  const [versionId, sourceVersionId] = [shownVersion(stored), shownVersion(source)];
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      ...(sourceVersionId !== undefined && { 'x-amz-copy-source-version-id': sourceVersionId }),
      ...encryptionHeaders(context, stored.encryption, 'write'),
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
    },
    body: xmlDocument(
      'CopyObjectResult',
      [
        ...checksumElements(stored.checksum),
        etagElement(stored.etag),
        element('LastModified', new Date(stored.modified).toISOString()),
      ],
      null,
    ),
  };
}

/** A copy in the parts of the original, with its ETag. */
async function copyParts(context: S3Context, { parts, etag, checksum }: StoredVersion): Promise<CopiedContent> {
  const copies: StoredPart[] = [];
  for (const part of parts) {
    const { blob } = await copyBytes(context, [part], 0, part.size);
    copies.push({ ...part, blob });
  }
  return { parts: copies, etag, ...(checksum && { checksum }) };
}

/** A copy in one piece, with the ETag of such. */
async function copyWhole(
  context: S3Context,
  { parts, size, checksum: known }: StoredVersion,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CopiedContent> {
  const { blob, md5, checksum: value } = await copyBytes(context, parts, 0, size, algorithm);
  const checksum = algorithm && value !== undefined ? { algorithm, value } : known;
  return { parts: [{ number: 1, size, blob, etag: md5 }], etag: md5, ...(checksum && { checksum }) };
}

interface CopiedContent {
  readonly parts: readonly StoredPart[];
  readonly etag: string;
  readonly checksum?: StoredChecksum;
}

/** Checksum that the copy is to have; otherwise it has that of the source. @throws EmulatorError */
function requestedAlgorithm({ headers }: KeyRequest): ChecksumAlgorithm | undefined {
  const asked = headers['x-amz-checksum-algorithm']?.toUpperCase();
  if (!asked) return undefined;
  const known = CHECKSUM_ALGORITHMS.find((name) => name === asked);
  if (known === undefined) throw notImplemented(`checksum algorithm ${asked} is not emulated`);
  return known;
}

function changesAnything({ headers }: KeyRequest): boolean {
  return (
    ['x-amz-storage-class', 'x-amz-server-side-encryption', 'x-amz-website-redirect-location'].some(
      (name) => headers[name],
    ) ||
    headers['x-amz-metadata-directive'] === 'REPLACE' ||
    headers['x-amz-tagging-directive'] === 'REPLACE'
  );
}

/** @throws EmulatorError */
async function copiedAttributes(
  context: S3Context,
  request: KeyRequest,
  source: StoredVersion,
): Promise<ObjectAttributes> {
  const directive = request.headers['x-amz-metadata-directive'] || 'COPY';
  if (directive !== 'COPY' && directive !== 'REPLACE') {
    throw s3Error('InvalidArgument', 'The MetadataDirective header is invalid');
  }
  const replaces = directive === 'REPLACE';
  const { retention, legalHold } = requestedLock(context, request);
  const storageClass = requestStorageClass(request);
  refuseCustomerKey(request);
  const encryption = await requestEncryption(context, request);
  return {
    headers: replaces ? contentHeaders(request, 'binary') : source.headers,
    metadata: replaces ? userMetadata(request) : source.metadata,
    tags: copiedTags(request, source),
    ...(storageClass !== undefined && { storageClass }),
    ...(encryption && { encryption }),
    ...(retention && { retention }),
    ...(legalHold && { legalHold }),
  };
}

/** @throws EmulatorError */
function copiedTags(request: KeyRequest, source: StoredVersion): Tags {
  const directive = request.headers['x-amz-tagging-directive'] || 'COPY';
  if (directive === 'REPLACE') return requestTags(request);
  if (directive !== 'COPY') throw s3Error('InvalidArgument', 'The TaggingDirective header is invalid');
  if (request.headers['x-amz-tagging']) {
    throw s3Error('InvalidRequest', 'The Tagging header requires the REPLACE tagging directive');
  }
  return source.tags;
}
