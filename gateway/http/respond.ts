import type { IncomingMessage, ServerResponse } from 'node:http';
import { GATEWAY_NAME } from '../label.js';
import { type Exchange, hasBody } from './exchange.js';
import { errorDocument, type Refusal } from './refusal.js';

/** How long a body that nobody wants is still read, so that the client gets to read the answer before the connection ends. */
const LINGER_MS = 1000;

/** Ends an answer; of a request whose body was not read, after a while. */
export function endAnswer(request: IncomingMessage, response: ServerResponse, body?: string): void {
  const waitsForContinue = request.headers.expect !== undefined && !request.readableDidRead;
  if (request.complete || !hasBody(request) || waitsForContinue) {
    response.end(body);
    return;
  }
  if (body !== undefined) response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  request.once('end', end).once('close', end).resume();
}

/** Answers with something of the gateway's own. */
export function respond(
  exchange: Exchange,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const { request, response, record, id } = exchange;
  const unread = hasBody(request) && !request.complete;
  record.bytesOut += Buffer.byteLength(body);
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
    'content-length': Buffer.byteLength(body),
    'x-request-id': id,
    server: GATEWAY_NAME,
    ...(unread && { connection: 'close' }),
  });
  endAnswer(request, response, exchange.method === 'HEAD' ? undefined : body);
}

export function refuse(exchange: Exchange, refusal: Refusal): void {
  const { response, record } = exchange;
  record.error ??= refusal.message;
  if (response.headersSent) {
    response.destroy();
    return;
  }
  respond(exchange, refusal.status, errorDocument(refusal, exchange.id), {
    'content-type': 'application/xml',
    ...refusal.headers,
  });
}
