import { isModuleEnabled } from '../../admin/modules.js';
import type { BucketRecord, EmulatorResponse } from '../../context.js';
import { s3Error } from '../../errors.js';
import { S3_NAMESPACE, XML_DECLARATION } from '../../xml.js';
import { readDocument, readOptionalDocument } from '../documents.js';
import { checkDocument } from './checks.js';
import type { ConfigCall } from './index.js';
import type { SubresourceOperations } from './operations.js';
import { readConfig, writeConfig } from './store.js';
import { encodeXml, type XmlObject } from './xml-codec.js';
import { DOCUMENTS, type DocumentName } from './xml-schema.js';

/** Documents that a GET answers when nothing is configured; others are empty. */
const DEFAULTS: Partial<Readonly<Record<DocumentName, XmlObject>>> = { requestPayment: { Payer: 'BucketOwner' } };

export function getDocument(call: ConfigCall, operations: SubresourceOperations): EmulatorResponse {
  const bucket = call.open(operations.get);
  const { document: name, unset } = operations;
  const stored = currentDocument(bucket, name);
  if (stored === undefined && unset !== 'default') throw s3Error(unset.code, unset.message);
  return xmlAnswer(name, stored ?? DEFAULTS[name] ?? {}, operations.plain ? undefined : S3_NAMESPACE);
}

/** What a bucket has, including what lies outside the stored documents. */
function currentDocument(bucket: BucketRecord, name: DocumentName): XmlObject | undefined {
  switch (name) {
    case 'versioning':
      return bucket.versioning && { Status: bucket.versioning };
    case 'objectLock':
      return readConfig(bucket, name) ?? (bucket.objectLock ? { ObjectLockEnabled: 'Enabled' } : undefined);
    default:
      return readConfig(bucket, name);
  }
}

export async function putDocument(call: ConfigCall, operations: SubresourceOperations): Promise<EmulatorResponse> {
  const { context, request } = call;
  const name = operations.document;
  const read = operations.optionalBody ? readOptionalDocument : readDocument;
  const given = await read(request, DOCUMENTS[name]);
  const bucket = call.open(operations.put);
  if (given === undefined) throw s3Error('InvalidArgument');
  const checked = checkDocument(name, given, { profile: context.profile, kms: context.kms, bucket });
  if (name === 'notification') await refuseTargets(call, bucket, checked);
  if (name === 'versioning') setVersioning(bucket, checked);
  else writeConfig(bucket, name, checked);
  if (name === 'objectLock') {
    bucket.objectLock = true;
    bucket.versioning = 'Enabled';
  }
  await context.saveBucket(bucket);
  return { status: 200 };
}

function setVersioning(bucket: BucketRecord, { Status: status }: XmlObject): void {
  if (status === 'Enabled' || status === 'Suspended') bucket.versioning = status;
  else delete bucket.versioning;
}

/** Without any target no configuration can take effect; older versions keep it all the same. With one, all ARNs are taken (recorded: 14-notify). */
async function refuseTargets({ context }: ConfigCall, bucket: BucketRecord, document: XmlObject): Promise<void> {
  if (isModuleEnabled(context, 'notify') && context.events.list('notify').length > 0) return;
  const { storesRefusedNotification, missingNotifyTargets } = context.profile.buckets;
  if (storesRefusedNotification) {
    writeConfig(bucket, 'notification', document);
    await context.saveBucket(bucket);
  }
  throw s3Error('InternalError', missingNotifyTargets);
}

export async function deleteDocument(
  call: ConfigCall,
  subresource: string,
  operations: SubresourceOperations,
): Promise<EmulatorResponse> {
  const { context } = call;
  const action = subresource === 'website' ? context.profile.buckets.deleteWebsiteAction : operations.delete;
  if (action === undefined) throw s3Error('NotImplemented');
  const bucket = call.open(action);
  bucket.config.delete(operations.document);
  await context.saveBucket(bucket);
  return { status: 204 };
}

export function xmlAnswer(name: DocumentName, value: XmlObject, namespace: string | undefined): EmulatorResponse {
  const body = XML_DECLARATION + encodeXml(value, DOCUMENTS[name], namespace);
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}
