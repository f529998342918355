import { authorizeOperation, requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { notImplemented, storageError } from '../../errors.js';
import type { KeyRequest, S3Context } from '../context.js';
import { checksumHeaders, deleteParts, storeBody } from './content.js';
import { encryptionHeaders } from './encryption.js';
import { checkWritePreconditions } from './preconditions.js';
import { checkQuota } from './quota.js';
import { checkKey, requestAttributes, requestTags } from './request-attributes.js';
import { requestTagConditions } from './tags.js';
import { commitVersion, shownVersion } from './write.js';

export async function putObject(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  if (request.headers['x-amz-write-offset-bytes'] !== undefined) throw storageError('NotImplemented');
  authorizeWrite(context, request);
  requireBucket(context, request.bucket);
  if (request.headers['x-amz-meta-snowball-auto-extract'] === 'true') {
    throw notImplemented('extraction of archives is not emulated');
  }
  checkKey(request);
  if (request.key === '/') throw storageError('InvalidArgument');
  const attributes = await requestAttributes(context, request, 'by-key');
  checkQuota(context, request, request.contentLength ?? 0);
  checkWritePreconditions(context, request);
  const content = await storeBody(context, request);
  const parts = [{ number: 1, size: content.size, blob: content.blob, etag: content.md5 }];
  try {
    checkWritePreconditions(context, request);
    const { md5: etag, size, checksums } = content;
    const [checksum] = checksums;
    const version = await commitVersion(context, request, {
      attributes,
      parts,
      size,
      etag,
      ...(checksum && { checksum }),
    });
    const versionId = shownVersion(version);
    return {
      status: 200,
      headers: {
        etag: `"${etag}"`,
        ...checksumHeaders(checksums),
        ...encryptionHeaders(context, version.encryption, 'write'),
        ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
      },
    };
  } catch (error) {
    await deleteParts(context, parts);
    throw error;
  }
}

/** What every way of writing an object needs. @throws EmulatorError */
export function authorizeWrite(context: S3Context, request: KeyRequest): void {
  const { key, headers } = request;
  authorizeOperation(context, request, 'PutObject', { key, conditions: requestTagConditions(requestTags(request)) });
  if (headers['x-amz-object-lock-legal-hold']) authorizeOperation(context, request, 'PutObjectLegalHold', { key });
  if (headers['x-amz-object-lock-mode'] || headers['x-amz-object-lock-retain-until-date']) {
    authorizeOperation(context, request, 'PutObjectRetention', { key });
  }
}
