import aws4 from 'aws4';
import { type Exchange, headerValues, singleHeader } from '../http/exchange.js';
import { upstreamHeaders } from '../http/headers.js';
import { Refusal } from '../http/refusal.js';
import type { Outgoing } from './forward.js';

/** alknet's `CredentialSet::S3AccessKey`: what the gateway itself signs with. */
export interface S3AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
  readonly sessionToken?: string;
}

export interface SigningTarget {
  /** Host header of the upstream. */
  readonly host: string;
  readonly region: string;
  readonly credential: S3AccessKey;
  /** @default s3 */
  readonly service?: string;
}

/** How the body is vouched for; the gateway streams it and cannot hash it first. */
const SELF_CONTAINED = /^([0-9a-f]{64}|UNSIGNED-PAYLOAD|STREAMING-UNSIGNED-PAYLOAD-TRAILER)$/;

/** What authenticated the client to the gateway, and must not go further. */
const OWN_AUTHENTICATION = new Set([
  'host',
  'authorization',
  'cookie',
  'x-auth-token',
  'x-storage-token',
  'x-amz-date',
  'x-amz-security-token',
  'x-amz-content-sha256',
]);

/**
 * A request for the upstream with a signature of the gateway's own in the place of the client's authentication.
 * @param path raw path without the gateway's prefix
 * @throws Refusal for what cannot be signed again
 */
export function resign(exchange: Exchange, path: string, target: SigningTarget): Outgoing {
  const { method, request } = exchange;
  const outgoingTarget = canonicalTarget(path, exchange.target.query);
  const signed: Record<string, string> = { Host: target.host, 'X-Amz-Content-Sha256': payloadMode(exchange) };
  if (target.credential.sessionToken !== undefined) signed['X-Amz-Security-Token'] = target.credential.sessionToken;
  for (const [name, value] of amzHeaders(request.rawHeaders)) signed[name] = value;
  const { headers = {} } = aws4.sign(
    { service: target.service ?? 's3', region: target.region, method, path: outgoingTarget, headers: signed },
    { accessKeyId: target.credential.accessKey, secretAccessKey: target.credential.secretKey },
  );
  const own = ['Host', 'X-Amz-Content-Sha256', 'X-Amz-Date', 'X-Amz-Security-Token', 'Authorization'];
  const added = own.flatMap((name) => (headers[name] === undefined ? [] : [name, String(headers[name])]));
  return { target: outgoingTarget, headers: [...added, ...upstreamHeaders(exchange, OWN_AUTHENTICATION)] };
}

/** Every `x-amz-*` header must be signed. Header values are bytes; RustFS reads them as UTF-8. */
function amzHeaders(rawHeaders: readonly string[]): [string, string][] {
  const found = new Map<string, string>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!name.startsWith('x-amz-') || OWN_AUTHENTICATION.has(name)) continue;
    if (found.has(name)) throw new Refusal(400, 'InvalidRequest', `the header ${name} may come only once`);
    found.set(name, Buffer.from(rawHeaders[at + 1] ?? '', 'latin1').toString('utf8'));
  }
  return [...found];
}

function payloadMode({ request }: Exchange): string {
  const declared = singleHeader(request, 'x-amz-content-sha256');
  if (declared?.startsWith('STREAMING-AWS4-')) {
    throw new Refusal(
      501,
      'NotImplemented',
      'chunks signed by the client cannot be signed again: send UNSIGNED-PAYLOAD or the SHA-256 of the body',
    );
  }
  if (declared !== undefined && !SELF_CONTAINED.test(declared)) {
    throw new Refusal(400, 'InvalidRequest', 'x-amz-content-sha256 must be a SHA-256 or UNSIGNED-PAYLOAD');
  }
  if (declared?.startsWith('STREAMING-') !== true && headerValues(request.rawHeaders, 'transfer-encoding').length > 0) {
    throw new Refusal(411, 'MissingContentLength', 'an unsigned body needs the header content-length');
  }
  return declared ?? 'UNSIGNED-PAYLOAD';
}

/** Path and query in the one spelling that signer and RustFS agree on. A `+` in a path is a plus, in a query a blank. */
function canonicalTarget(path: string, query: string | undefined): string {
  const parameters = new URLSearchParams(query ?? '');
  const names = [...parameters.keys()];
  if (
    names.some((name) =>
      /^(x-amz-(algorithm|credential|signature|security-token|signedheaders|expires|date)|signature|awsaccesskeyid)$/i.test(
        name,
      ),
    )
  ) {
    throw new Refusal(400, 'InvalidRequest', 'a bearer token and a presigned query exclude each other');
  }
  if (new Set(names).size !== names.length) {
    throw new Refusal(400, 'InvalidArgument', 'a query parameter may come only once');
  }
  const pairs = [...parameters].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return `${path.split('/').map(recode).join('/')}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}

function recode(segment: string): string {
  try {
    return encode(decodeURIComponent(segment));
  } catch {
    throw new Refusal(400, 'InvalidURI', 'the path is not percent-encoded UTF-8');
  }
}

/** RFC 3986, as SigV4 wants it. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}
