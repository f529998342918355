import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../policies/index.js';
import { recordKind, storedEventTargets } from './admin/event-targets.js';
import { EmulatorError, type EmulatorResponse } from './context.js';
import { type EventSettings, NO_EVENTS } from './events/config.js';
import { EventRuntime } from './events/runtime.js';
import { dispatch, withCors } from './http/dispatch.js';
import { type Incoming, readIncoming } from './http/incoming.js';
import { errorResponse, sendResponse } from './http/respond.js';
import { loadIam } from './iam/storage.js';
import { unreadablePolicies } from './iam/unreadable.js';
import { kmsProfile } from './kms/profile.js';
import { Kms } from './kms/service.js';
import type { OidcSettings } from './oidc/config.js';
import { discoverAll } from './oidc/discovery.js';
import { emulatorProfile } from './profile.js';
import { protocolProfile } from './protocol-profile.js';
import type { S3Context } from './s3/context.js';
import { ObjectIndex } from './s3/objects/object-index.js';
import { UploadIndex } from './s3/objects/upload-index.js';
import { deploymentId, loadBuckets, openStorage, type Storage, storeBucket } from './storage/open.js';

export interface EmulatorOptions {
  /** Access key of root. */
  readonly accessKey: string;
  /** Secret key of root. */
  readonly secretKey: string;
  /** TCP port. @default a free one */
  readonly port?: number;
  /** Address to listen on. @default 127.0.0.1 */
  readonly host?: string;
  /** Directory that everything is kept in, so that it survives the process. @default in memory only */
  readonly dataDir?: string;
  /** RustFS version to stand in for. @default 1.0.1 */
  readonly version?: RustFsVersion;
  /** @default us-east-1 */
  readonly region?: string;
  /** Identity providers; `oidcFromEnvironment` reads them from the variables of RustFS. @default none */
  readonly oidc?: OidcSettings;
  /** Seconds that a session by AssumeRole lasts at least: a way to see sessions end. @default - as with RustFS: 900 on 1.0.1 */
  readonly shortestSession?: number;
  /** Certificate and key (PEM), to serve https. @default - http */
  readonly tls?: EmulatorTls;
  /** Event targets of the environment; `eventsFromEnvironment` reads them from the variables of RustFS. @default none */
  readonly events?: EventSettings;
  /** `RUSTFS_SSE_S3_MASTER_KEY`: Base64 of 32 bytes. @default - none: SSE-S3 without KMS is refused, or (beta.7) done with zeros */
  readonly sseS3MasterKey?: string;
  /** Milliseconds that every answer is held back. @default 0 */
  readonly latencyMs?: number;
  /** Sees every request first and may spoil it. */
  readonly onRequest?: (request: SeenRequest) => InjectedFault | undefined;
}

export interface EmulatorTls {
  readonly certificate: string;
  readonly key: string;
  /** Authority (PEM) of client certificates, without one of which nobody gets in, as with RUSTFS_SERVER_MTLS_ENABLE. @default - none asked for */
  readonly clientCa?: string;
}

/** What a fault hook decides by. */
export interface SeenRequest {
  readonly method: string;
  /** Path as on the request line, without query. */
  readonly path: string;
  /** Query as on the request line, without question mark. */
  readonly query: string;
  /** Number of the request, from 1. */
  readonly n: number;
}

/** What happens to a request instead of being answered, or (`delay`) before. */
export type InjectedFault =
  | {
      readonly action: 'respond';
      readonly status: number;
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly action: 'destroy' }
  | { readonly action: 'delay'; readonly ms: number };

export interface Emulator {
  /** `http://<host>:<port>`, or https */
  readonly endpoint: string;
  readonly version: RustFsVersion;
  /** Why identity providers are missing, if any are. */
  readonly oidcProblems: readonly string[];
  /** Stored policies of another version that this one cannot read, so that it never becomes ready. */
  readonly unreadablePolicies: readonly string[];
  /** Lets requests that are being answered finish, then ends. */
  close(): Promise<void>;
}

/** Idle connections stay open as long as with RustFS 1.0.1. */
const KEEP_ALIVE_MS = 75_000;
const LARGEST_HEADERS = 64 * 1024;

/**
 * Starts a stand-in for a RustFS server in this process: its S3 and admin API, STS and health.
 * @throws Error if the address or the data directory is in use
 */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, version = DEFAULT_RUSTFS_VERSION } = options;
  const storage = await openStorage(options.dataDir);
  try {
    const context = await createContext(options, version, storage);
    const server = createServer(options.tls, requestHandler(context, options));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    const address = server.address() as AddressInfo;
    const shownHost = host.includes(':') ? `[${host}]` : host;
    return {
      endpoint: `${options.tls ? 'https' : 'http'}://${shownHost}:${address.port}`,
      version,
      oidcProblems: context.oidc.problems,
      unreadablePolicies: context.unreadablePolicies,
      async close() {
        const closed = new Promise<void>((resolve) => server.close(() => resolve()));
        server.closeIdleConnections();
        await closed;
        await context.events.close();
        await storage.close();
      },
    };
  } catch (error) {
    await storage.close();
    throw error;
  }
}

function createServer(tls: EmulatorTls | undefined, handler: http.RequestListener): http.Server | https.Server {
  const settings = { keepAliveTimeout: KEEP_ALIVE_MS, maxHeaderSize: LARGEST_HEADERS, requestTimeout: 0 };
  if (tls === undefined) return http.createServer(settings, handler);
  const { certificate: cert, key, clientCa } = tls;
  const clients = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true };
  return https.createServer({ ...settings, cert, key, ...clients }, handler);
}

async function createContext(
  {
    accessKey,
    secretKey,
    region = 'us-east-1',
    oidc = { providers: [], allowOrigins: [] },
    shortestSession,
    events = NO_EVENTS,
    sseS3MasterKey,
  }: EmulatorOptions,
  version: RustFsVersion,
  { records, blobs }: Storage,
): Promise<S3Context> {
  const persist = (kind: string, key: string, value: unknown) => records.put(kind, key, value);
  const stored = (kind: string) => records.of(kind);
  const objects = new ObjectIndex(persist, stored);
  const iam = loadIam(stored);
  const known = emulatorProfile(version);
  const profile =
    shortestSession === undefined ? known : { ...known, sts: { ...known.sts, shortestSeconds: shortestSession } };
  const kms = new Kms(kmsProfile(version), sseS3MasterKey, persist, stored);
  await kms.resume();
  return {
    iam,
    unreadablePolicies: unreadablePolicies(iam, version),
    root: { accessKey, secretKey },
    profile,
    oidc: await discoverAll(oidc, profile),
    events: new EventRuntime(events, storedEventTargets(stored(recordKind))),
    kms,
    protocol: protocolProfile(version),
    region,
    startedAt: new Date(),
    deploymentId: await deploymentId(records),
    buckets: loadBuckets(records),
    objects,
    uploads: new UploadIndex(persist, stored),
    blobs,
    usage: (bucket) => objects.usage(bucket),
    persist,
    records: stored,
    saveBucket: (bucket) => storeBucket(records, bucket),
  };
}

function requestHandler(context: S3Context, { latencyMs = 0, onRequest }: EmulatorOptions) {
  let n = 0;
  return async (message: IncomingMessage, target: ServerResponse): Promise<void> => {
    n += 1;
    const [path = '', ...query] = (message.url ?? '').split('?');
    const fault = onRequest?.({ method: message.method ?? '', path, query: query.join('?'), n });
    if (fault?.action === 'destroy') {
      message.socket.destroy();
      return;
    }
    if (latencyMs > 0) await sleep(latencyMs);
    if (fault?.action === 'delay') await sleep(fault.ms);
    if (fault?.action === 'respond') {
      const { status, headers = {}, body = '' } = fault;
      await answer(target, `injected-${n}`, { status, headers, body });
      return;
    }
    await respond(context, message, target);
  };
}

async function respond(context: S3Context, message: IncomingMessage, target: ServerResponse): Promise<void> {
  if (!isRequestTarget(message.url ?? '')) return answer(target, randomUUID(), { status: 400 });
  let incoming: Incoming | undefined;
  let response: EmulatorResponse;
  try {
    incoming = readIncoming(message);
    response = await dispatch(context, incoming);
  } catch (error) {
    if (message.destroyed && !message.complete && !(error instanceof EmulatorError)) return;
    response = errorResponse(error, context.profile);
  }
  const { id } = incoming ?? { id: randomUUID() };
  await answer(target, id, incoming ? withCors(context, incoming, response) : response);
}

/** Characters that RustFS' HTTP library does not take in paths and queries. */
function isRequestTarget(url: string): boolean {
  const [path = '', ...query] = url.split('?');
  return !/[<>`#\s]/.test(path) && !/[<>"#\s]/.test(query.join('?'));
}

/** A client that goes away while it is being answered is its own business. */
async function answer(target: ServerResponse, id: string, response: EmulatorResponse): Promise<void> {
  if (target.headersSent) {
    target.destroy();
    return;
  }
  await sendResponse(target, id, response).catch(() => target.destroy());
}
