import { GATEWAY_NAME } from '../label.js';
import type { Exchange } from './exchange.js';

/** Headers that concern one connection only (RFC 9110 §7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** Headers by which a client could pretend to be someone else, or to ask for something else. */
const CLAIMS =
  /^(x-forwarded-.+|forwarded|x-real-ip|x-client-ip|x-cluster-client-ip|true-client-ip|cf-connecting-ip|x-original-(url|uri|host)|x-rewrite-url|x-request-id)$/;

const VIA = `1.1 ${GATEWAY_NAME}`;

/**
 * Headers for the upstream: what came, byte for byte and in its order, without what concerns the connection or could lie, plus
 * what the gateway vouches for. No `x-amz-*` header is added: RustFS refuses those that are not signed.
 */
export function upstreamHeaders(exchange: Exchange, drop: ReadonlySet<string> = new Set()): string[] {
  const { rawHeaders } = exchange.request;
  const headers: string[] = [];
  let chunked = false;
  let length = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (lower === 'transfer-encoding') chunked = true;
    if (lower === 'content-length') length = true;
    if (HOP_BY_HOP.has(lower) || CLAIMS.test(lower) || drop.has(lower)) continue;
    headers.push(name, rawHeaders[at + 1] ?? '');
  }
  if (chunked) headers.push('Transfer-Encoding', 'chunked');
  else if (!length && /^(PUT|POST)$/.test(exchange.method)) headers.push('Content-Length', '0');
  headers.push('X-Forwarded-For', exchange.client, 'X-Forwarded-Proto', exchange.protocol);
  headers.push('X-Request-Id', exchange.id, 'Via', VIA);
  return headers;
}

/** Headers for the client of an answer that comes from the upstream. */
export function downstreamHeaders(rawHeaders: readonly string[], exchange: Exchange, close: boolean): string[] {
  const headers: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    const lower = name.toLowerCase();
    if (!HOP_BY_HOP.has(lower) && lower !== 'x-request-id') headers.push(name, rawHeaders[at + 1] ?? '');
  }
  headers.push('X-Request-Id', exchange.id, 'Via', VIA);
  if (close) headers.push('Connection', 'close');
  return headers;
}
