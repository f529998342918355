import { s3Error, storageError } from '../../errors.js';
import type { KeyRequest, S3Context } from '../context.js';
import type { StoredVersion } from './model.js';

/** Conditions of a read that are dates. @throws EmulatorError InvalidArgument for what is no date */
export interface ReadDates {
  readonly modifiedSince?: number;
  readonly unmodifiedSince?: number;
}

export function readDates(request: KeyRequest): ReadDates {
  const modifiedSince = seconds(request, 'if-modified-since');
  const unmodifiedSince = seconds(request, 'if-unmodified-since');
  return {
    ...(modifiedSince !== undefined && { modifiedSince }),
    ...(unmodifiedSince !== undefined && { unmodifiedSince }),
  };
}

/** Whether a read's conditions hold; an ETag decides before a date. */
export function readVerdict(
  { headers }: KeyRequest,
  version: StoredVersion,
  { modifiedSince, unmodifiedSince }: ReadDates,
): 'ok' | 'not-modified' | 'failed' {
  const modified = Math.floor(version.modified / 1000);
  const match = headers['if-match'];
  if (match) {
    if (!matches(match, version.etag)) return 'failed';
  } else if (unmodifiedSince !== undefined && modified > unmodifiedSince) {
    return 'failed';
  }
  const noneMatch = headers['if-none-match'];
  if (noneMatch) return matches(noneMatch, version.etag) ? 'not-modified' : 'ok';
  return modifiedSince !== undefined && modified <= modifiedSince ? 'not-modified' : 'ok';
}

/** @throws EmulatorError PreconditionFailed, NoSuchKey */
export function checkWritePreconditions(context: S3Context, { bucket, key, headers }: KeyRequest): void {
  const latest = context.objects.latest(bucket, key);
  const current = latest?.deleteMarker === false ? latest : undefined;
  const match = headers['if-match'];
  if (match) {
    if (current === undefined) throw storageError('NoSuchKey');
    if (!matches(match, current.etag)) throw storageError('PreconditionFailed');
  }
  const noneMatch = headers['if-none-match'];
  if (noneMatch && current && matches(noneMatch, current.etag)) throw storageError('PreconditionFailed');
}

/** The source of a copy must have (or not have) an ETag; RustFS takes no notice of dates. @throws EmulatorError PreconditionFailed */
export function checkSource({ headers }: KeyRequest, { etag }: StoredVersion): void {
  const match = headers['x-amz-copy-source-if-match'];
  const noneMatch = headers['x-amz-copy-source-if-none-match'];
  if ((match && !matches(match, etag)) || (noneMatch && matches(noneMatch, etag))) throw s3Error('PreconditionFailed');
}

/** @throws EmulatorError PreconditionFailed */
export function checkDeletePreconditions(context: S3Context, { bucket, key, headers }: KeyRequest): void {
  const match = headers['if-match'];
  if (!match) return;
  const latest = context.objects.latest(bucket, key);
  if (latest === undefined || latest.deleteMarker || !matches(match, latest.etag))
    throw storageError('PreconditionFailed');
}

function matches(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
    .some((wanted) => wanted === '*' || wanted === etag);
}

function seconds({ headers }: KeyRequest, name: string): number | undefined {
  const date = headers[name];
  if (!date) return undefined;
  if (!isHttpDate(date)) throw s3Error('InvalidArgument', `invalid header: ${name}: ${JSON.stringify(date)}`);
  return Math.floor(Date.parse(date) / 1000);
}

/** `Wed, 21 Oct 2026 07:28:00 GMT` */
export function isHttpDate(text: string): boolean {
  return /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text) && !Number.isNaN(Date.parse(text));
}
