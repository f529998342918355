import { Readable } from 'node:stream';
import type { EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import type { KeyRequest, S3Context } from '../context.js';
import { integerParameter } from '../list-page.js';
import { CHECKSUM_HEADERS } from './checksums.js';
import { readParts } from './content.js';
import { checkCustomerKey, checkReadable, encryptionHeaders } from './encryption.js';
import { addressOf, authorizeObject, findVersion } from './find.js';
import type { StoredVersion } from './model.js';
import { isHttpDate, type ReadDates, readDates, readVerdict } from './preconditions.js';
import { type ByteRange, parseRange, rangeOf } from './ranges.js';
import { checkKey } from './request-attributes.js';
import { shownVersion } from './write.js';

/** Query parameters that replace headers of the answer. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

/** Headers that RustFS tells on HEAD only. */
const HEAD_ONLY = ['expires', 'x-amz-website-redirect-location'];

export async function getObject(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const dates = readDates(request);
  const asked = parseRange(request.headers.range);
  const overrides = headerOverrides(request);
  const address = addressOf(request);
  authorizeObject(context, request, address.versionId === undefined ? 'GetObject' : 'GetObjectVersion', address);
  checkKey(request);
  const number = partNumber(request);
  if (number !== undefined && asked) throw s3Error('InvalidArgument', 'range and part_number invalid');
  const version = findVersion(context, address);
  const unmet = unmetPrecondition(request, version, dates);
  if (unmet) return unmet;
  checkCustomerKey(request.headers, version);
  checkReadable(context, version);
  const range = number === undefined ? asked && rangeOf(asked, version.size) : partRange(version, number);
  const { start, end } = range ?? { start: 0, end: version.size };
  const headers: Record<string, string> = { ...commonHeaders(context, version), 'content-length': String(end - start) };
  for (const name of HEAD_ONLY) delete headers[name];
  Object.assign(headers, overrides);
  if (number !== undefined && version.etag.includes('-'))
    headers['x-amz-mp-parts-count'] = String(version.parts.length);
  if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${version.size}`;
  else Object.assign(headers, checksumHeaders(request, version));
  return { status: range ? 206 : 200, headers, body: await contentBody(context, version, start, end) };
}

const LARGEST_WHOLE = 256 * 1024;

/** Content as a stream, or, where that is little, at once. */
async function contentBody(
  context: S3Context,
  { parts }: StoredVersion,
  start: number,
  end: number,
): Promise<Readable | Buffer> {
  const content = readParts(context, parts, start, end);
  if (end - start > LARGEST_WHOLE) return Readable.from(content, { objectMode: false });
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** RustFS takes no notice of a Range header here, and tells the whole length of one part, too. */
export async function headObject(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const dates = readDates(request);
  parseRange(request.headers.range);
  const address = addressOf(request);
  authorizeObject(context, request, 'HeadObject', address);
  checkKey(request);
  const version = findVersion(context, address);
  const unmet = unmetPrecondition(request, version, dates);
  if (unmet) return unmet.status === 304 ? { status: 304 } : unmet;
  checkCustomerKey(request.headers, version);
  const number = partNumber(request);
  if (number !== undefined) requirePart(version, number, storageError('InternalError'));
  const headers: Record<string, string> = {
    ...commonHeaders(context, version),
    ...checksumHeaders(request, version),
    ...lockHeaders(version),
    'content-length': String(version.size),
  };
  if (version.tags.length > 0) headers['x-amz-tagging-count'] = String(version.tags.length);
  return { status: 200, headers };
}

function unmetPrecondition(
  request: KeyRequest,
  version: StoredVersion,
  dates: ReadDates,
): EmulatorResponse | undefined {
  const verdict = readVerdict(request, version, dates);
  if (verdict === 'failed') throw s3Error('PreconditionFailed');
  if (verdict === 'ok') return undefined;
  return { status: 304, headers: { etag: `"${version.etag}"`, 'last-modified': lastModified(version) } };
}

/** @throws EmulatorError InvalidArgument */
function headerOverrides({ query }: KeyRequest): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value) headers[name] = value;
  }
  if (headers.expires !== undefined && !isHttpDate(headers.expires)) {
    throw s3Error('InvalidArgument', `invalid query: response-expires: ${headers.expires}`);
  }
  return headers;
}

/** @throws EmulatorError InvalidArgument */
function partNumber({ query, method }: KeyRequest): number | undefined {
  const number = integerParameter(query, 'partNumber');
  if (number !== undefined && (number < 1 || number > 10_000)) {
    throw s3Error('InvalidArgument', `${method}: partNumber must be between 1 and 10000`);
  }
  return number;
}

/** Bytes of one part; `undefined` where the numbers before it have gaps, which RustFS does not count right. */
function partRange({ parts }: StoredVersion, number: number): ByteRange | undefined {
  requirePart({ parts }, number, s3Error('InvalidPart'));
  const before = parts.filter((part) => part.number < number);
  if (before.length !== number - 1) return undefined;
  const start = before.reduce((total, { size }) => total + size, 0);
  return { start, end: start + (parts[before.length]?.size ?? 0) };
}

function requirePart({ parts }: Pick<StoredVersion, 'parts'>, number: number, missing: Error): void {
  if (!parts.some((part) => part.number === number)) throw missing;
}

function commonHeaders(context: S3Context, version: StoredVersion): Record<string, string> {
  const headers: Record<string, string> = {
    'accept-ranges': 'bytes',
    ...version.headers,
    etag: `"${version.etag}"`,
    'last-modified': lastModified(version),
  };
  for (const [name, value] of Object.entries(version.metadata)) headers[`x-amz-meta-${name}`] = encodedWord(value);
  const versionId = shownVersion(version);
  if (versionId !== undefined) headers['x-amz-version-id'] = versionId;
  if (version.storageClass !== undefined) headers['x-amz-storage-class'] = version.storageClass;
  Object.assign(headers, encryptionHeaders(context, version.encryption, 'read'));
  return headers;
}

/** Metadata that is not ASCII comes back as an encoded word of RFC 2047. */
function encodedWord(value: string): string {
  return /^[\t\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}

function checksumHeaders(request: KeyRequest, { checksum }: StoredVersion): Record<string, string> {
  if (checksum === undefined || request.headers['x-amz-checksum-mode']?.toUpperCase() !== 'ENABLED') return {};
  return {
    [CHECKSUM_HEADERS[checksum.algorithm]]: checksum.value,
    ...(checksum.type && { 'x-amz-checksum-type': checksum.type }),
  };
}

function lockHeaders({ retention, legalHold }: StoredVersion): Record<string, string> {
  return {
    ...(retention && {
      'x-amz-object-lock-mode': retention === 'cleared' ? '' : retention.mode,
      'x-amz-object-lock-retain-until-date': retention === 'cleared' ? '' : retention.until,
    }),
    ...(legalHold && { 'x-amz-object-lock-legal-hold': legalHold }),
  };
}

export function lastModified({ modified }: StoredVersion): string {
  return new Date(modified).toUTCString();
}
