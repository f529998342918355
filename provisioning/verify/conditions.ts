import type { AccessRequest, OneOrMany } from '../../policies/index.js';
import { USER_AGENT } from '../user-agent.js';
import type { WireRequest } from '../wire.js';

/** What the server will know of a request, as far as this side can tell. */
export type Conditions = NonNullable<AccessRequest['conditions']>;

/** Keys whose value a probe determines, or that none of our requests has. */
const KNOWN = new Set([
  ...['aws:CurrentTime', 'aws:EpochTime', 'aws:UserAgent', 'aws:Referer'],
  ...['aws:username', 'aws:userid', 'aws:principaltype'],
  ...['s3:prefix', 's3:delimiter', 's3:max-keys', 's3:versionid', 's3:VersionId', 's3:authType', 's3:signatureversion'],
  ...['s3:x-amz-acl', 's3:x-amz-copy-source', 's3:x-amz-metadata-directive', 's3:x-amz-storage-class'],
  ...['s3:x-amz-server-side-encryption', 's3:x-amz-server-side-encryption-customer-algorithm'],
  ...['s3:x-amz-grant-full-control', 's3:x-amz-grant-read', 's3:x-amz-grant-read-acp'],
  ...['s3:x-amz-grant-write', 's3:x-amz-grant-write-acp'],
  ...['s3:object-lock-mode', 's3:object-lock-legal-hold', 's3:object-lock-retain-until-date'],
  ...['s3:ExistingObjectTag', 's3:RequestObjectTag', 's3:RequestObjectTagKeys'],
]);

/**
 * Whether the value that the server sees for a condition key can be told from here. It cannot for `aws:SourceIp` (there may
 * be address translation on the way), nor for `aws:SecureTransport` where TLS may end before RustFS.
 */
export function isPredictable(conditionKey: string, endpoint: string): boolean {
  const [name = ''] = conditionKey.split('/');
  return KNOWN.has(name) || (name === 'aws:SecureTransport' && endpoint.startsWith('http:'));
}

/** The condition keys of a probe's request, as RustFS fills them in (source: auth.rs of 1.0.1). */
export function conditionsOf(request: WireRequest, signed: boolean): Conditions {
  const now = new Date();
  const conditions: Record<string, OneOrMany<string>> = {
    'aws:CurrentTime': now.toISOString(),
    'aws:EpochTime': String(Math.floor(now.getTime() / 1000)),
    'aws:UserAgent': USER_AGENT,
    // RustFS never sees TLS on its own port as a secure transport; where TLS may end before it, the key counts as unknown.
    'aws:SecureTransport': 'false',
    'aws:principaltype': signed ? 'AssumedRole' : 'Anonymous',
    's3:authType': signed ? 'REST-HEADER' : 'Anonymous',
  };
  if (signed) conditions['s3:signatureversion'] = 'AWS4-HMAC-SHA256';
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const value = request.query?.[name];
    if (value !== undefined) conditions[`s3:${name}`] = value;
  }
  if (request.query?.versionId) conditions['s3:versionid'] = request.query.versionId;
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (name.startsWith('x-amz-')) conditions[`s3:${name}`] = value;
  }
  return conditions;
}
