import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StorageEvent } from './project.js';
import type { EventStore } from './store.js';

const HEARTBEAT_MS = 15_000;
/** A reader that is this far behind is let go; it comes back with Last-Event-ID. */
const MOST_UNREAD_BYTES = 1024 * 1024;

/** Server-sent events: what comes in from now on, or since the event that `Last-Event-ID` names. */
export function streamEvents(request: IncomingMessage, response: ServerResponse, events: EventStore): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.flushHeaders();
  const send = (text: string) => {
    response.write(text);
    if (response.writableLength > MOST_UNREAD_BYTES) response.destroy();
  };
  const last = request.headers['last-event-id'];
  if (typeof last === 'string') for (const event of events.since(last)) send(message(event));
  const unsubscribe = events.subscribe((event) => send(message(event)));
  const heartbeat = setInterval(() => send(': alive\n\n'), HEARTBEAT_MS);
  response.once('close', () => {
    clearInterval(heartbeat);
    unsubscribe();
  });
}

function message(event: StorageEvent): string {
  return `id: ${event.id}\nevent: ${event.namespace}.${event.operation}\ndata: ${JSON.stringify(event)}\n\n`;
}
