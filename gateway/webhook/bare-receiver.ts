import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { eventMemory } from './event-memory.js';
import { streamEvents } from './event-stream.js';
import { projectDelivery, type StorageEvent } from './project.js';
import { isAuthorized, readBody, tokenDigest } from './request.js';
import type { EventStore } from './store.js';

/** A record of a request, from RustFS' audit. What it holds beyond this is not kept. */
export interface AuditRecord {
  readonly time: string;
  readonly source: 'rustfs';
  readonly namespace: 'audit';
  /** Such as `s3:PutObject`. */
  readonly operation: string;
  readonly bucket?: string;
  readonly key?: string;
  readonly status?: number;
  /** Access key of who did it. */
  readonly principal?: string;
}

export interface BareReceiverOptions {
  /** Bearer token that deliveries and readers have to send. @default - everybody may */
  readonly token?: string;
  /** Each event once, and each record. */
  readonly onEvent: (event: StorageEvent | AuditRecord) => void;
  /** What was refused, in words. */
  readonly onRefused?: (reason: string) => void;
}

const MAX_BODY_BYTES = 1024 * 1024;
const REMEMBERED = 10_000;

/** In the order of arrival, in memory alone: for development and proofs. */
function memoryStore(): EventStore {
  const memory = eventMemory(REMEMBERED);
  return {
    async add(events) {
      const fresh = memory.newOf(events);
      memory.remember(fresh);
      return fresh;
    },
    since: memory.since,
    subscribe: memory.subscribe,
  };
}

const text = z.string().optional();

/** RustFS 1.0.1's audit record (tried on a running server). */
const audit = z.object({
  Records: z
    .array(
      z.object({
        time: z.union([z.number(), z.string()]),
        api: z.object({ name: z.string(), bucket: text, object: text, status_code: z.number().optional() }),
        accessKey: text,
      }),
    )
    .min(1)
    .max(1000),
});

/** Records of a delivery. `undefined` if it is none. */
export function projectAudit(body: string): AuditRecord[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    return undefined;
  }
  return audit.safeParse(document).data?.Records.map(({ time, api, accessKey }) => ({
    time: new Date(time).toISOString(),
    source: 'rustfs',
    namespace: 'audit',
    operation: api.name,
    ...(api.bucket ? { bucket: api.bucket } : {}),
    ...(api.object ? { key: api.object } : {}),
    ...(api.status_code === undefined ? {} : { status: api.status_code }),
    ...(accessKey ? { principal: accessKey } : {}),
  }));
}

/**
 * A webhook that keeps nothing: `HEAD` tells RustFS that it is there, `POST` to any path is a delivery of events or of audit records,
 * `GET /events` streams the events that come in, as the reference gateway does.
 */
export function bareReceiver({ token, onEvent, onRefused = () => {} }: BareReceiverOptions): Server {
  const events = memoryStore();
  const expected = token === undefined ? undefined : tokenDigest(token);
  const refuse = (response: ServerResponse, status: number, reason: string) => {
    onRefused(reason);
    response.writeHead(status, status === 401 ? { 'www-authenticate': 'Bearer' } : {}).end();
  };
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'HEAD') return void response.writeHead(200).end();
    if (expected && !isAuthorized(request, expected))
      return refuse(response, 401, 'a request without the bearer token');
    if (request.method === 'GET' && request.url === '/events') return streamEvents(request, response, events);
    if (request.method !== 'POST') return void response.writeHead(404).end();
    const body = await readBody(request, MAX_BODY_BYTES);
    const found = body === undefined ? undefined : projectDelivery(body);
    const records = body === undefined || found ? undefined : projectAudit(body);
    if (found === undefined && records === undefined)
      return refuse(response, 400, 'a delivery that is neither an event nor an audit record');
    for (const event of found ? await events.add(found) : (records ?? [])) onEvent(event);
    response.writeHead(200).end();
  }
  return createServer({ requestTimeout: 30_000, headersTimeout: 10_000 }, (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
}
