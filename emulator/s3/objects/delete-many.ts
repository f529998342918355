import { requireBucket } from '../../authorize.js';
import { EmulatorError, type EmulatorResponse } from '../../context.js';
import { s3Error, storageError } from '../../errors.js';
import { exists, publishDeletion } from '../../events/observe.js';
import { element, type XmlFragment, xmlDocument } from '../../xml.js';
import type { XmlObject } from '../bucket-config/xml-codec.js';
import type { BucketRequest, S3Context } from '../context.js';
import { REQUEST_DOCUMENTS, readDocument } from '../documents.js';
import { authorizeDeletion, deleteAddressed } from './delete.js';
import { type ObjectAddress, UUID } from './find.js';
import { NULL_VERSION } from './write.js';

const MOST_OBJECTS = 1000;

/** Deletes up to 1000 objects, each authorized by itself. RustFS takes no notice of `Quiet`. */
export async function deleteObjects(context: S3Context, request: BucketRequest): Promise<EmulatorResponse> {
  const document = await readDocument(request, REQUEST_DOCUMENTS.deleteObjects);
  const objects = document.Object as readonly XmlObject[];
  if (objects.length > MOST_OBJECTS) throw s3Error('MalformedXML');
  requireBucket(context, request.bucket);
  const results: XmlFragment[] = [];
  for (const object of objects) {
    const versionId = object.VersionId as string | undefined;
    const address: ObjectAddress = {
      bucket: request.bucket,
      key: String(object.Key),
      ...(versionId && { versionId }),
    };
    results.push(resultElement(address, await deleteOne(context, request, address)));
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('DeleteResult', results),
  };
}

type Result =
  | { readonly marker: boolean; readonly version?: string }
  | { readonly code: string; readonly message: string };

async function deleteOne(context: S3Context, request: BucketRequest, address: ObjectAddress): Promise<Result> {
  const { versionId } = address;
  try {
    authorizeDeletion(context, request, address);
    if (versionId !== undefined && versionId !== NULL_VERSION && !UUID.test(versionId)) {
      return { code: 'NoSuchVersion', message: `invalid length: found ${versionId.length}` };
    }
    const existed = exists(context, address.bucket, address.key);
    const { marker = false, version } = await deleteAddressed(context, request, address);
    publishDeletion(context, request, address, { existed, marker, ...(version === undefined ? {} : { version }) });
    return { marker, ...(version !== undefined && { version }) };
  } catch (error) {
    if (!(error instanceof EmulatorError)) throw error;
    const locked = error.message !== 'Access Denied' && error.code === 'AccessDenied';
    const { code, message } = locked ? storageError('AccessDenied') : error;
    return { code, message };
  }
}

function resultElement({ key, versionId }: ObjectAddress, result: Result): XmlFragment {
  if ('code' in result) {
    return element('Error', [
      element('Code', result.code),
      element('Key', key),
      element('Message', result.message),
      element('VersionId', versionId),
    ]);
  }
  const { marker, version } = result;
  const made = version === NULL_VERSION ? undefined : version;
  return element('Deleted', [
    element('DeleteMarker', marker ? true : undefined),
    element('DeleteMarkerVersionId', marker ? made : undefined),
    element('Key', key),
    element('VersionId', versionId),
  ]);
}
