import { authorize, authorizeOperation, requireBucket } from '../../authorize.js';
import type { EmulatorResponse } from '../../context.js';
import { notImplemented, s3Error } from '../../errors.js';
import { element, xmlDocument } from '../../xml.js';
import type { XmlObject } from '../bucket-config/xml-codec.js';
import { DOCUMENTS } from '../bucket-config/xml-schema.js';
import { type KeyRequest, OWNER, type S3Context } from '../context.js';
import { REQUEST_DOCUMENTS, readDocument } from '../documents.js';
import { bypassesGovernance } from './delete.js';
import { addressOf, authorizeObject, findVersion } from './find.js';
import { checkHold, checkRetention, checkRetentionChange, requireLocking } from './lock.js';
import type { StoredVersion } from './model.js';
import { checkTags } from './tags.js';
import { shownVersion } from './write.js';

const XML = { 'content-type': 'application/xml' } as const;

export async function getObjectTagging(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeObject(context, request, 'GetObjectTagging', addressOf(request));
  const version = findVersion(context, addressOf(request));
  const tags = version.tags.map(([key, value]) => element('Tag', [element('Key', key), element('Value', value)]));
  return {
    status: 200,
    headers: { ...XML, ...versionHeader(version) },
    body: xmlDocument('Tagging', [element('TagSet', tags)]),
  };
}

export async function putObjectTagging(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const document = await readDocument(request, DOCUMENTS.tagging);
  authorizeObject(context, request, 'PutObjectTagging', addressOf(request));
  const tags = checkTags(
    (document.TagSet as readonly XmlObject[]).map(({ Key = '', Value = '' }) => [String(Key), String(Value)]),
  );
  const version = findVersion(context, addressOf(request));
  await context.objects.update({ ...version, tags });
  return { status: 200, headers: versionHeader(version) };
}

export async function deleteObjectTagging(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeObject(context, request, 'DeleteObjectTagging', addressOf(request));
  const version = findVersion(context, addressOf(request));
  await context.objects.update({ ...version, tags: [] });
  return { status: 204, headers: versionHeader(version) };
}

function versionHeader(version: StoredVersion): Record<string, string> {
  const versionId = shownVersion(version);
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}

/** RustFS has no ACLs: everything is the owner's. */
export async function getObjectAcl(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeObject(context, request, 'GetObjectAcl', addressOf(request));
  findVersion(context, addressOf(request));
  const grantee = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"></Grantee>';
  const grant = element('Grant', [{ xml: grantee }, element('Permission', 'FULL_CONTROL')]);
  const body = xmlDocument('AccessControlPolicy', [
    element('AccessControlList', [grant]),
    element('Owner', [element('DisplayName', OWNER.name), element('ID', OWNER.id)]),
  ]);
  return { status: 200, headers: XML, body };
}

/** Canned ACLs are taken and do nothing; grants are not implemented (RustFS source 1.0.1 ecfs.rs). */
export async function putObjectAcl(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeOperation(context, request, 'PutObjectAcl', { key: request.key });
  const body = await request.body(1024 * 1024);
  if (body.length > 0 || Object.keys(request.headers).some((name) => name.startsWith('x-amz-grant-'))) {
    throw notImplemented('access control lists are not emulated');
  }
  findVersion(context, addressOf(request));
  return { status: 200 };
}

export async function getObjectRetention(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeObject(context, request, 'GetObjectRetention', addressOf(request));
  const { retention } = findLockable(context, request);
  const content =
    retention === 'cleared'
      ? [element('Mode', '')]
      : retention
        ? [element('Mode', retention.mode), element('RetainUntilDate', retention.until)]
        : [];
  return { status: 200, headers: XML, body: xmlDocument('Retention', content, null) };
}

export async function putObjectRetention(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const document = await readDocument(request, REQUEST_DOCUMENTS.retention, 'MalformedXML');
  authorizeObject(context, request, 'PutObjectRetention', addressOf(request));
  const bypass = bypassesGovernance(request);
  const { key, time } = request;
  if (bypass) authorize(context, request, { action: 's3:BypassGovernanceRetention', key });
  const version = findLockable(context, request);
  const [mode, until] = [document.Mode as string | undefined, document.RetainUntilDate as string | undefined];
  checkRetentionChange(version.retention, mode, until, bypass, time);
  const retention = mode === undefined || until === undefined ? 'cleared' : checkRetention(mode, until, time);
  await context.objects.update({ ...version, retention });
  return { status: 200, headers: CHARGED };
}

const CHARGED = { 'x-amz-request-charged': 'requester' } as const;

export async function getObjectLegalHold(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  authorizeObject(context, request, 'GetObjectLegalHold', addressOf(request));
  const { legalHold = 'OFF' } = findLockable(context, request);
  return { status: 200, headers: XML, body: xmlDocument('LegalHold', [element('Status', legalHold)], null) };
}

export async function putObjectLegalHold(context: S3Context, request: KeyRequest): Promise<EmulatorResponse> {
  const document = await readDocument(request, REQUEST_DOCUMENTS.legalHold, 'MalformedXML');
  authorizeObject(context, request, 'PutObjectLegalHold', addressOf(request));
  const version = findLockable(context, request);
  await context.objects.update({ ...version, legalHold: checkHold(String(document.Status ?? '')) });
  return { status: 200, headers: CHARGED };
}

/** The version whose lock is asked for. @throws EmulatorError */
function findLockable(context: S3Context, request: KeyRequest): StoredVersion {
  requireLocking(requireBucket(context, request.bucket));
  if (context.objects.latest(request.bucket, request.key) === undefined) {
    throw s3Error('InternalError', `Object not found: ${request.bucket}/${request.key}`);
  }
  return findVersion(context, addressOf(request));
}
