import { authorizeOperation } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { s3Error } from '../../errors.js';
import { element, type XmlFragment, xmlDocument } from '../../xml.js';
import type { KeyRequest, S3Context } from '../context.js';
import { checksumElements } from './checksum-xml.js';
import { addressOf, authorizeObject, findVersion } from './find.js';
import { lastModified } from './get.js';
import type { StoredVersion } from './model.js';
import { shownVersion } from './write.js';

const LARGEST_PAGE = 1000;

export async function getObjectAttributes(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const wanted = request.headers['x-amz-object-attributes']?.split(',').map((name) => name.trim());
  if (wanted === undefined) throw s3Error('InvalidRequest', 'missing header: x-amz-object-attributes');
  const address = addressOf(request);
  const { key } = request;
  if (address.versionId === undefined) {
    authorizeOperation(context, request, 'GetObjectAttributes', { key });
    authorizeObject(context, request, 'GetObject', address);
  } else {
    authorizeObject(context, request, 'GetObjectVersion', address);
  }
  const version = findVersion(context, address);
  const attributes: Readonly<Record<string, XmlFragment>> = {
    Checksum: element('Checksum', checksumElements(version.checksum)),
    ETag: element('ETag', version.etag),
    ObjectParts: partsElement(request, version),
    ObjectSize: element('ObjectSize', version.size),
    StorageClass: element('StorageClass', version.storageClass ?? 'STANDARD'),
  };
  const versionId = shownVersion(version);
  return {
    status: 200,
    headers: {
      'content-type': 'application/xml',
      'last-modified': lastModified(version),
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
    },
    body: xmlDocument(
      'GetObjectAttributesResponse',
      Object.entries(attributes).flatMap(([name, fragment]) => (wanted.includes(name) ? [fragment] : [])),
    ),
  };
}

/** Parts are told of multipart uploads only, each with the checksum of the whole object. */
function partsElement({ headers }: KeyRequest, { parts, checksum, etag }: StoredVersion): XmlFragment {
  if (!etag.includes('-')) return element('ObjectParts', undefined);
  const marker = Number(headers['x-amz-part-number-marker'] ?? 0);
  const limit = Number(headers['x-amz-max-parts'] ?? LARGEST_PAGE);
  const rest = parts.filter(({ number }) => number > marker);
  const page = rest.slice(0, limit);
  return element('ObjectParts', [
    element('IsTruncated', rest.length > page.length),
    element('MaxParts', limit),
    element('NextPartNumberMarker', page.at(-1)?.number),
    ...page.map((part) =>
      element('Part', [
        ...checksumElements(checksum).slice(0, 1),
        element('PartNumber', part.number),
        element('Size', part.size),
      ]),
    ),
    element('PartsCount', parts.length),
  ]);
}
