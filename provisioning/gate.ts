import { setTimeout as sleep } from 'node:timers/promises';
import { jsonOf, refusal } from './client/response.js';
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
  /** OpenID providers that the server has to list. @default none */
  readonly oidc?: RequiredProviders;
}

export interface RequiredProviders {
  readonly ids: readonly string[];
  /** One that is not listed when the server is ready will not be: there is nothing to wait for. */
  readonly final: boolean;
}

const POLL_MS = 500;
const HEALTH = { method: 'GET', path: '/health/ready' } as const;
const LIST_PROVIDERS = { method: 'GET', path: '/rustfs/admin/v3/oidc/providers' } as const;
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

/** Providers that the server does not list: RustFS asks each once, at its start, and tells in its log alone why one failed. */
async function missingProviders(wire: Wire, { ids }: RequiredProviders): Promise<readonly string[]> {
  if (ids.length === 0) return [];
  const response = await wire.send(LIST_PROVIDERS, 'anonymous', { retry: false });
  if (response.status >= 500) return ids;
  const listed = jsonOf<readonly { readonly provider_id: string }[]>(LIST_PROVIDERS, response);
  return ids.filter((id) => !listed.some(({ provider_id }) => provider_id === id));
}

const absent = (ids: readonly string[]) =>
  `it does not list OIDC provider ${ids.join(', ')}: start the provider, see with "cdktf-rustfs oidc doctor" that it answers, then restart RustFS, which asks it at its start only (and on 1.0.1 needs its origin in RUSTFS_OUTBOUND_ALLOW_ORIGINS)`;

/**
 * Waits until RustFS takes requests: health first, then a signed ListBuckets, because beta.7 reports ready before S3 is
 * (reference: startup order); last, every declared OpenID provider has to be listed. Wrong credentials and foreign servers fail at once.
 */
export async function gate(
  wire: Wire,
  root: Credentials,
  { timeoutMs = 60_000, onWait, oidc = { ids: [], final: true } }: GateOptions = {},
): Promise<ServerIdentity> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await health(wire);
    let reason = typeof answer === 'string' ? answer : undefined;
    if (typeof answer !== 'string') {
      const response = await wire.send(LIST_BUCKETS, root, { retry: false });
      if (response.status !== 200 && response.status !== 503) throw refusal(LIST_BUCKETS, response);
      if (response.status === 200) {
        const missing = await missingProviders(wire, oidc);
        if (missing.length === 0) return answer;
        reason = absent(missing);
        if (oidc.final) throw new ProvisioningError(`RustFS at ${wire.endpoint} is ready, but ${reason}`);
      } else reason = 'S3 requests are answered with 503';
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
