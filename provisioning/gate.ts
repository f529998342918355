import { setTimeout as sleep } from 'node:timers/promises';
import { refusal } from './client/response.js';
import { ProvisioningError, RustFsError } from './errors.js';
import type { Credentials, Wire } from './wire.js';

export interface ServerIdentity {
  readonly version: string;
  readonly emulated: boolean;
}

export interface GateOptions {
  /** How long to wait for readiness, in milliseconds. @default 60000 */
  readonly timeoutMs?: number;
  readonly onWait?: (reason: string) => void;
}

const POLL_MS = 500;
const HEALTH = { method: 'GET', path: '/health/ready' } as const;
const LIST_BUCKETS = { method: 'GET', path: '/' } as const;

/** Why the server is not ready, or who it is. */
async function health(wire: Wire): Promise<ServerIdentity | string> {
  const response = await wire.send(HEALTH, 'anonymous', { retry: false });
  if (response.status === 503) return 'its health check says 503';
  if (response.status !== 200) throw refusal(HEALTH, response);
  let version: unknown;
  try {
    ({ version } = JSON.parse(response.body.toString('utf8')) as { version?: unknown });
  } catch {
    version = undefined;
  }
  if (typeof version !== 'string') {
    throw new RustFsError(
      `GET /health/ready at ${wire.endpoint} did not answer like RustFS: is this the S3 port of RustFS?`,
      200,
      '',
    );
  }
  return { version, emulated: 'x-emulated-by' in response.headers };
}

/**
 * Waits until RustFS takes requests: health first, then a signed ListBuckets, because beta.7 reports ready before S3 is
 * (reference: startup order). Wrong credentials and foreign servers fail at once.
 */
export async function gate(
  wire: Wire,
  root: Credentials,
  { timeoutMs = 60_000, onWait }: GateOptions = {},
): Promise<ServerIdentity> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await health(wire);
    let reason = typeof answer === 'string' ? answer : undefined;
    if (typeof answer !== 'string') {
      const response = await wire.send(LIST_BUCKETS, root, { retry: false });
      if (response.status === 200) return answer;
      if (response.status !== 503) throw refusal(LIST_BUCKETS, response);
      reason = 'S3 requests are answered with 503';
    }
    if (performance.now() >= deadline) {
      throw new ProvisioningError(
        `RustFS at ${wire.endpoint} was not ready within ${timeoutMs / 1000} s: ${reason}; look at its log`,
      );
    }
    onWait?.(reason ?? '');
    await sleep(POLL_MS);
  }
}
