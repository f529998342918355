import { timingSafeEqual } from 'node:crypto';
import type { QueryParameters } from '../context.js';
import { accessDenied, notImplemented, s3Error } from '../errors.js';
import type { ProtocolProfile } from '../protocol-profile.js';
import { type CanonicalParts, canonicalRequest, stringToSign } from './canonical.js';
import { type PayloadMode, parseContentSha256 } from './content-sha256.js';
import { ALGORITHM, type Authorization, parseAmzDate, parseAuthorization, parsePresignedQuery } from './credentials.js';
import { type CredentialScope, hexHmac, signingKey } from './signing-key.js';

/** A request as it came in, before anything of it is believed. */
export interface UnverifiedRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly path: string;
  readonly query: QueryParameters;
  /** All values of each header, by name in lower case. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly time: Date;
}

export interface Verifier {
  readonly profile: Pick<ProtocolProfile, 'clockSkewSeconds' | 'strictHeaders'>;
  /** Secret of an access key; `undefined` if there is no such key. */
  secretOf(accessKey: string): string | undefined;
  /** SHA-256 of the body, for requests that are signed over a body they do not describe. */
  bodySha256(): Promise<string>;
}

/** A right signature. */
export interface Verified {
  readonly accessKey: string;
  readonly scope: CredentialScope;
  readonly kind: 'header' | 'presigned';
  /** How the body is to be read and checked. */
  readonly payload: PayloadMode;
  /** What the signatures of chunks start from. */
  readonly seed: { readonly signature: string; readonly time: string; readonly key: Buffer };
}

const SERVICES = ['s3', 'sts', 's3tables'];

/** Checks the signature of a request; `undefined` for one without. @throws EmulatorError */
export async function verifySignature(request: UnverifiedRequest, verifier: Verifier): Promise<Verified | undefined> {
  if (verifier.profile.strictHeaders) checkHeaders(request);
  const header = uniqueHeader(request, 'authorization');
  if (request.query.has('Signature') || (header !== undefined && /^AWS [^:]+:/.test(header))) {
    throw notImplemented('Signature Version 2 is not emulated');
  }
  if (request.query.has('X-Amz-Signature')) return verifyPresigned(request, verifier);
  return header === undefined ? undefined : verifyHeader(request, verifier, header);
}

async function verifyHeader(request: UnverifiedRequest, verifier: Verifier, header: string): Promise<Verified> {
  const authorization = parseAuthorization(header);
  if (authorization.algorithm !== ALGORITHM) {
    throw notImplemented('Authorization algorithm other than AWS4-HMAC-SHA256 is not implemented');
  }
  const { accessKey, scope } = authorization.credential;
  checkService(scope);
  const time = uniqueHeader(request, 'x-amz-date');
  if (time === undefined) throw s3Error('InvalidRequest', 'missing header: x-amz-date');
  const signedAt = parseAmzDate(time);
  if (signedAt === undefined) throw s3Error('InvalidRequest', 'invalid header: x-amz-date');
  checkScopeDate(scope, time);
  if (Math.abs(request.time.getTime() - signedAt) > verifier.profile.clockSkewSeconds * 1000) {
    throw s3Error('RequestTimeTooSkewed', 'request time is too far from server time');
  }
  const contentSha256 = uniqueHeader(request, 'x-amz-content-sha256');
  if (contentSha256 === undefined && scope.service !== 'sts') {
    throw s3Error('InvalidRequest', 'missing header: x-amz-content-sha256');
  }
  const payload = contentSha256 === undefined ? undefined : parseContentSha256(contentSha256);
  const secret = secretOf(verifier, accessKey);
  const payloadHash =
    payload === undefined
      ? await verifier.bodySha256()
      : payload.kind === 'digest'
        ? payload.sha256
        : (contentSha256 ?? '');
  const key = checkSignature(request, authorization, {
    time,
    secret,
    payloadHash,
    query: request.query.pairs,
  });
  if (payload?.kind === 'chunked') checkChunked(request, payload.trailer);
  return {
    accessKey,
    scope,
    kind: 'header',
    payload: payload ?? { kind: 'digest', sha256: payloadHash },
    seed: { signature: authorization.signature, time, key },
  };
}

function verifyPresigned(request: UnverifiedRequest, verifier: Verifier): Verified {
  const presigned = parsePresignedQuery((name) => uniqueParameter(request, name));
  if (presigned.algorithm !== ALGORITHM) {
    throw notImplemented('X-Amz-Algorithm other than AWS4-HMAC-SHA256 is not implemented');
  }
  const { accessKey, scope } = presigned.credential;
  checkScopeDate(scope, presigned.time);
  const contentSha256 = uniqueHeader(request, 'x-amz-content-sha256');
  const payload = contentSha256 === undefined ? undefined : parseContentSha256(contentSha256);
  if (payload?.kind === 'chunked') throw notImplemented('streaming payload for presigned URLs is not implemented');
  const age = request.time.getTime() - (parseAmzDate(presigned.time) ?? 0);
  if (age < -PRESIGNED_SKEW_MS) {
    throw s3Error('RequestTimeTooSkewed', 'request date is later than server time too much');
  }
  if (age > presigned.expires * 1000) throw s3Error('AccessDenied', 'Request has expired');
  const secret = secretOf(verifier, accessKey);
  checkService(scope);
  const query = request.query.pairs.filter(([name]) => name !== 'X-Amz-Signature');
  const { time } = presigned;
  const key = checkSignature(request, presigned, { time, secret, payloadHash: 'UNSIGNED-PAYLOAD', query });
  return {
    accessKey,
    scope,
    kind: 'presigned',
    payload: payload ?? { kind: 'unsigned' },
    seed: { signature: presigned.signature, time, key },
  };
}

const PRESIGNED_SKEW_MS = 15 * 60 * 1000;

function checkSignature(
  request: UnverifiedRequest,
  { credential, signedHeaders, signature }: Authorization,
  signed: { time: string; secret: string; payloadHash: string; query: CanonicalParts['query'] },
): Buffer {
  const headers = signedHeaders.map((name): [string, readonly string[]] => {
    const values = request.headers.get(name.toLowerCase());
    if (values === undefined) throw s3Error('SignatureDoesNotMatch', `missing signed header: ${name}`);
    return [name, values];
  });
  const { method, path, rawPath } = request;
  const parts: CanonicalParts = { method, path, query: signed.query, headers, payloadHash: signed.payloadHash };
  const key = signingKey(signed.secret, credential.scope);
  const matches = (canonical: CanonicalParts) =>
    isEqual(hexHmac(key, stringToSign(signed.time, credential.scope, canonicalRequest(canonical))), signature);
  // Some clients sign the path as it is on the wire, although characters in it would have to be encoded.
  const matchesRaw = () => /[^\w.~/%-]/.test(rawPath) && matches({ ...parts, rawPath });
  if (!matches(parts) && !matchesRaw()) throw s3Error('SignatureDoesNotMatch');
  return key;
}

/** @throws EmulatorError AccessDenied */
function checkHeaders(request: UnverifiedRequest): void {
  if (request.query.has('X-Amz-Signature')) {
    const signed = uniqueParameter(request, 'X-Amz-SignedHeaders') ?? '';
    checkUnsignedHeaders(request, signed.split(';'));
  }
  for (const header of request.headers.get('authorization') ?? []) {
    let authorization: Authorization;
    try {
      authorization = parseAuthorization(header);
    } catch {
      if (header.startsWith(ALGORITHM)) throw accessDenied('Invalid SigV4 authorization header');
      continue;
    }
    if (authorization.algorithm !== ALGORITHM) throw accessDenied('Unsupported SigV4 authorization algorithm');
    checkUnsignedHeaders(request, [...authorization.signedHeaders, 'x-amz-content-sha256']);
  }
}

function checkUnsignedHeaders(request: UnverifiedRequest, signed: readonly string[]): void {
  const names = new Set(signed.map((name) => name.toLowerCase()));
  for (const name of request.headers.keys()) {
    if (name.startsWith('x-amz-') && !names.has(name)) {
      throw accessDenied('There were headers present in the request which were not signed');
    }
  }
}

function checkService({ service }: CredentialScope): void {
  if (SERVICES.includes(service)) return;
  throw notImplemented(`unknown service '${service}' in credential scope; expected one of: ${SERVICES.join(', ')}`);
}

function checkScopeDate(scope: CredentialScope, time: string): void {
  if (!time.startsWith(scope.date)) {
    throw s3Error('SignatureDoesNotMatch', 'credential scope date does not match x-amz-date');
  }
}

function checkChunked(request: UnverifiedRequest, trailer: boolean): void {
  if (trailer && uniqueHeader(request, 'x-amz-trailer') === undefined) {
    throw s3Error('InvalidRequest', 'missing header: x-amz-trailer');
  }
  if (uniqueHeader(request, 'x-amz-decoded-content-length') === undefined) {
    throw s3Error('MissingContentLength', 'missing header: x-amz-decoded-content-length');
  }
}

function secretOf(verifier: Verifier, accessKey: string): string {
  if (accessKey === '') throw s3Error('UnauthorizedAccess', 'Your account is not signed up');
  const secret = verifier.secretOf(accessKey);
  if (secret === undefined) {
    throw s3Error('InvalidAccessKeyId', 'The Access Key Id you provided does not exist in our records.');
  }
  return secret;
}

/** Value of a header that came exactly once. */
export function uniqueHeader(request: Pick<UnverifiedRequest, 'headers'>, name: string): string | undefined {
  const values = request.headers.get(name);
  return values?.length === 1 ? values[0] : undefined;
}

function uniqueParameter({ query }: UnverifiedRequest, name: string): string | undefined {
  const values = query.all(name);
  return values.length === 1 ? values[0] : undefined;
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
