import { isIP } from 'node:net';
import { s3Error } from '../errors.js';
import { percentDecode } from './query.js';

const LONGEST_KEY = 1024;

/** Percent-decodes a path. @throws EmulatorError InvalidURI if that is not UTF-8 */
export function decodePath(rawPath: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(percentDecode(rawPath));
  } catch {
    throw s3Error('InvalidURI');
  }
}

/** What a path-style S3 path addresses. */
export interface S3Path {
  readonly bucket?: string;
  readonly key?: string;
}

/**
 * Splits a decoded path into bucket and key. Slashes at the start of a key are dropped and repeated ones collapse (RustFS
 * source 1.0.1 server/http.rs).
 * @throws EmulatorError InvalidBucketName, KeyTooLongError, InvalidURI
 */
export function parseS3Path(path: string): S3Path {
  if (!path.startsWith('/')) throw s3Error('InvalidURI');
  if (path === '/') return {};
  const slash = path.indexOf('/', 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const rest = slash < 0 ? '' : path.slice(slash + 1);
  if (!isBucketName(bucket)) throw s3Error('InvalidBucketName');
  if (rest === '') return { bucket };
  const key = rest.startsWith('/') ? collapseSlashes(rest) : rest;
  if (Buffer.byteLength(key) > LONGEST_KEY) throw s3Error('KeyTooLongError');
  return { bucket, key };
}

function collapseSlashes(key: string): string {
  const joined = key.split('/').filter(Boolean).join('/');
  if (joined === '') return '/';
  return key.endsWith('/') ? `${joined}/` : joined;
}

/** S3's naming rules as RustFS checks them. */
export function isBucketName(name: string): boolean {
  return (
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !name.startsWith('xn--') &&
    isIP(name) === 0
  );
}
