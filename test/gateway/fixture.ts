import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type Emulator, type SeenRequest, startEmulator } from '../../emulator/index.js';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { staticConfigSchema } from '../../gateway/config/static.js';
import { type Gateway, type RouteFactory, startGateway } from '../../gateway/index.js';
import { createLog, type Log } from '../../gateway/observe/log.js';

export const ROOT = { accessKey: 'gatewayroot', secretKey: 'gatewayroot-secret' };
export const S3_HOST = 's3.test';
/** A host of the gateway's own. */
export const OWN_HOST = 'gw.test';

const cleanups: (() => Promise<unknown>)[] = [];

/** Done after the test, in reverse order. */
export function afterwards(cleanup: () => Promise<unknown> | unknown): void {
  cleanups.push(async () => cleanup());
}

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export async function scratch(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-gateway-'));
  afterwards(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A stand-in for RustFS, and every request that reached it. */
export async function emulator(): Promise<Emulator & { readonly seen: SeenRequest[] }> {
  const seen: SeenRequest[] = [];
  const started = await startEmulator({
    ...ROOT,
    onRequest(request) {
      seen.push(request);
      return undefined;
    },
  });
  afterwards(() => started.close());
  return { ...started, seen };
}

export interface LogLine {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface TestGateway extends Gateway {
  readonly port: number;
  readonly lines: LogLine[];
  /** Everything logged, as text. */
  logged(): string;
}

/** A gateway on a free port. @param settings static configuration; upstream, addresses and hosts have defaults */
export async function gateway(
  upstream: string,
  settings: Record<string, unknown> = {},
  routes: readonly RouteFactory[] = [],
): Promise<TestGateway> {
  const { s3, ...others } = settings as { s3?: object };
  const config = staticConfigSchema.parse({
    listen_addr: '127.0.0.1:0',
    tls_identity: { type: 'none' },
    ...others,
    s3: { upstream, virtual_hosts: [S3_HOST], bucket_subdomains: true, ...s3 },
  });
  const captured = capturingLog();
  const started = await startGateway({ config, version: 'test', routes, log: captured.log });
  afterwards(() => started.close());
  return { ...started, port: Number(new URL(started.url).port), lines: captured.lines, logged: captured.text };
}

function capturingLog(): { log: Log; lines: LogLine[]; text: () => string } {
  const lines: LogLine[] = [];
  const log = createLog({ write() {}, reopen() {}, close() {} });
  return {
    lines,
    text: () => JSON.stringify(lines),
    log: {
      ...log,
      write(type, fields) {
        lines.push({ type, ...fields });
      },
    },
  };
}

/** Settings of `/s3/*`, with keys for the given scopes. */
export async function bearerSettings(
  scopes: readonly string[],
  options: { readonly exposeAdmin?: boolean; readonly rateLimits?: object } = {},
): Promise<{ readonly token: string; readonly directory: string; readonly settings: Record<string, unknown> }> {
  const directory = await scratch();
  const at = (name: string) => join(directory, name);
  const key = createApiKey({ scopes: [...scopes], description: 'test' });
  await writeFile(at('access-key'), `${ROOT.accessKey}\n`);
  await writeFile(at('secret-key'), `${ROOT.secretKey}\n`);
  await writeFile(
    at('dynamic.json'),
    JSON.stringify({ auth: { api_keys: [key.entry] }, rate_limits: options.rateLimits ?? {} }),
  );
  return {
    token: key.token,
    directory,
    settings: {
      dynamic_config: at('dynamic.json'),
      s3: {
        prefix: {
          credential: { access_key_file: at('access-key'), secret_key_file: at('secret-key') },
          expose_admin: options.exposeAdmin ?? false,
        },
      },
    },
  };
}

export interface RawAnswer {
  /** 0 if the connection was closed without an answer. */
  readonly status: number;
  /** Head and body, as they came. */
  readonly text: string;
}

/** What may pass between two pieces of an answer. */
const PAUSE_MS = 500;

/** Sends bytes as they are and reads until the connection ends, or stays silent. @param silentMs wait for the first byte */
export function raw(port: number, bytes: string | Buffer, silentMs = 4000): Promise<RawAnswer> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes),
    );
    socket.setTimeout(silentMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      socket.setTimeout(PAUSE_MS);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve({ status: Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0), text }));
  });
}

/** A request without body that asks for the connection to be closed. */
export function request(target: string, host: string, method = 'GET', headers: readonly string[] = []): string {
  return [`${method} ${target} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...headers, '', ''].join('\r\n');
}

export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
