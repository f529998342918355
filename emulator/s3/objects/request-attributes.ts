import { notImplemented, s3Error, storageError } from '../../errors.js';
import { defaultEncryptionOf } from '../bucket-config/index.js';
import type { KeyRequest, S3Context } from '../context.js';
import { contentTypeOf } from './content-types.js';
import { requestedLock } from './lock.js';
import type { ObjectAttributes, Tags } from './model.js';
import { isHttpDate } from './preconditions.js';
import { parseTagHeader } from './tags.js';

const CONTENT_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'expires'];
const REDIRECT = 'x-amz-website-redirect-location';
const META = 'x-amz-meta-';
const STORAGE_CLASSES = ['STANDARD', 'REDUCED_REDUNDANCY'];

/** What a write needs to know of its type when it names none: objects by their key, uploads nothing. */
export type DefaultType = 'by-key' | 'binary';

/** What the headers of a write say of the object. @throws EmulatorError */
export function requestAttributes(context: S3Context, request: KeyRequest, defaultType: DefaultType): ObjectAttributes {
  const storageClass = requestStorageClass(request);
  const { retention, legalHold } = requestedLock(context, request);
  const encryption = requestEncryption(context, request);
  return {
    headers: contentHeaders(request, defaultType),
    metadata: userMetadata(request),
    tags: requestTags(request),
    ...(storageClass !== undefined && { storageClass }),
    ...(encryption !== undefined && { encryption }),
    ...(retention && { retention }),
    ...(legalHold && { legalHold }),
  };
}

export function contentHeaders(request: KeyRequest, defaultType: DefaultType): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type':
      request.headers['content-type'] ||
      (defaultType === 'by-key' ? contentTypeOf(request.key) : 'binary/octet-stream'),
  };
  for (const name of CONTENT_HEADERS) {
    const value = request.headers[name];
    if (value) headers[name] = value;
  }
  if (headers.expires !== undefined && !isHttpDate(headers.expires)) {
    throw s3Error('InvalidArgument', 'Invalid Expires header');
  }
  const encodings = (request.headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const stored = encodings.filter((encoding) => encoding !== '' && encoding.toLowerCase() !== 'aws-chunked').join(', ');
  if (stored !== '') headers['content-encoding'] = stored;
  const redirect = request.headers[REDIRECT];
  if (redirect) headers[REDIRECT] = redirect;
  return headers;
}

export function userMetadata(request: KeyRequest): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name.startsWith(META) && name.length > META.length) metadata[name.slice(META.length)] = value ?? '';
  }
  return metadata;
}

/** @throws EmulatorError InvalidTag */
export function requestTags(request: KeyRequest): Tags {
  return parseTagHeader(request.headers['x-amz-tagging'] ?? '');
}

/** @returns `undefined` for the standard class @throws EmulatorError InvalidStorageClass */
export function requestStorageClass(request: KeyRequest): string | undefined {
  const storageClass = request.headers['x-amz-storage-class'];
  if (!storageClass) return undefined;
  if (!STORAGE_CLASSES.includes(storageClass)) throw s3Error('InvalidStorageClass');
  return storageClass === 'STANDARD' ? undefined : storageClass;
}

/** Algorithm of the server-side encryption asked for, or that the bucket has by default. @throws EmulatorError */
export function requestEncryption(context: S3Context, request: KeyRequest): string | undefined {
  if (Object.keys(request.headers).some((name) => name.startsWith(CUSTOMER))) {
    checkCustomerKey(request);
    throw notImplemented('SSE-C is not emulated');
  }
  const bucket = context.buckets.get(request.bucket);
  const asked = request.headers['x-amz-server-side-encryption'] || undefined;
  const algorithm = asked ?? (bucket && defaultEncryptionOf(bucket)?.algorithm);
  if (algorithm === undefined) return undefined;
  if (algorithm === 'aws:kms' || algorithm === 'aws:kms:dsse') {
    throw s3Error('InvalidRequest', 'SSE-KMS requires a configured and running KMS service');
  }
  if (algorithm !== 'AES256') {
    throw s3Error(
      'InvalidArgument',
      'The SSE algorithm specified is not supported. The valid values are AES256 or aws:kms.',
    );
  }
  if (context.profile.buckets.sseNeedsMasterKey) {
    throw s3Error(
      'InvalidRequest',
      'SSE-S3 requires RUSTFS_SSE_S3_MASTER_KEY to be set to a base64-encoded 32-byte key when KMS is not configured',
    );
  }
  return algorithm;
}

const CUSTOMER = 'x-amz-server-side-encryption-customer-';

function checkCustomerKey({ headers }: KeyRequest): void {
  if (['algorithm', 'key', 'key-md5'].every((name) => headers[`${CUSTOMER}${name}`])) return;
  throw s3Error(
    'InvalidRequest',
    'Missing SSE-C parameters. Algorithm, customer key and customer key MD5 are all required.',
  );
}

const LONGEST_NAME = 255;

/** Keys that RustFS, which keeps objects as files, refuses. @throws EmulatorError InvalidArgument, InternalError */
export function checkKey({ key, method }: { readonly key: string; readonly method: string }): void {
  if (/[\0\n\r]/.test(key)) {
    throw s3Error('InvalidArgument', `Object key contains invalid control characters: ${rustDebug(key)}`);
  }
  const names = key.split('/');
  if (!isPlainPath(key)) throw storageError('InvalidArgument');
  if (names.some((name) => Buffer.byteLength(name) > LONGEST_NAME)) {
    throw storageError(method === 'DELETE' ? 'InternalError' : 'InvalidArgument');
  }
}

/** Whether a key or prefix is a path without `.`, `..` and empty names. */
export function isPlainPath(path: string): boolean {
  return !path.split('/').some((name) => name.trim() === '.' || name.trim() === '..') && !path.includes('//');
}

function rustDebug(text: string): string {
  return JSON.stringify(text).replaceAll('\\u0000', '\\0');
}
