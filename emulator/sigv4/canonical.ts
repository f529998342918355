import { type CredentialScope, hexSha256 } from './signing-key.js';

/** What a signature is computed over. Paths and queries are decoded; headers are in the order in which they were signed. */
export interface CanonicalParts {
  readonly method: string;
  /** Decoded; encoded again for the canonical request, except with {@link rawPath}. */
  readonly path: string;
  /** Path to use as it is. */
  readonly rawPath?: string;
  readonly query: readonly (readonly [string, string])[];
  /** Signed header names as the client wrote them, with all values of each. */
  readonly headers: readonly (readonly [string, readonly string[]])[];
  readonly payloadHash: string;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const headers = parts.headers.filter(([name]) => name !== 'authorization');
  return [
    parts.method,
    parts.rawPath ?? encodePath(parts.path),
    canonicalQuery(parts.query),
    ...headers.map(([name, values]) => `${name}:${values.map(normalizeValue).join(',')}`),
    '',
    headers.map(([name]) => name).join(';'),
    parts.payloadHash,
  ].join('\n');
}

export function stringToSign(time: string, scope: CredentialScope, request: string): string {
  return `AWS4-HMAC-SHA256\n${time}\n${scopeText(scope)}\n${hexSha256(request)}`;
}

export function scopeText({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/** Sorted by encoded name alone: values of a repeated name stay in their order. */
function canonicalQuery(query: CanonicalParts['query']): string {
  return query
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function normalizeValue(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}

function encodePath(path: string): string {
  return /^[\w.~/-]*$/.test(path) ? path : path.split('/').map(encode).join('/');
}

function encode(text: string): string {
  if (/^[\w.~-]*$/.test(text)) return text;
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
