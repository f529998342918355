import http from 'node:http';
import https from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import aws4 from 'aws4';
import { RustFsError } from './errors.js';
import { redactBody } from './redact.js';
import type { StoreConnection } from './secrets/secret-store.js';
import type { Trust } from './tls/trust.js';
import { isTransient, transportHint } from './transport-hint.js';
import { USER_AGENT } from './user-agent.js';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface WireRequest {
  readonly method: string;
  /** Path with every segment percent-encoded; `encodeKey` does that for an object key. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface SendOptions {
  /** For the whole answer, in milliseconds. @default - the wire's own */
  readonly timeoutMs?: number;
  /** Repeat on transport errors and on 502, 503 and 504. @default true */
  readonly retry?: boolean;
}

/** One request as it happened, for progress and debug output. */
export interface WireEvent {
  readonly method: string;
  readonly path: string;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly ms: number;
  readonly attempt: number;
  /** The same request as a curl command, without secrets. */
  readonly command: string;
}

/** Signed HTTP to one endpoint over kept-alive connections. */
export interface Wire {
  readonly endpoint: string;
  readonly region: string;
  /** How others reach it the same way. */
  readonly connection: StoreConnection;
  /** Of every TLS connection to it. */
  readonly tls: Pick<https.AgentOptions, 'ca' | 'cert' | 'key'>;
  send(request: WireRequest, credentials: Credentials | 'anonymous', options?: SendOptions): Promise<WireResponse>;
  /** How many requests went out, retries included. */
  requests(): number;
  close(): void;
}

export interface WireOptions {
  readonly endpoint: string;
  /** @default us-east-1 */
  readonly region?: string;
  /** For one request, in milliseconds. @default 15000 */
  readonly timeoutMs?: number;
  /** For an https endpoint. @default - the authorities of Node.js, no client certificate */
  readonly trust?: Trust;
  /** Address to connect to instead of resolving the endpoint's host name, which is still the `Host` of every request. */
  readonly address?: string;
  /** Most connections at a time. @default 128 */
  readonly connections?: number;
  readonly onRequest?: (event: WireEvent) => void;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const MAX_ATTEMPTS = 5;
const BACKOFF_BASE_MS = 100;
const BACKOFF_CAP_MS = 3_000;
const RETRIED_STATUSES = new Set([502, 503, 504]);

/** Percent-encodes as SigV4 wants it: everything but unreserved characters. */
export function encodeSegment(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** An object key as part of a path: slashes stay. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeSegment).join('/');
}

export function queryString(query: Readonly<Record<string, string>> | undefined): string {
  const pairs = Object.entries(query ?? {}).map(([name, value]) => `${encodeSegment(name)}=${encodeSegment(value)}`);
  return pairs.length > 0 ? `?${pairs.sort().join('&')}` : '';
}

interface Attempt {
  readonly url: URL;
  readonly agent: http.Agent;
  readonly region: string;
  readonly address: string | undefined;
  readonly timeoutMs: number;
}

function sendOnce(
  request: WireRequest,
  credentials: Credentials | 'anonymous',
  { url, agent, region, address, timeoutMs }: Attempt,
): Promise<WireResponse> {
  const body = request.body === undefined ? Buffer.alloc(0) : Buffer.from(request.body as string);
  const unsigned = {
    method: request.method,
    path: request.path + queryString(request.query),
    headers: {
      Host: url.host,
      'User-Agent': USER_AGENT,
      ...(body.length > 0 || request.method === 'PUT' || request.method === 'POST'
        ? { 'Content-Length': String(body.length) }
        : {}),
      ...request.headers,
    },
  };
  const signed =
    credentials === 'anonymous'
      ? unsigned
      : aws4.sign(
          {
            ...unsigned,
            service: 's3',
            region,
            body,
            extraHeadersToIgnore: { 'user-agent': true, 'content-length': true },
          } as aws4.Request,
          {
            accessKeyId: credentials.accessKeyId,
            secretAccessKey: credentials.secretAccessKey,
            ...(credentials.sessionToken ? { sessionToken: credentials.sessionToken } : {}),
          },
        );
  const transport = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    const options: http.RequestOptions = {
      hostname: (address ?? url.hostname).replace(/^\[|\]$/g, ''),
      port: url.port || undefined,
      method: request.method,
      path: unsigned.path,
      headers: signed.headers as http.OutgoingHttpHeaders,
      agent,
    };
    const outgoing = transport.request(options, (incoming) => {
      const chunks: Buffer[] = [];
      let length = 0;
      incoming.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > MAX_BODY_BYTES) outgoing.destroy(new Error(`answer longer than ${MAX_BODY_BYTES} bytes`));
        else chunks.push(chunk);
      });
      incoming.on('end', () => {
        clearTimeout(timer);
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers as Record<string, string>,
          body: Buffer.concat(chunks),
        });
      });
      incoming.on('error', fail);
    });
    const timer = setTimeout(
      () => outgoing.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })),
      timeoutMs,
    );
    function fail(error: Error) {
      clearTimeout(timer);
      reject(error);
    }
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

/** Exponential backoff with full jitter; a server's Retry-After is honoured up to the cap. */
function backoffMs(attempt: number, retryAfter: string | undefined): number {
  const asked = Number(retryAfter) * 1000;
  if (asked > 0) return Math.min(asked, BACKOFF_CAP_MS);
  return Math.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** attempt);
}

export function createWire(options: WireOptions): Wire {
  const url = new URL(options.endpoint);
  const endpoint = url.origin;
  const region = options.region ?? 'us-east-1';
  const settings = { keepAlive: true, maxSockets: options.connections ?? 128, scheduling: 'lifo' as const };
  const { ca, client } = options.trust ?? {};
  const tls = { ...(ca ? { ca: ca.pem } : {}), ...(client ? { cert: client.certificate, key: client.key } : {}) };
  const agent = url.protocol === 'https:' ? new https.Agent({ ...settings, ...tls }) : new http.Agent(settings);
  let requests = 0;

  async function attempt(
    request: WireRequest,
    credentials: Credentials | 'anonymous',
    timeoutMs: number,
    number: number,
  ): Promise<WireResponse | Error> {
    const start = performance.now();
    requests++;
    const { address } = options;
    const result = await sendOnce(request, credentials, { url, agent, region, address, timeoutMs }).catch(
      (error: Error) => error,
    );
    const status = result instanceof Error ? 0 : result.status;
    options.onRequest?.({
      method: request.method,
      path: request.path,
      status,
      ms: performance.now() - start,
      attempt: number,
      command: asCurl(request, endpoint, credentials === 'anonymous' ? 'anonymous' : 'signed'),
    });
    return result;
  }

  return {
    endpoint,
    region,
    connection: { endpoint, region, ...(ca ? { caFile: ca.file } : {}) },
    tls,
    requests: () => requests,
    close: () => agent.destroy(),
    async send(request, credentials, { timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS, retry = true } = {}) {
      for (let number = 1; ; number++) {
        const result = await attempt(request, credentials, timeoutMs, number);
        const failed = result instanceof Error;
        const last = !retry || number === MAX_ATTEMPTS;
        if (!failed && (last || !RETRIED_STATUSES.has(result.status))) return result;
        if (failed && (last || !isTransient(result))) {
          throw new RustFsError(
            `${request.method} ${request.path} failed: ${transportHint(result, endpoint, timeoutMs)}`,
            0,
            (result as NodeJS.ErrnoException).code ?? '',
            { cause: result },
          );
        }
        await sleep(backoffMs(number, failed ? undefined : result.headers['retry-after']));
      }
    },
  };
}

const shellQuote = (text: string) =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/**
 * The same request as a curl command, without secrets in its body; the credentials are read from the environment variables of the AWS CLI. RustFS wants the
 * header that curl does not send by itself, and for HEAD curl has to be told that no body follows (tried on a running 1.0.1).
 */
export function asCurl(request: WireRequest, endpoint: string, credentials: 'signed' | 'anonymous' = 'signed'): string {
  const method = request.method === 'HEAD' ? ['--head'] : ['-X', request.method];
  const signing =
    credentials === 'signed'
      ? [
          ...['--aws-sigv4', 'aws:amz:us-east-1:s3', '--user', '"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"'],
          ...['-H', shellQuote('x-amz-content-sha256: UNSIGNED-PAYLOAD')],
        ]
      : [];
  const headers = Object.entries(request.headers ?? {}).flatMap(([name, value]) => [
    '-H',
    shellQuote(`${name}: ${/-customer-key$/.test(name) ? '***' : value}`),
  ]);
  const body =
    request.body === undefined || request.body.length === 0
      ? []
      : ['--data-binary', shellQuote(redactBody(String(request.body)))];
  const url = shellQuote(`${endpoint}${request.path}${queryString(request.query)}`);
  return ['curl', '-sS', '-i', ...method, ...signing, ...headers, ...body, url].join(' ');
}
