import { setTimeout as sleep } from 'node:timers/promises';
import type { EventTargetConfig } from './config.js';

const PROBE_MS = 5_000;
const DELIVERY_MS = 30_000;
const MOST_QUEUED = 10_000;
const MOST_ATTEMPTS = 50;
const PAUSES_MS = [100, 300, 1_000];

export interface Health {
  readonly online: boolean;
  readonly state: 'online' | 'offline' | 'error';
  readonly reason: string;
}

/** One webhook that deliveries go to, in order. */
export interface Webhook {
  health(): Promise<Health>;
  deliver(body: object): void;
  close(): Promise<void>;
}

/** RustFS sends one word as a bearer token, two as they are (source: targets webhook.rs). */
function authorization(token: string): Readonly<Record<string, string>> {
  if (token === '') return {};
  return { authorization: /\s/.test(token.trim()) ? token : `Bearer ${token}` };
}

/**
 * Any answer to `HEAD /` means online. Without a queue directory an event is sent once; with one it is tried again until the webhook
 * takes it, up to 50 times. Unlike with RustFS the queue does not survive the process.
 */
export function webhook({ settings }: EventTargetConfig): Webhook {
  const { endpoint = '', auth_token: token = '', queue_dir: queueDir = '' } = settings;
  const queue: string[] = [];
  const stopped = new AbortController();
  let working: Promise<void> | undefined;

  async function post(body: string): Promise<boolean> {
    const signal = AbortSignal.any([stopped.signal, AbortSignal.timeout(DELIVERY_MS)]);
    const headers = { 'content-type': 'application/json', ...authorization(token) };
    const response = await fetch(endpoint, { method: 'POST', body, headers, redirect: 'manual', signal }).catch(
      () => undefined,
    );
    await response?.body?.cancel();
    return response?.ok ?? false;
  }

  async function work(): Promise<void> {
    for (let body = queue[0]; body !== undefined && !stopped.signal.aborted; body = queue[0]) {
      const attempts = queueDir === '' ? 1 : MOST_ATTEMPTS;
      for (let attempt = 0; attempt < attempts && !(await post(body)); attempt++) {
        const pause = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
        await sleep(pause, undefined, { signal: stopped.signal, ref: false }).catch(() => undefined);
        if (stopped.signal.aborted) return;
      }
      queue.shift();
    }
    working = undefined;
  }

  return {
    async health() {
      const url = new URL('/', endpoint);
      try {
        await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(PROBE_MS) });
        return { online: true, state: 'online', reason: 'reachable' };
      } catch (error) {
        const { code } = ((error as Error).cause ?? {}) as { readonly code?: string };
        const reason = code === 'ECONNREFUSED' ? 'connection_refused' : 'unreachable';
        return { online: false, state: 'error', reason };
      }
    },
    deliver(body) {
      if (queue.length >= MOST_QUEUED) return;
      queue.push(JSON.stringify(body));
      working ??= work();
    },
    async close() {
      stopped.abort();
      await working;
    },
  };
}
