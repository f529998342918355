import { isUtf8 } from 'node:buffer';
import { s3Error } from '../errors.js';
import type { S3Context } from './context.js';

const MARK = /\[rustfs_cache:[^\]]*\]$/;

/** Where a truncated listing goes on, with the state of the server's cache where the version adds it. */
export function nextMark(context: S3Context, name: string): string {
  return context.protocol.listingCacheMarks
    ? `${name}[rustfs_cache:v2,id:${context.deploymentId},src:walker,gen:live]`
    : name;
}

/** The name in a mark. */
export function markedName(mark: string): string {
  return mark.replace(MARK, '');
}

export function continuationToken(context: S3Context, name: string): string {
  return Buffer.from(nextMark(context, name)).toString('base64');
}

/** @throws EmulatorError InvalidArgument */
export function readContinuationToken(token: string): string {
  const bytes = Buffer.from(token, 'base64');
  if (bytes.toString('base64') !== token || !isUtf8(bytes))
    throw s3Error('InvalidArgument', 'Invalid continuation token');
  return markedName(bytes.toString('utf8'));
}
