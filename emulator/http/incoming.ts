import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Principal } from '../../policies/index.js';
import type { EmulatorRequest } from '../context.js';
import { s3Error } from '../errors.js';
import { groupsOf } from '../iam/lookup.js';
import type { IamState } from '../iam/model.js';
import type { UnverifiedRequest, Verified } from '../sigv4/verify.js';
import { requestConditions } from './conditions.js';
import { decodePath, type S3Path } from './path.js';
import { openPayload, type Payload } from './payload.js';
import { parseQuery } from './query.js';

/** A request as it came in. */
export interface Incoming extends UnverifiedRequest {
  readonly id: string;
  readonly remoteAddress: string;
  /** Bytes of the body, unchecked. */
  readonly source: AsyncIterable<Buffer>;
}

/** @throws EmulatorError InvalidURI */
export function readIncoming(message: IncomingMessage): Incoming {
  const target = message.url ?? '/';
  const question = target.indexOf('?');
  const rawPath = question < 0 ? target : target.slice(0, question);
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const name = (message.rawHeaders[at] ?? '').toLowerCase();
    const value = utf8(message.rawHeaders[at + 1] ?? '');
    const values = headers.get(name);
    if (values === undefined) headers.set(name, [value]);
    else values.push(value);
  }
  return {
    id: randomUUID(),
    method: message.method ?? 'GET',
    rawPath,
    path: decodePath(rawPath),
    query: parseQuery(question < 0 ? '' : target.slice(question + 1)),
    headers,
    time: new Date(),
    remoteAddress: (message.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    source: message,
  };
}

/** Header values are bytes; RustFS reads them as UTF-8. */
function utf8(value: string): string {
  return /[\u0080-\u00ff]/.test(value) ? Buffer.from(value, 'latin1').toString('utf8') : value;
}

/** Who sent a request, as far as its signature tells. */
export interface Sender {
  readonly principal: Principal;
  readonly verified?: Verified;
  readonly sessionToken?: string;
}

export const ANONYMOUS: Sender = { principal: { kind: 'anonymous', accessKey: '', policies: [] } };

/** The request for the handlers. @throws EmulatorError */
export function emulatorRequest(incoming: Incoming, sender: Sender, s3Path: S3Path, iam: IamState): ObjectRequest {
  const headers: Record<string, string> = {};
  for (const [name, values] of incoming.headers) headers[name] = values.join(',');
  const { principal, verified, sessionToken } = sender;
  const signature = verified?.kind ?? 'none';
  let payload: Payload | undefined;
  const openOnce = () => {
    payload ??= openPayload(
      incoming.source,
      contentLength(incoming),
      headers['x-amz-decoded-content-length'],
      verified,
    );
    return payload;
  };
  let conditions: EmulatorRequest['conditions'] | undefined;
  const length = verified?.payload.kind === 'chunked' ? openOnce().length : contentLength(incoming);
  return {
    id: incoming.id,
    method: incoming.method,
    rawPath: incoming.rawPath,
    path: incoming.path,
    query: incoming.query,
    headers,
    time: incoming.time,
    remoteAddress: incoming.remoteAddress,
    principal,
    signature,
    ...(s3Path.bucket !== undefined && { bucket: s3Path.bucket }),
    ...(s3Path.key !== undefined && { key: s3Path.key }),
    ...(sessionToken !== undefined && { sessionToken }),
    ...(verified && { service: verified.scope.service }),
    ...(length !== undefined && { contentLength: length }),
    headerValues: incoming.headers,
    get conditions() {
      conditions ??= requestConditions({
        ...incoming,
        headers,
        principal,
        signature,
        groups: memberships(principal, iam),
      });
      return conditions;
    },
    get payload() {
      return openOnce().stream;
    },
    get trailers() {
      return openOnce().trailers;
    },
    body: (limit) => openOnce().body(limit),
  };
}

/** What object operations need to know beside what every handler does. */
export interface ObjectRequest extends EmulatorRequest {
  /** All values of each header, by name in lower case. */
  readonly headerValues: ReadonlyMap<string, readonly string[]>;
  /** Trailing headers of a chunked body, once it has been read. */
  readonly trailers: ReadonlyMap<string, string>;
}

function memberships(principal: Principal, iam: IamState): readonly string[] {
  return principal.kind === 'anonymous' ? [] : groupsOf(iam, principal.parentUser ?? principal.accessKey);
}

/** Length of the body as it comes over the wire; `undefined` if that is not known beforehand. @throws EmulatorError */
export function contentLength({ headers }: Pick<UnverifiedRequest, 'headers'>): number | undefined {
  const text = headers.get('content-length')?.[0];
  if (text === undefined) return headers.has('transfer-encoding') ? undefined : 0;
  if (!/^\d+$/.test(text)) throw s3Error('InvalidArgument', `invalid header: content-length: ${JSON.stringify(text)}`);
  return Number(text);
}
