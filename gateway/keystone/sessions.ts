import { LRUCache } from 'lru-cache';
import { readSecretFile } from '../config/load.js';
import type { GatewayCore } from '../core.js';
import { Refusal } from '../http/refusal.js';
import type { S3AccessKey } from '../upstream/resign.js';
import type { KeystoneConfig } from './config.js';
import { sessionPolicy } from './roles.js';
import { callUpstream } from './upstream-call.js';

/** What decides the rights of a session; whoever has the same, shares one. */
export interface SessionScope {
  readonly bucketPrefix: string;
  readonly actions: readonly string[];
}

/** Short-lived RustFS credentials, one for each project and set of actions. They never leave the gateway. */
export interface Sessions {
  /** @throws Refusal 502 */
  credential(scope: SessionScope): Promise<S3AccessKey>;
  /** Drops a credential that RustFS no longer knows. */
  forget(scope: SessionScope): void;
}

const REMEMBERED = 10_000;
/** A session is replaced when less than this part of its life is left. */
const RENEWED_PART = 0.2;

export function sessions({ pool, log }: Pick<GatewayCore, 'pool' | 'log'>, config: KeystoneConfig): Sessions {
  const cache = new LRUCache<string, S3AccessKey>({ max: REMEMBERED });
  const asking = new Map<string, Promise<S3AccessKey>>();
  const keyOf = ({ bucketPrefix, actions }: SessionScope) => `${bucketPrefix} ${actions.join(',')}`;
  readGatewayKey(config); // a missing file shall stop the start, not the first request

  async function assume(key: string, { bucketPrefix, actions }: SessionScope): Promise<S3AccessKey> {
    const form = new URLSearchParams({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      DurationSeconds: String(config.session_secs),
      Policy: JSON.stringify(sessionPolicy(actions, bucketPrefix)),
    });
    const { region } = config;
    const credential = readGatewayKey(config);
    const call = { method: 'POST', path: '/', service: 'sts', region, credential, body: form.toString() } as const;
    const { status, body } = await callUpstream(pool, call);
    const session = status === 200 ? readSession(body) : undefined;
    if (session === undefined) {
      log.write('keystone', {
        call: 'assume-role',
        error: `RustFS gave no session (${status} ${element(body, 'Code')})`,
      });
      throw new Refusal(502, 'BadGateway', 'the storage server gave the gateway no session');
    }
    // What was asked for, or what RustFS made of it: its clock may differ from this one.
    const life = Math.min(config.session_secs * 1000, session.expiresAt - Date.now());
    if (life > 0) cache.set(key, session.key, { ttl: life * (1 - RENEWED_PART) });
    return session.key;
  }

  return {
    async credential(scope) {
      const key = keyOf(scope);
      const known = cache.get(key) ?? asking.get(key);
      if (known !== undefined) return known;
      const started = assume(key, scope).finally(() => asking.delete(key));
      asking.set(key, started);
      return started;
    },
    forget(scope) {
      cache.delete(keyOf(scope));
    },
  };
}

/** Read anew for each session, so that a rotated key is taken up. @throws GatewayConfigError */
function readGatewayKey({ credential }: KeystoneConfig): S3AccessKey {
  return {
    accessKey: readSecretFile(credential.access_key_file, 'keystone.credential.access_key_file'),
    secretKey: readSecretFile(credential.secret_key_file, 'keystone.credential.secret_key_file'),
  };
}

function readSession(xml: string): { readonly key: S3AccessKey; readonly expiresAt: number } | undefined {
  const [accessKey, secretKey, sessionToken, expiration] = [
    ...['AccessKeyId', 'SecretAccessKey', 'SessionToken', 'Expiration'],
  ].map((name) => element(xml, name));
  const expiresAt = Date.parse(expiration ?? '');
  if (!accessKey || !secretKey || !sessionToken || Number.isNaN(expiresAt)) return undefined;
  return { key: { accessKey, secretKey, sessionToken }, expiresAt };
}

/** Text of the first such element; keys and tokens hold nothing that XML escapes. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]+)</${name}>`).exec(xml)?.[1];
}
