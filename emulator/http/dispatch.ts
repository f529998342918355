import { faultOf } from '../admin/faults.js';
import { handleAdmin } from '../admin/index.js';
import type { EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { handleHealth } from '../health.js';
import { type ResolvedKey, resolvePrincipal } from '../iam/principal.js';
import type { S3Context } from '../s3/context.js';
import { type CorsRequest, CREDENTIAL_HEADERS, corsHeaders } from '../s3/cors.js';
import { routeS3 } from '../s3/index.js';
import { hexSha256 } from '../sigv4/signing-key.js';
import { uniqueHeader, type Verified, verifySignature } from '../sigv4/verify.js';
import { handleSts } from '../sts/index.js';
import { ANONYMOUS, emulatorRequest, type Incoming, type Sender } from './incoming.js';
import { parseS3Path, type S3Path } from './path.js';
import { PayloadError } from './payload-error.js';

/** Who answers a request. */
type Door = 'admin' | 'sts' | 's3';

const LARGEST_STS_BODY = 8192;

/**
 * Answers a request in RustFS' order: health without any check; then the path, the signature, the operation, the state of
 * the key, and last whether the caller may.
 * @throws EmulatorError and, for a body that is not what was signed, PayloadError
 */
export async function dispatch(context: S3Context, incoming: Incoming): Promise<EmulatorResponse> {
  const health = await handleHealth(context, emulatorRequest(incoming, ANONYMOUS, {}, context.iam));
  if (health !== undefined) return health;
  const door = doorOf(incoming);
  if (context.unreadablePolicies.length > 0) return notReady(context, door);
  if (incoming.method === 'OPTIONS') return preflight(context, incoming, door);
  const path: S3Path = door === 's3' ? parseS3Path(incoming.path) : {};
  const authenticated = await authenticate(context, incoming);
  const { resolved } = authenticated;
  const fault = resolved && 'fault' in resolved.outcome ? resolved.outcome.fault : undefined;
  const request = emulatorRequest(authenticated.incoming, authenticated.sender, path, context.iam);
  const answer =
    door === 's3'
      ? routeS3(context, request)
      : async () => (door === 'admin' ? handleAdmin(context, request) : handleSts(context, request));
  if (fault) throw s3Error(fault.code, fault.message);
  return answer();
}

/** Answers everything as long as the identities are not loaded, before any signature (observed on a running 1.0.1). */
function notReady({ profile }: S3Context, door: Door): EmulatorResponse {
  const { gate, pendingHeader, admin } = profile.iamNotLoaded;
  if (door === 'admin') throw faultOf(admin);
  return {
    status: 503,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'retry-after': '5',
      ...(pendingHeader ? { 'x-rustfs-readiness-pending': 'iam' } : {}),
    },
    body: gate,
  };
}

/** Answers OPTIONS, which nobody signs. */
function preflight(context: S3Context, incoming: Incoming, door: Door): EmulatorResponse {
  if (door === 'admin') return { status: 200 };
  const request = corsRequest(incoming);
  const { origin, 'access-control-request-method': method } = request.headers;
  if (origin === undefined || method === undefined) return { status: 400 };
  const headers = corsHeaders(context, request);
  if (headers === undefined) return { status: 200 };
  return 'access-control-allow-origin' in headers ? { status: 200, headers } : { status: 403 };
}

/** An answer with what a browser needs to let pages of other origins read it. */
export function withCors(context: S3Context, incoming: Incoming, response: EmulatorResponse): EmulatorResponse {
  if (!incoming.headers.has('origin') || incoming.method === 'OPTIONS' || doorOf(incoming) !== 's3') return response;
  return { ...response, headers: { ...response.headers, ...corsHeaders(context, corsRequest(incoming)) } };
}

function corsRequest({ method, rawPath, headers }: Incoming): CorsRequest {
  const names = ['origin', 'access-control-request-method', 'access-control-request-headers', ...CREDENTIAL_HEADERS];
  return {
    method,
    bucket: rawPath.split('/')[1] || undefined,
    headers: Object.fromEntries(names.map((name) => [name, headers.get(name)?.[0]])),
  };
}

/** The console, which is switched off, and its icon are refused where unknown admin routes are. */
const ADMIN_PATH = /^\/(rustfs\/admin|minio\/admin|rustfs\/console|favicon\.ico)(\/|$)/;

function doorOf({ method, rawPath, headers }: Incoming): Door {
  if (ADMIN_PATH.test(rawPath)) return 'admin';
  const type = headers.get('content-type')?.[0]?.toLowerCase() ?? '';
  return method === 'POST' && rawPath === '/' && type.startsWith('application/x-www-form-urlencoded') ? 'sts' : 's3';
}

interface Authenticated {
  readonly incoming: Incoming;
  readonly sender: Sender;
  readonly resolved?: ResolvedKey;
}

/** @throws EmulatorError */
async function authenticate(context: S3Context, incoming: Incoming): Promise<Authenticated> {
  const sessionToken = uniqueHeader(incoming, 'x-amz-security-token') ?? incoming.query.get('X-Amz-Security-Token');
  let resolved: ResolvedKey | undefined;
  let read: Buffer | undefined;
  const verified = await verifySignature(incoming, {
    profile: context.protocol,
    secretOf: (accessKey) => {
      resolved = resolvePrincipal(context, accessKey, sessionToken);
      return resolved?.secretKey;
    },
    bodySha256: async () => {
      read = await readAll(incoming.source, LARGEST_STS_BODY);
      return hexSha256(read);
    },
  });
  const source = read === undefined ? incoming.source : once(read);
  if (verified === undefined || resolved === undefined) return { incoming, sender: ANONYMOUS };
  return {
    incoming: { ...incoming, source },
    sender: senderOf(resolved, verified, sessionToken),
    resolved,
  };
}

function senderOf(resolved: ResolvedKey, verified: Verified, sessionToken: string | undefined): Sender {
  const principal = 'principal' in resolved.outcome ? resolved.outcome.principal : ANONYMOUS.principal;
  return { principal, verified, ...(sessionToken !== undefined && { sessionToken }) };
}

async function readAll(source: AsyncIterable<Buffer>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    if (length > limit) throw new PayloadError('too-large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer, void, undefined> {
  yield bytes;
}
