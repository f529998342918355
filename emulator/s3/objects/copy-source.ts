import { EmulatorError } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { isBucketName } from '../../http/path.js';
import { percentDecode } from '../../http/query.js';
import type { KeyRequest, S3Context } from '../context.js';
import { checkCustomerKey, checkReadable } from './encryption.js';
import { authorizeObject, findVersion, type ObjectAddress, UUID } from './find.js';
import type { StoredVersion } from './model.js';
import { checkSource } from './preconditions.js';
import { isPlainPath } from './request-attributes.js';
import { NULL_VERSION } from './write.js';

const HEADER = 'x-amz-copy-source';

/** Reads `x-amz-copy-source`. @throws EmulatorError InvalidArgument */
export function parseCopySource({ headers }: KeyRequest): ObjectAddress {
  const given = headers[HEADER] ?? '';
  if (given === '') throw s3Error('InvalidRequest', `missing header: ${HEADER}`);
  const [, encoded = '', versionId] = /^(.*?)(?:\?versionId=(.*))?$/s.exec(given) ?? [];
  const path = percentDecode(encoded).toString('utf8');
  const [bucket = '', ...key] = (path.startsWith('/') ? path.slice(1) : path).split('/');
  if (!isBucketName(bucket) || key.join('/') === '') {
    throw s3Error('InvalidArgument', `invalid header: ${HEADER}: ${JSON.stringify(given)}`);
  }
  return { bucket, key: key.join('/'), ...(versionId && { versionId }) };
}

/** The source may be read by who copies it. @throws EmulatorError AccessDenied */
export function authorizeSource(context: S3Context, request: KeyRequest, source: ObjectAddress): void {
  authorizeObject(context, request, source.versionId === undefined ? 'GetObject' : 'GetObjectVersion', source);
}

/** The version to copy, its preconditions met. @throws EmulatorError */
export function findSource(context: S3Context, request: KeyRequest, source: ObjectAddress): StoredVersion {
  if (!isPlainPath(source.key)) throw storageError('InvalidArgument');
  if (source.versionId !== undefined && source.versionId !== NULL_VERSION && !UUID.test(source.versionId)) {
    throw s3Error('InvalidArgument', 'Invalid version id specified in copy source');
  }
  try {
    const version = findVersion(context, source);
    checkSource(request, version);
    checkCustomerKey({}, version);
    checkReadable(context, version);
    return version;
  } catch (error) {
    // What is said of a delete marker is said of the object that was asked for, not of a source.
    throw error instanceof EmulatorError ? new EmulatorError(error.status, error.code, error.message) : error;
  }
}
