import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmulatorError, type EmulatorResponse } from '../../emulator/context.js';
import { s3Error } from '../../emulator/errors.js';
import { contentLength, type Incoming, readIncoming } from '../../emulator/http/incoming.js';
import { openPayload } from '../../emulator/http/payload.js';
import { parseQuery } from '../../emulator/http/query.js';
import type { Verified } from '../../emulator/sigv4/verify.js';
import { element, xmlDocument } from '../../emulator/xml.js';
import { authenticate } from './authenticate.js';
import { StsError } from './errors.js';
import { type Gateway, loadGateway, type StartInput } from './load.js';
import { handleS3 } from './s3.js';
import { createState, type GatewayState } from './state.js';
import { memoryStore, type ObjectStore } from './store.js';
import { handleSts } from './sts.js';

export interface StandInOptions extends StartInput {
  /** TCP port on 127.0.0.1. @default a free one */
  readonly port?: number;
  /** What the gateways of a fleet share. @default one in memory, of its own */
  readonly store?: ObjectStore;
}

export interface StandIn {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string;
  /** What a gateway would have logged at its start. */
  readonly log: readonly string[];
  /**
   * Ends it. SeaweedFS does not drain either: requests that are being answered break off.
   */
  close(): Promise<void>;
}

/** Which SeaweedFS the stand-in was held to. */
export const STAND_IN_VERSION = '4.44';

const LABELS = { server: 'cdktf-rustfs-seaweedfs-stand-in', 'x-emulated-by': 'cdktf-rustfs' } as const;
const LARGEST_HEADERS = 1024 * 1024;
const LARGEST_BODY = 64 * 1024 * 1024;
const LARGEST_FORM = 1024 * 1024;

/**
 * Starts a stand-in for one `weed s3` gateway: authentication, STS and as much of S3 as probes need. It fails open where
 * SeaweedFS does, and answers 501 to what it does not model.
 * @throws FatalStart where a gateway would exit
 */
export async function startStandIn({ port = 0, store = memoryStore(), ...input }: StandInOptions): Promise<StandIn> {
  const gateway = loadGateway(input);
  await storePolicies(gateway, store);
  const state = createState(gateway, store);
  const server = createServer({ maxHeaderSize: LARGEST_HEADERS, keepAliveTimeout: 75_000 }, (message, target) => {
    void respond(state, message, target);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: gateway.log,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function storePolicies({ iam }: Gateway, store: ObjectStore): Promise<void> {
  if (!iam?.storesOnFiler) return;
  for (const [name, Statement] of iam.policies) await store.putPolicy(name, { Version: '2012-10-17', Statement });
}

async function respond(state: GatewayState, message: IncomingMessage, target: ServerResponse): Promise<void> {
  let response: EmulatorResponse;
  try {
    response = await dispatch(state, readIncoming(message));
  } catch (error) {
    response = refusal(error);
  }
  if (!message.complete) message.resume();
  const { status, headers, body } = response;
  const bytes = body === undefined ? Buffer.alloc(0) : Buffer.from(body as string | Uint8Array);
  target.writeHead(status, {
    ...LABELS,
    'x-amz-request-id': randomUUID(),
    ...(status === 204 ? {} : { 'content-length': String(bytes.length) }),
    ...headers,
  });
  target.end(message.method === 'HEAD' ? undefined : bytes);
}

/** In every state that listens. */
const HEALTH = new Set(['/healthz', '/readyz', '/status']);

async function dispatch(state: GatewayState, incoming: Incoming): Promise<EmulatorResponse> {
  const { method, path } = incoming;
  if (HEALTH.has(path)) return { status: 200 };
  if (method === 'POST') return path === '/' ? postRoot(state, incoming) : post(incoming);
  const { iam, identities } = state.gateway;
  const open = iam === undefined && identities.count === 0;
  const caller = open ? 'open' : await authenticate(state, incoming);
  const verified = caller === 'open' || caller.kind === 'anonymous' ? undefined : caller.verified;
  return handleS3(state, {
    method,
    path,
    query: incoming.query,
    caller,
    body: () => bodyOf(incoming, verified, LARGEST_BODY),
  });
}

/** STS and IAM. Without an IAM configuration: nothing for the anonymous, even where everything else is open. */
async function postRoot(state: GatewayState, incoming: Incoming): Promise<EmulatorResponse> {
  const { iam } = state.gateway;
  const form = await bodyOf(incoming, undefined, LARGEST_FORM);
  const caller = () => authenticate(state, incoming, async () => createHash('sha256').update(form).digest('hex'));
  if (iam === undefined) {
    if (!incoming.headers.has('authorization')) return { status: 405 };
    await caller();
    throw s3Error('ServiceUnavailable', 'Service Unavailable');
  }
  const parameters = new Map([...incoming.query.pairs, ...parseQuery(form.toString('latin1')).pairs]);
  const body = await handleSts(state, iam, { parameters, caller });
  return { status: 200, headers: { 'content-type': 'text/xml' }, body };
}

function post(incoming: Incoming): EmulatorResponse {
  if (incoming.query.pairs.length > 0) {
    throw s3Error('NotImplemented', `POST ${incoming.rawPath} is not modelled by this stand-in`);
  }
  throw s3Error('MethodNotAllowed', 'The specified method is not allowed against this resource.');
}

function bodyOf(incoming: Incoming, verified: Verified | undefined, limit: number): Promise<Buffer> {
  const decoded = incoming.headers.get('x-amz-decoded-content-length')?.[0];
  return openPayload(incoming.source, contentLength(incoming), decoded, verified).body(limit);
}

function refusal(error: unknown): EmulatorResponse {
  const known = error instanceof EmulatorError ? error : undefined;
  const { status, code, message } = known ?? {
    status: 500,
    code: 'InternalError',
    message: `the stand-in failed: ${error instanceof Error ? error.message : String(error)}`,
  };
  const content = [element('Code', code), element('Message', message)];
  const body =
    known instanceof StsError
      ? xmlDocument('ErrorResponse', [element('Error', [element('Type', 'Sender'), ...content])], known.namespace)
      : xmlDocument('Error', content, null);
  return { status, headers: { 'content-type': 'application/xml' }, body };
}
