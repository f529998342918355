import { isOperationAllowed, requireBucket } from '../authorize.js';
import type { EmulatorResponse } from '../context.js';
import { accessDenied, storageError } from '../errors.js';
import { listConditions } from '../http/conditions.js';
import { element, etagElement, type XmlFragment, xmlDocument } from '../xml.js';
import type { BucketRequest, S3Context } from './context.js';
import { markedName, nextMark } from './list-marks.js';
import { listQuery, prefixElement } from './list-objects.js';
import { type ListEntry, listEntries, maxKeys, nameEncoder } from './list-page.js';
import { UUID } from './objects/find.js';
import type { StoredVersion } from './objects/model.js';
import { NULL_VERSION } from './objects/write.js';

/** One line of a listing: a version with its place, or a common prefix. */
type Line = { readonly version: StoredVersion; readonly latest: boolean } | { readonly commonPrefix: string };

export async function listObjectVersions(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  const { query, bucket } = request;
  const limit = maxKeys(query);
  authorizeVersions(context, request);
  requireBucket(context, bucket);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (versionMarker !== '' && keyMarker === '') throw storageError('NotImplemented');
  if (versionMarker !== '' && versionMarker !== NULL_VERSION && !UUID.test(versionMarker)) {
    throw storageError('InternalError');
  }
  const lines: Line[] = [];
  let next: Line | undefined;
  for (const line of limit === 0 ? [] : listLines(context, request, markedName(keyMarker), versionMarker)) {
    if (lines.length === limit) {
      next = line;
      break;
    }
    lines.push(line);
  }
  const encode = nameEncoder(query);
  const versions = lines.flatMap((line) => ('version' in line ? [line] : []));
  const body = xmlDocument('ListVersionsResult', [
    ...lines.flatMap((line) => ('commonPrefix' in line ? [prefixElement(line.commonPrefix, encode)] : [])),
    ...versions.filter(({ version }) => version.deleteMarker).map((line) => versionElement(line, encode)),
    element('Delimiter', query.get('delimiter') || undefined),
    element('EncodingType', query.get('encoding-type') || undefined),
    element('IsTruncated', next !== undefined),
    element('KeyMarker', encode(keyMarker)),
    element('MaxKeys', limit),
    element('Name', bucket),
    ...nextMarkers(context, lines.at(-1), next, encode),
    element('Prefix', query.get('prefix') ?? ''),
    element('VersionIdMarker', versionMarker),
    ...versions.filter(({ version }) => !version.deleteMarker).map((line) => versionElement(line, encode)),
  ]);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

/** The public may list versions where a bucket policy lets it list objects (RustFS source 1.0.1 access.rs). */
function authorizeVersions(context: S3Context, request: BucketRequest): void {
  const conditions = listConditions(request.query);
  if (isOperationAllowed(context, request, 'ListObjectVersions', { conditions })) return;
  const isPublic = request.principal.kind === 'anonymous';
  if (!isPublic || !isOperationAllowed(context, request, 'ListObjects', { conditions })) throw accessDenied();
}

function* listLines(
  context: S3Context,
  { bucket, query }: BucketRequest,
  keyMarker: string,
  versionMarker: string,
): Generator<Line, void, undefined> {
  if (versionMarker !== '') {
    const versions = context.objects.versions(bucket, keyMarker);
    const at = versions.findIndex(({ versionId }) => versionId === versionMarker);
    for (const version of versions.slice(at + 1)) yield { version, latest: version === versions[0] };
  }
  const entries: Iterable<ListEntry> = listEntries(context.objects.keys(bucket), listQuery(query, keyMarker));
  for (const entry of entries) {
    if ('commonPrefix' in entry) yield entry;
    else {
      const versions = context.objects.versions(bucket, entry.key);
      for (const version of versions) yield { version, latest: version === versions[0] };
    }
  }
}

function nextMarkers(
  context: S3Context,
  last: Line | undefined,
  next: Line | undefined,
  encode: (name: string) => string,
): XmlFragment[] {
  if (last === undefined || next === undefined) return [];
  if ('commonPrefix' in last) return [element('NextKeyMarker', encode(nextMark(context, last.commonPrefix)))];
  const { key, versionId } = last.version;
  const withinKey = 'version' in next && next.version.key === key;
  return [
    element('NextKeyMarker', encode(withinKey ? key : nextMark(context, key))),
    element('NextVersionIdMarker', versionId),
  ];
}

function versionElement(
  { version, latest }: Extract<Line, { version: unknown }>,
  encode: (name: string) => string,
): XmlFragment {
  const modified = element('LastModified', new Date(version.modified).toISOString());
  if (version.deleteMarker) {
    return element('DeleteMarker', [
      element('IsLatest', latest),
      element('Key', encode(version.key)),
      modified,
      element('VersionId', version.versionId),
    ]);
  }
  return element('Version', [
    etagElement(version.etag),
    element('IsLatest', latest),
    element('Key', encode(version.key)),
    modified,
    element('Size', version.size),
    element('StorageClass', version.storageClass ?? 'STANDARD'),
    element('VersionId', version.versionId),
  ]);
}
