import type { IncomingMessage } from 'node:http';
import { type Host, headerValues, type Target } from './exchange.js';
import { Refusal } from './refusal.js';

/**
 * What is checked beyond Node's parser. llhttp in its strict mode already refuses obs-fold, bare CR and LF, control
 * characters, a space before the colon, Content-Length beside Transfer-Encoding, repeated or inexact Content-Length,
 * malformed chunks and a transfer coding list that does not end in `chunked`. It lets through: repeated Host, `gzip, chunked`,
 * Transfer-Encoding in HTTP/1.0, `HTTP/2.0` on the request line, the absolute form and `#` in a target.
 * Bodies are framed anew for the upstream, so chunk extensions and trailers end here.
 */
export interface StrictLimits {
  readonly maxHeaders: number;
  readonly maxTargetBytes: number;
}

/** Methods that S3 and the gateway's own routes know. */
const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS']);

/** Headers that a proxy and RustFS must not understand differently. */
const ONCE = ['host', 'content-length', 'transfer-encoding', 'authorization', 'expect', 'x-amz-content-sha256'];

/** Headers that a client may name in `Connection`; to have any other removed would change what was signed or who is asked. */
const CONNECTION_OPTIONS = new Set(['close', 'keep-alive', 'te', 'upgrade', 'http2-settings', 'proxy-connection']);

/** @throws Refusal */
export function checkMessage(message: IncomingMessage, limits: StrictLimits): { target: Target; host: Host } {
  const { rawHeaders, httpVersion } = message;
  if (httpVersion !== '1.1' && httpVersion !== '1.0') {
    throw new Refusal(505, 'HTTPVersionNotSupported', 'HTTP/1.1 and HTTP/1.0 are spoken here');
  }
  if (!METHODS.has(message.method ?? '')) {
    throw new Refusal(405, 'MethodNotAllowed', 'this method is not used by S3', { allow: [...METHODS].join(', ') });
  }
  if (rawHeaders.length / 2 > limits.maxHeaders) {
    throw new Refusal(431, 'RequestHeaderSectionTooLarge', `a request may have ${limits.maxHeaders} headers`);
  }
  const target = parseTarget(message.url ?? '', limits.maxTargetBytes);
  for (const name of ONCE) {
    if (headerValues(rawHeaders, name).length > 1) throw malformed(`the header ${name} may come only once`);
  }
  const coding = headerValues(rawHeaders, 'transfer-encoding')[0];
  if (coding !== undefined && (coding.trim().toLowerCase() !== 'chunked' || httpVersion === '1.0')) {
    throw new Refusal(501, 'NotImplemented', 'the only transfer coding understood here is chunked, in HTTP/1.1');
  }
  for (const option of headerValues(rawHeaders, 'connection').join(',').toLowerCase().split(',')) {
    if (option.trim() !== '' && !CONNECTION_OPTIONS.has(option.trim())) {
      throw malformed('the header connection names a header that must reach the server');
    }
  }
  return { target, host: parseHost(headerValues(rawHeaders, 'host')[0]) };
}

function malformed(message: string): Refusal {
  return new Refusal(400, 'InvalidRequest', message, { connection: 'close' });
}

function parseTarget(raw: string, maxBytes: number): Target {
  if (raw.length > maxBytes) throw new Refusal(414, 'URITooLong', `a request target may have ${maxBytes} bytes`);
  if (!raw.startsWith('/')) throw malformed('the request target must be a path: absolute form and * are not served');
  // Node's parser lets no blank, control or non-ASCII character through; a fragment never belongs on the wire.
  if (/[#<>`]/.test(raw)) throw malformed('the request target holds a character that must be percent-encoded');
  const question = raw.indexOf('?');
  return question < 0
    ? { raw, path: raw, query: undefined }
    : { raw, path: raw.slice(0, question), query: raw.slice(question + 1) };
}

const HOST = /^(?<name>[a-z0-9](?:[a-z0-9._-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

function parseHost(raw: string | undefined): Host {
  const name = HOST.exec(raw ?? '')?.groups?.name;
  if (raw === undefined || name === undefined) throw malformed('the header host must name a host');
  return { raw, name: name.toLowerCase().replace(/\.$/, '') };
}
