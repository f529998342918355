import { isIP } from 'node:net';
import type { OneOrMany, Principal } from '../../policies/index.js';
import type { QueryParameters } from '../context.js';

/** What the condition keys of a request are taken from. */
export interface ConditionSource {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly query: QueryParameters;
  readonly time: Date;
  readonly remoteAddress: string;
  readonly principal: Principal;
  readonly groups: readonly string[];
  readonly signature: 'none' | 'header' | 'presigned';
}

const HEADER_KEYS: Readonly<Record<string, string>> = {
  'user-agent': 'aws:UserAgent',
  referer: 'aws:Referer',
  'x-amz-signature-age': 's3:signatureAge',
  'x-amz-object-lock-mode': 's3:object-lock-mode',
  'x-amz-object-lock-legal-hold': 's3:object-lock-legal-hold',
  'x-amz-object-lock-retain-until-date': 's3:object-lock-retain-until-date',
};
const AUTH_TYPES = { none: 'Anonymous', header: 'REST-HEADER', presigned: 'REST-QUERY-STRING' } as const;

/**
 * Condition keys of a request as RustFS fills them in (source 1.0.1 auth.rs). Plain HTTP is never a secure transport; a
 * proxy on a private address is believed what it forwards.
 */
export function requestConditions(source: ConditionSource): Readonly<Record<string, OneOrMany<string>>> {
  const { headers, query, principal, time } = source;
  const conditions: Record<string, OneOrMany<string>> = {
    'aws:CurrentTime': time.toISOString(),
    'aws:EpochTime': String(Math.floor(time.getTime() / 1000)),
    'aws:SecureTransport': String(isForwardedTls(source)),
    'aws:SourceIp': forwardedAddress(source) ?? source.remoteAddress,
    'aws:principaltype': principalType(principal),
    's3:authType': AUTH_TYPES[source.signature],
  };
  const userName = principal.parentUser ?? principal.accessKey;
  if (userName !== '') {
    conditions['aws:username'] = userName;
    conditions['aws:userid'] = userName;
  }
  if (source.groups.length > 0) conditions['aws:groups'] = source.groups;
  if (source.signature !== 'none') conditions['s3:signatureversion'] = 'AWS4-HMAC-SHA256';
  for (const [name, value] of Object.entries(headers)) {
    const key = HEADER_KEYS[name] ?? (name.startsWith('x-amz-') ? `s3:${name}` : undefined);
    if (key !== undefined && value !== undefined && name !== 'x-amz-tagging') conditions[key] = value;
  }
  const versionId = query.get('versionId');
  if (versionId !== undefined && versionId !== '') conditions['s3:versionid'] = versionId;
  return conditions;
}

/** Condition keys that only listings have. */
export function listConditions(query: QueryParameters): Readonly<Record<string, OneOrMany<string>>> {
  const conditions: Record<string, OneOrMany<string>> = {};
  for (const name of ['prefix', 'delimiter', 'max-keys']) {
    const values = query.all(name);
    if (values.length > 0) conditions[`s3:${name}`] = values;
  }
  return conditions;
}

function principalType(principal: Principal): string {
  if (principal.kind === 'anonymous') return 'Anonymous';
  if (principal.kind === 'service-account' || principal.kind === 'session') return 'AssumedRole';
  return principal.kind === 'root' ? (principal.parentUser === undefined ? 'Account' : 'AssumedRole') : 'User';
}

function isForwardedTls(source: ConditionSource): boolean {
  return forwardedAddress(source) !== undefined && source.headers['x-forwarded-proto']?.toLowerCase() === 'https';
}

function forwardedAddress({ headers, remoteAddress }: ConditionSource): string | undefined {
  if (!isPrivate(remoteAddress)) return undefined;
  const first = (headers['x-forwarded-for'] ?? headers['x-real-ip'] ?? '').split(',')[0]?.trim() ?? '';
  return isIP(first) === 0 || first === remoteAddress ? undefined : first;
}

function isPrivate(address: string): boolean {
  return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|::1$|f[cd])/.test(address);
}
