import { createHash } from 'node:crypto';
import { type Exchange, headerValues, singleHeader } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import { encode, recodePath } from '../upstream/resign.js';

/** A SigV4 signature, and what it was made over, for somebody who has the secret key to check. */
export interface SignedRequest {
  readonly accessKey: string;
  readonly signature: string;
  readonly stringToSign: string;
  /** Parts of the canonical request. */
  readonly canonical: {
    readonly path: string;
    readonly parameters: readonly (readonly [string, string])[];
    readonly headers: readonly (readonly [string, string])[];
    readonly payloadHash: string;
  };
  /** Query without the parameters that carry the signature. */
  readonly query: string | undefined;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 +Credential=(?<credential>[^,\s]+) *, *SignedHeaders=(?<names>[^,\s]+) *, *Signature=(?<signature>[0-9a-f]{64})$/;
const SKEW_MS = 15 * 60_000;
const LONGEST_EXPIRES = 7 * 24 * 3600;
const SIGNING_PARAMETERS = /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token)$/i;

/** Access key that a request claims to be signed with. */
export function claimedAccessKey({ request, target }: Pick<Exchange, 'request' | 'target'>): string | undefined {
  const header = singleHeader(request, 'authorization');
  if (header !== undefined) return /^AWS4-HMAC-SHA256 +Credential=([^/,\s]+)/.exec(header)?.[1];
  if (target.query === undefined) return undefined;
  return new URLSearchParams(target.query).get('X-Amz-Credential')?.split('/')[0];
}

/** Takes a signed request apart and checks everything about the signature that needs no secret. @throws Refusal */
export function readSignedRequest(exchange: Exchange, now: number = Date.now()): SignedRequest {
  const { method, request, target } = exchange;
  const parameters = [...new URLSearchParams(target.query ?? '')];
  if (new Set(parameters.map(([name]) => name)).size !== parameters.length)
    throw new Refusal(400, 'InvalidArgument', 'a query parameter may come only once');
  const header = singleHeader(request, 'authorization');
  const parts = header === undefined ? ofQuery(parameters) : ofHeader(header, request.rawHeaders);
  const [accessKey = '', date, region, service, terminator, ...rest] = parts.credential.split('/');
  if (terminator !== 'aws4_request' || rest.length > 0 || service !== 's3' || !region)
    throw malformed('the credential scope must be date/region/s3/aws4_request');
  checkTime(parts, date ?? '', now);
  const names = parts.signedHeaders.split(';');
  checkSignedHeaders(names, request.rawHeaders);
  const path = recodePath(target.path);
  const signedParameters = parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)));
  const headers = names.map((name) => [name, canonicalValue(request.rawHeaders, name)] as const);
  const canonicalRequest = [
    method,
    path,
    signedParameters.map(([name, value]) => `${name}=${value}`).join('&'),
    headers.map(([name, value]) => `${name}:${value}\n`).join(''),
    parts.signedHeaders,
    parts.payloadHash,
  ].join('\n');
  const scope = [date, region, service, terminator].join('/');
  const hash = createHash('sha256').update(canonicalRequest).digest('hex');
  const kept = parameters.filter(([name]) => !SIGNING_PARAMETERS.test(name));
  return {
    accessKey,
    signature: parts.signature,
    stringToSign: [ALGORITHM, parts.time, scope, hash].join('\n'),
    canonical: {
      path,
      headers,
      payloadHash: parts.payloadHash,
      parameters: parameters.filter(([name]) => name !== 'X-Amz-Signature'),
    },
    query: kept.length === 0 ? undefined : new URLSearchParams(kept).toString(),
  };
}

interface SignatureParts {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
  /** Such as 20260131T120000Z. */
  readonly time: string;
  /** Seconds that a presigned URL lasts. */
  readonly expires?: number;
  readonly payloadHash: string;
}

function ofHeader(header: string, rawHeaders: readonly string[]): SignatureParts {
  const { credential, names, signature } = AUTHORIZATION.exec(header)?.groups ?? {};
  if (credential === undefined || names === undefined || signature === undefined)
    throw malformed('the header authorization is not a complete AWS4-HMAC-SHA256 signature');
  const one = (name: string) => headerValues(rawHeaders, name)[0];
  const time = one('x-amz-date');
  const payloadHash = one('x-amz-content-sha256');
  if (time === undefined || payloadHash === undefined)
    throw malformed('a signed request needs the headers x-amz-date and x-amz-content-sha256');
  return { credential, signedHeaders: names, signature, time, payloadHash };
}

function ofQuery(parameters: readonly (readonly [string, string])[]): SignatureParts {
  const values = new Map(parameters);
  const one = (name: string) => values.get(`X-Amz-${name}`) ?? '';
  const expires = Number(one('Expires'));
  if (one('Algorithm') !== ALGORITHM || !/^[0-9a-f]{64}$/.test(one('Signature')))
    throw malformed('the query does not hold a complete AWS4-HMAC-SHA256 signature');
  if (!Number.isInteger(expires) || expires < 1 || expires > LONGEST_EXPIRES)
    throw malformed('X-Amz-Expires must be from 1 second to 7 days');
  return {
    credential: one('Credential'),
    signedHeaders: one('SignedHeaders'),
    signature: one('Signature'),
    time: one('Date'),
    expires,
    payloadHash: one('Content-Sha256') || 'UNSIGNED-PAYLOAD',
  };
}

/** Keystone's s3tokens looks at no clock, so this is all that ends the use of an old signature. */
function checkTime({ time, expires }: SignatureParts, scopeDate: string, now: number): void {
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(at) || !time.startsWith(`${scopeDate}T`))
    throw malformed('x-amz-date must be a time such as 20260131T120000Z, on the day of the credential scope');
  if (at > now + SKEW_MS || (expires === undefined && at < now - SKEW_MS))
    throw new Refusal(403, 'RequestTimeTooSkewed', 'the clocks of client and server differ by more than 15 minutes');
  if (expires !== undefined && at + expires * 1000 < now) throw new Refusal(403, 'AccessDenied', 'Request has expired');
}

/** What is not signed could have been added by anybody. */
function checkSignedHeaders(names: readonly string[], rawHeaders: readonly string[]): void {
  if (!names.includes('host') || names.some((name) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)))
    throw malformed('the signed headers must be lower-case names, host among them');
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (name.startsWith('x-amz-') && !names.includes(name))
      throw new Refusal(403, 'AccessDenied', `the header ${name} must be signed`);
  }
}

/** Header values are bytes; clients sign them as UTF-8. */
function canonicalValue(rawHeaders: readonly string[], name: string): string {
  return headerValues(rawHeaders, name)
    .map((value) => Buffer.from(value, 'latin1').toString('utf8').trim().replace(/ +/g, ' '))
    .join(',');
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'AuthorizationHeaderMalformed', message);
}
