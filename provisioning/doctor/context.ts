import { connect } from 'node:net';
import { errorCode, jsonOf } from '../client/response.js';
import { createWire, type WireResponse } from '../wire.js';
import { type DoctorContext, type DoctorOptions, NotChecked, type TimedResponse } from './model.js';

const CONNECT_MS = 3_000;

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= work();
    return result;
  };
}

export const portOf = ({ port, protocol }: URL) => Number(port || (protocol === 'https:' ? 443 : 80));
/** As `connect` wants it: an IPv6 address without brackets. */
export const hostOf = ({ hostname }: URL) => hostname.replace(/^\[|\]$/g, '');

/** Opens a TCP connection and closes it. Rejects with the system's error. */
export function tryPort(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_MS });
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })));
    socket.once('error', reject);
  });
}

function healthBody({ status, body }: WireResponse): Readonly<Record<string, unknown>> | undefined {
  if (status !== 200 && status !== 503) return undefined;
  try {
    const json = JSON.parse(body.toString('utf8')) as Readonly<Record<string, unknown>>;
    return json.service === 'rustfs-endpoint' && typeof json.version === 'string' ? json : undefined;
  } catch {
    return undefined;
  }
}

export function createContext(options: DoctorOptions): DoctorContext {
  const url = new URL(options.endpoint);
  const { region } = options.manifest.server;
  const trust = options.trust === undefined ? {} : { trust: options.trust };
  const wire = createWire({
    endpoint: options.endpoint,
    region,
    timeoutMs: 5_000,
    ...trust,
  });
  const reached = once(() =>
    tryPort(hostOf(url), portOf(url)).catch(() => {
      throw new NotChecked(`nothing can be reached at ${wire.endpoint}`);
    }),
  );
  const health = once(async (): Promise<TimedResponse> => {
    await reached();
    const sentAt = Date.now();
    try {
      const response = await wire.send({ method: 'GET', path: '/health/ready' }, 'anonymous', { retry: false });
      return { response, sentAt, receivedAt: Date.now() };
    } catch (error) {
      const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
      throw new NotChecked(`${wire.endpoint} gives no usable answer (${code ?? message})`);
    }
  });
  const rustfs = once(async () => {
    const body = healthBody((await health()).response);
    if (body === undefined) throw new NotChecked(`what answers at ${wire.endpoint} is not RustFS`);
    return body;
  });
  const root = once(() =>
    options.findRoot().catch(() => {
      throw new NotChecked('there are no root credentials');
    }),
  );
  const listBuckets = once(async () => {
    await rustfs();
    return wire.send({ method: 'GET', path: '/' }, await root(), { retry: false });
  });
  return {
    ...options,
    url,
    wire,
    reached,
    health,
    rustfs,
    root,
    listBuckets,
    async ask(endpoint) {
      const other = createWire({
        endpoint,
        region,
        timeoutMs: 5_000,
        ...trust,
      });
      try {
        return await other.send({ method: 'GET', path: '/' }, await root(), { retry: false });
      } catch (error) {
        throw new NotChecked((error as Error).message);
      } finally {
        other.close();
      }
    },
    async admin<T>(path: string) {
      const list = await listBuckets();
      if (list.status !== 200 && list.status !== 503)
        throw new NotChecked(`signed requests are refused (${`HTTP ${list.status} ${errorCode(list)}`.trim()})`);
      const request = { method: 'GET', path: `/rustfs/admin/v3${path}` };
      const response = await wire.send(request, await root(), { retry: false });
      if (response.status === 200) return jsonOf<T>(request, response);
      throw new NotChecked(`GET ${request.path} was answered with HTTP ${response.status}`);
    },
  };
}
