import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readSecretFile } from '../config/load.js';
import { reloading } from '../config/reloading.js';
import type { StaticConfig } from '../config/static.js';
import type { Log } from '../observe/log.js';
import type { Metrics } from '../observe/metrics.js';
import { streamEvents } from './event-stream.js';
import { projectDelivery } from './project.js';
import { isAuthorized, readBody, tokenDigest } from './request.js';
import { type EventStore, openEventStore } from './store.js';

export interface WebhookReceiver {
  readonly server: Server;
  close(): void;
}

/**
 * Takes RustFS' notifications: `HEAD /` is how RustFS finds out whether a target is there, `POST /webhook` a delivery (at least once, so
 * repetitions are dropped), `GET /events` what came in, as a stream of server-sent events.
 */
export async function webhookReceiver(
  settings: NonNullable<StaticConfig['webhook']>,
  log: Log,
  metrics: Metrics,
): Promise<WebhookReceiver> {
  const token = reloading(
    'webhook token',
    [settings.auth_token_file],
    () => tokenDigest(readSecretFile(settings.auth_token_file, 'webhook.auth_token_file')),
    ({ what, error }) => {
      metrics.reloaded(what, error === undefined);
      log.write('reload', { what, ...(error && { error: error.message, kept: 'the old one' }) });
    },
  );
  const events = await openEventStore(settings.events_file, settings.dedupe_size);
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    void answer(request, response).catch((error: Error) => {
      log.write('webhook', { error: error.message });
      if (!response.headersSent) reply(response, 503, { error: 'the event could not be stored, deliver it again' });
    });
  });
  server.maxConnections = 256;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = `${request.method} ${request.url}`;
    if (route === 'HEAD /') return reply(response, 200);
    if (!isAuthorized(request, token.current)) {
      metrics.webhookEvent('refused');
      response.setHeader('www-authenticate', 'Bearer');
      return reply(response, 401, { error: 'a bearer token is needed' });
    }
    if (route === 'POST /webhook') return receive(request, response, settings.max_body_bytes, events, log, metrics);
    if (route === 'GET /events') return streamEvents(request, response, events);
    return reply(response, 404, { error: 'not found' });
  }

  return {
    server,
    close() {
      token.stop();
      server.close();
      server.closeAllConnections();
    },
  };
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  maxBytes: number,
  events: EventStore,
  log: Log,
  metrics: Metrics,
): Promise<void> {
  const body = await readBody(request, maxBytes);
  if (body === undefined) {
    response.setHeader('connection', 'close');
    return reply(response, 413, { error: `a delivery may have ${maxBytes} bytes` });
  }
  const projected = projectDelivery(body);
  if (projected === undefined) {
    metrics.webhookEvent('refused');
    log.write('webhook', { error: 'a delivery is not in the form of S3 notifications', bytes: body.length });
    return reply(response, 400, { error: 'expected an S3 event notification with Records' });
  }
  const fresh = await events.add(projected);
  for (let n = 0; n < projected.length; n++) metrics.webhookEvent(n < fresh.length ? 'stored' : 'repeated');
  return reply(response, 200, { stored: fresh.length, repeated: projected.length - fresh.length });
}

function reply(response: ServerResponse, status: number, body?: object): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
