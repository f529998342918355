import type { EmulatorResponse } from '../../context.js';
import { notImplemented } from '../../errors.js';
import { element, xmlDocument } from '../../xml.js';
import { OWNER } from '../context.js';
import { readOptionalDocument } from '../documents.js';
import type { ConfigCall } from './index.js';
import { DOCUMENTS } from './xml-schema.js';

const XML = { 'content-type': 'application/xml' } as const;

/** Every bucket answers the same: its owner may do everything. */
export function getAcl(call: ConfigCall): EmulatorResponse {
  call.open('s3:GetBucketAcl');
  const grantee = '<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"></Grantee>';
  const body = xmlDocument('AccessControlPolicy', [
    element('AccessControlList', element('Grant', [{ xml: grantee }, element('Permission', 'FULL_CONTROL')])),
    element('Owner', [element('DisplayName', OWNER.name), element('ID', OWNER.id)]),
  ]);
  return { status: 200, headers: XML, body };
}

/** Canned ACLs and grants in headers are taken without effect; a document of grants is refused. */
export async function putAcl(call: ConfigCall): Promise<EmulatorResponse> {
  const document = await readOptionalDocument(call.request, DOCUMENTS.acl);
  call.open('s3:PutBucketAcl');
  if (document) throw notImplemented('ACL XML grants are not supported; use canned ACL headers or omit ACL');
  return { status: 200 };
}

/** The server's region, whatever location the bucket was created with. */
export function getLocation(call: ConfigCall): EmulatorResponse {
  call.open('s3:GetBucketLocation');
  const body = xmlDocument('LocationConstraint', [{ xml: call.context.region }]);
  return { status: 200, headers: XML, body };
}
