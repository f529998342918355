import { authorizeOperation, requireBucket } from '../authorize.js';
import type { EmulatorResponse } from '../context.js';
import { s3Error, storageError } from '../errors.js';
import { listConditions } from '../http/conditions.js';
import { element, etagElement, type XmlFragment, xmlDocument } from '../xml.js';
import { type BucketRequest, OWNER, type S3Context } from './context.js';
import { continuationToken, markedName, readContinuationToken } from './list-marks.js';
import { entryName, type ListEntry, type ListQuery, listEntries, maxKeys, nameEncoder } from './list-page.js';
import type { StoredVersion } from './objects/model.js';
import { isPlainPath } from './objects/request-attributes.js';

export async function listObjects(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  const { query } = request;
  const limit = maxKeys(query);
  authorizeListing(context, request, 'ListObjects');
  const marker = query.get('marker') ?? '';
  const page = listPage(context, request, markedName(marker), limit);
  const encode = nameEncoder(query);
  return listing([
    ...heading(request),
    element('Marker', marker),
    element('MaxKeys', limit),
    element('IsTruncated', page.truncated),
    ...page.contents.map((version) => contentElement(version, encode, false)),
    ...page.commonPrefixes.map((prefix) => prefixElement(prefix, encode)),
    element('Delimiter', query.get('delimiter') || undefined),
    element('NextMarker', page.truncated && page.last !== undefined ? encode(page.last) : undefined),
    element('EncodingType', query.get('encoding-type') || undefined),
  ]);
}

export async function listObjectsV2(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  const { query } = request;
  const limit = maxKeys(query);
  const owner = query.get('fetch-owner');
  if (owner !== undefined && owner !== 'true' && owner !== 'false') {
    throw s3Error('InvalidArgument', `invalid query: fetch-owner: ${owner}`);
  }
  authorizeListing(context, request, 'ListObjectsV2');
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token ? readContinuationToken(token) : (startAfter ?? '');
  const page = listPage(context, request, after, limit);
  const encode = nameEncoder(query);
  const next = page.truncated && page.last !== undefined ? continuationToken(context, page.last) : undefined;
  return listing([
    ...heading(request),
    element('MaxKeys', limit),
    element('KeyCount', page.contents.length + page.commonPrefixes.length),
    element('ContinuationToken', token),
    element('IsTruncated', page.truncated),
    element('NextContinuationToken', next),
    ...page.contents.map((version) => contentElement(version, encode, owner === 'true')),
    ...page.commonPrefixes.map((prefix) => prefixElement(prefix, encode)),
    element('Delimiter', query.get('delimiter') || undefined),
    element('EncodingType', query.get('encoding-type') || undefined),
    element('StartAfter', startAfter),
  ]);
}

/** @throws EmulatorError AccessDenied, NoSuchBucket */
function authorizeListing(
  context: S3Context,
  request: BucketRequest,
  operation: 'ListObjects' | 'ListObjectsV2',
): void {
  authorizeOperation(context, request, operation, { conditions: listConditions(request.query) });
  requireBucket(context, request.bucket);
}

interface ObjectPage {
  readonly contents: readonly StoredVersion[];
  readonly commonPrefixes: readonly string[];
  readonly truncated: boolean;
  /** Last key or prefix on the page. */
  readonly last?: string;
}

function listPage(context: S3Context, { bucket, query }: BucketRequest, after: string, limit: number): ObjectPage {
  const contents: StoredVersion[] = [];
  const commonPrefixes: string[] = [];
  let last: ListEntry | undefined;
  if (limit === 0) return { contents, commonPrefixes, truncated: false };
  const visible = context.objects.keys(bucket).filter((key) => !context.objects.latest(bucket, key)?.deleteMarker);
  for (const entry of listEntries(visible, listQuery(query, after))) {
    if (contents.length + commonPrefixes.length === limit) {
      return { contents, commonPrefixes, truncated: true, ...(last && { last: entryName(last) }) };
    }
    last = entry;
    if ('commonPrefix' in entry) commonPrefixes.push(entry.commonPrefix);
    else contents.push(...context.objects.versions(bucket, entry.key).slice(0, 1));
  }
  return { contents, commonPrefixes, truncated: false };
}

/** @throws EmulatorError InvalidArgument */
export function listQuery(query: BucketRequest['query'], after: string): ListQuery {
  const delimiter = query.get('delimiter');
  const prefix = query.get('prefix') ?? '';
  if (!isPlainPath(prefix)) throw storageError('InvalidArgument');
  return { prefix, ...(delimiter && { delimiter }), after };
}

function heading({ bucket, query }: BucketRequest): XmlFragment[] {
  return [element('Name', bucket), element('Prefix', query.get('prefix') ?? '')];
}

function contentElement(version: StoredVersion, encode: (name: string) => string, withOwner: boolean): XmlFragment {
  return element('Contents', [
    etagElement(version.etag),
    element('Key', encode(version.key)),
    element('LastModified', new Date(version.modified).toISOString()),
    element('Owner', withOwner ? [element('DisplayName', OWNER.name), element('ID', OWNER.id)] : undefined),
    element('Size', version.size),
    element('StorageClass', version.storageClass ?? 'STANDARD'),
  ]);
}

export function prefixElement(prefix: string, encode: (name: string) => string): XmlFragment {
  return element('CommonPrefixes', [element('Prefix', encode(prefix))]);
}

function listing(content: readonly XmlFragment[]): EmulatorResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('ListBucketResult', content),
  };
}
