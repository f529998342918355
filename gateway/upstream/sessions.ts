import { LRUCache } from 'lru-cache';
import type { GatewayCore } from '../core.js';
import { Refusal } from '../http/refusal.js';
import { callUpstream } from './call.js';
import type { S3AccessKey } from './resign.js';

/** Shortest and longest session of RustFS 1.0.1, in seconds. */
export const SESSION_SECONDS = { min: 900, max: 43_200 } as const;

/** Whose session, and what for. */
export interface SessionRequest {
  /** Whoever has the same shares a session. */
  readonly key: string;
  /** RustFS user that the session is assumed from; asked for each session, so that a rotated secret is taken up. */
  readonly user: () => S3AccessKey;
  readonly seconds: number;
  /** Narrows the session. @default - all that the user may do */
  readonly policy?: object;
}

/** A short-lived RustFS credential. */
export interface UpstreamSession extends Required<S3AccessKey> {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Sessions by AssumeRole, remembered until they are about to end. */
export interface Sessions {
  /** @throws Refusal 502 */
  session(request: SessionRequest): Promise<UpstreamSession>;
  /** Drops a session that RustFS no longer knows. */
  forget(key: string): void;
}

const REMEMBERED = 10_000;
/** The AWS SDKs ask for another session five minutes before the end of theirs. */
const LEAST_LEFT_MS = 300_000;

/** A session is replaced when a quarter of its time is left, at least five minutes. */
const usableMs = (lifeMs: number) => lifeMs - Math.max(LEAST_LEFT_MS, lifeMs / 4);

/** @param feature in whose name failures are logged */
export function upstreamSessions(
  { pool, log }: Pick<GatewayCore, 'pool' | 'log'>,
  { feature, region }: { readonly feature: string; readonly region: string },
): Sessions {
  const cache = new LRUCache<string, UpstreamSession>({ max: REMEMBERED });
  const asking = new Map<string, Promise<UpstreamSession>>();

  async function assume({ key, user, seconds, policy }: SessionRequest): Promise<UpstreamSession> {
    const form = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      DurationSeconds: String(seconds),
      ...(policy && { Policy: JSON.stringify(policy) }),
    });
    const call = { method: 'POST', path: '/', service: 'sts', region, credential: user(), body: `${form}` } as const;
    const { status, body } = await callUpstream(pool, call);
    const session = status === 200 ? readSession(body) : undefined;
    if (session === undefined) {
      const error = `RustFS gave no session (${status} ${element(body, 'Code')})`;
      log.write(feature, { call: 'assume-role', error });
      throw new Refusal(502, 'BadGateway', 'the storage server gave the gateway no session');
    }
    // What was asked for, or what RustFS made of it: its clock may differ from this one.
    const ttl = usableMs(Math.min(seconds * 1000, session.expiresAt - Date.now()));
    if (ttl > 0) cache.set(key, session, { ttl });
    return session;
  }

  return {
    async session(request) {
      const { key } = request;
      const known = cache.get(key) ?? asking.get(key);
      if (known !== undefined) return known;
      const started = assume(request).finally(() => asking.delete(key));
      asking.set(key, started);
      return started;
    },
    forget(key) {
      cache.delete(key);
    },
  };
}

function readSession(xml: string): UpstreamSession | undefined {
  const [accessKey, secretKey, sessionToken, expiration] = [
    ...['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'],
  ].map((name) => element(xml, name));
  const expiresAt = Date.parse(expiration ?? '');
  if (!accessKey || !secretKey || !sessionToken || Number.isNaN(expiresAt)) return undefined;
  return { accessKey, secretKey, sessionToken, expiresAt };
}

/** Text of the first such element; keys and tokens hold nothing that XML escapes. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
}
