import { asList } from './lists.js';
import type { AccessRequest, Principal } from './model.js';

/** `${name}` → value. */
export type Variables = ReadonlyMap<string, string>;

/** Keys whose request value replaces `${key}` in a pattern (source: rustfs-policy `COMMON_KEYS`). */
const FROM_REQUEST = [
  's3:signatureversion',
  's3:authType',
  's3:signatureAge',
  's3:x-amz-content-sha256',
  's3:LocationConstraint',
  's3:versionid',
  'aws:Referer',
  'aws:SourceIp',
  'aws:UserAgent',
  'aws:SecureTransport',
  'aws:CurrentTime',
  'aws:EpochTime',
];

/** The variables that RustFS substitutes in resources and condition values. */
export function variablesOf(principal: Principal, request: AccessRequest): Variables {
  const variables = new Map<string, string>();
  for (const key of FROM_REQUEST) {
    const [value] = asList(request.conditions?.[key]);
    if (value) variables.set(key, value);
  }
  const username = principal.parentUser ?? principal.accessKey;
  if (username !== '') variables.set('aws:username', username).set('aws:userid', username);
  if (principal.accessKey !== '') variables.set('aws:AccountId', principal.accessKey);
  return variables;
}

/** Replaces every known `${name}`; an unknown one stays as it is and so matches nothing but itself. */
export function expandVariables(pattern: string, variables: Variables): string {
  return pattern.replace(/\$\{([^{}]+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
}

/** Whether a part of the request itself, not of the identity, replaces a variable. */
export function dependsOnRequest(pattern: string): boolean {
  return FROM_REQUEST.some((name) => pattern.includes(`\${${name}}`));
}

export function hasVariables(pattern: string): boolean {
  return pattern.includes('${');
}
