import { s3Error, storageError } from '../../errors.js';
import type { KeyRequest, S3Context } from '../context.js';
import { contentTypeOf } from './content-types.js';
import { requestEncryption } from './encryption.js';
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
export async function requestAttributes(
  context: S3Context,
  request: KeyRequest,
  defaultType: DefaultType,
): Promise<ObjectAttributes> {
  const storageClass = requestStorageClass(request);
  const { retention, legalHold } = requestedLock(context, request);
  const encryption = await requestEncryption(context, request);
  return {
    headers: contentHeaders(request, defaultType),
    metadata: userMetadata(request),
    tags: requestTags(request),
    ...(storageClass !== undefined && { storageClass }),
    ...(encryption && { encryption }),
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
