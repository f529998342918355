import { authorizeOperation, requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { listConditions } from '../../http/conditions.js';
import { element, etagElement, type XmlFragment, xmlDocument } from '../../xml.js';
import { type BucketRequest, type KeyRequest, OWNER, type S3Context } from '../context.js';
import { listQuery, prefixElement } from '../list-objects.js';
import { integerParameter, listEntries } from '../list-page.js';
import type { StoredUpload } from '../objects/model.js';
import { findUpload } from './uploads.js';

const LARGEST_PAGE = 1000;

const XML = { 'content-type': 'application/xml' } as const;

function person(name: 'Owner' | 'Initiator'): XmlFragment {
  return element(name, [element('DisplayName', OWNER.name), element('ID', OWNER.id)]);
}

export async function listParts(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const { query, bucket, key } = request;
  const limit = integerParameter(query, 'max-parts') ?? LARGEST_PAGE;
  const marker = integerParameter(query, 'part-number-marker') ?? 0;
  authorizeOperation(context, request, 'ListParts', { key });
  if (marker < 0) throw s3Error('InvalidArgument', 'part-number-marker must be non-negative');
  const upload = findUpload(context, request);
  if (limit < 1 || limit > LARGEST_PAGE)
    throw s3Error('InvalidArgument', `max-parts must be between 1 and ${LARGEST_PAGE}`);
  const rest = context.uploads.partsOf(upload.id).filter(({ number }) => number > marker);
  const page = rest.slice(0, limit);
  const truncated = rest.length > page.length;
  const last = truncated ? page.at(-1)?.number : undefined;
  return {
    status: 200,
    headers: XML,
    body: xmlDocument('ListPartsResult', [
      element('Bucket', bucket),
      person('Initiator'),
      element('IsTruncated', truncated),
      element('Key', key),
      element('MaxParts', limit),
      element('NextPartNumberMarker', last ?? (context.protocol.nextPartAlways ? 0 : undefined)),
      person('Owner'),
      element('PartNumberMarker', marker),
      ...page.map(({ number, size, etag, modified }) =>
        element('Part', [
          etagElement(etag),
          element('LastModified', new Date(modified).toISOString()),
          element('PartNumber', number),
          element('Size', size),
        ]),
      ),
      element('StorageClass', upload.storageClass ?? 'STANDARD'),
      element('UploadId', upload.id),
    ]),
  };
}

/** RustFS does not encode names here. */
const plain = (name: string) => name;

export async function listMultipartUploads(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  const { query, bucket } = request;
  const limit = integerParameter(query, 'max-uploads') ?? LARGEST_PAGE;
  authorizeOperation(context, request, 'ListMultipartUploads', { conditions: listConditions(query) });
  requireBucket(context, bucket);
  if (limit < 1 || limit > LARGEST_PAGE)
    throw s3Error('InvalidArgument', `max-uploads must be between 1 and ${LARGEST_PAGE}`);
  const keyMarker = query.get('key-marker');
  const idMarker = query.get('upload-id-marker');
  if (keyMarker && idMarker && !/^[\w-]{20,}$/.test(idMarker)) throw storageError('InvalidArgument');
  const page = uploadPage(context, request, limit);
  return {
    status: 200,
    headers: XML,
    body: xmlDocument('ListMultipartUploadsResult', [
      element('Bucket', bucket),
      ...page.lines.flatMap((line) => (typeof line === 'string' ? [prefixElement(line, plain)] : [])),
      element('Delimiter', query.get('delimiter') || undefined),
      element('IsTruncated', page.truncated),
      element('KeyMarker', keyMarker),
      element('MaxUploads', limit),
      ...nextMarkers(page),
      element('Prefix', query.get('prefix') ?? ''),
      element('UploadIdMarker', idMarker),
      ...page.lines.flatMap((line) => (typeof line === 'string' ? [] : [uploadElement(line)])),
    ]),
  };
}

interface UploadPage {
  /** Uploads and common prefixes. */
  readonly lines: readonly (StoredUpload | string)[];
  readonly truncated: boolean;
}

function uploadPage(context: S3Context, { bucket, query }: BucketRequest, limit: number): UploadPage {
  const uploads = context.uploads.of(bucket);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const keys = [...new Set(uploads.map(({ key }) => key))];
  const lines: (StoredUpload | string)[] = [];
  if (idMarker !== '') {
    const same = uploads.filter(({ key }) => key === keyMarker);
    lines.push(...same.slice(same.findIndex(({ id }) => id === idMarker) + 1));
  }
  for (const entry of listEntries(keys, listQuery(query, keyMarker))) {
    if (lines.length > limit) break;
    if ('commonPrefix' in entry) lines.push(entry.commonPrefix);
    else lines.push(...uploads.filter(({ key }) => key === entry.key));
  }
  return { lines: lines.slice(0, limit), truncated: lines.length > limit };
}

function nextMarkers({ lines, truncated }: UploadPage): XmlFragment[] {
  const last = lines.at(-1);
  if (!truncated || last === undefined) return [];
  if (typeof last === 'string') return [element('NextKeyMarker', last)];
  return [element('NextKeyMarker', last.key), element('NextUploadIdMarker', last.id)];
}

function uploadElement(upload: StoredUpload): XmlFragment {
  return element('Upload', [
    element('Initiated', new Date(upload.initiated).toISOString()),
    person('Initiator'),
    element('Key', upload.key),
    person('Owner'),
    element('UploadId', upload.id),
  ]);
}
