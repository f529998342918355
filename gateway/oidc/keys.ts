import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JWK } from 'oidc-provider';
import { GatewayConfigError } from '../config/error.js';
import { readState, writeState } from './state-file.js';

interface StoredKey {
  readonly jwk: JWK;
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** When the next key took over. */
  readonly retiredAt?: number;
}

export interface KeyFile {
  /** The first signs. */
  readonly keys: readonly StoredKey[];
  /** Signs the cookies of the login. */
  readonly cookieSecret: string;
}

export interface Keys {
  /** Private keys as the provider wants them; the first signs, the others are only published. */
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly cookieSecret: string;
  /** Unix time in seconds when something has to change: a new key, or an old one that is published no longer. */
  readonly nextChange: number;
}

export interface KeyPolicy {
  readonly rotationSeconds: number;
  /** How long a token may be good after its key was retired. */
  readonly publishSeconds: number;
}

const BITS = 2048;

/** RS256, because that is what every verifier takes. */
function newKey(now: number): StoredKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: BITS });
  const kid = randomBytes(12).toString('base64url');
  return { jwk: { ...privateKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } as JWK, createdAt: now };
}

const newCookieSecret = (): KeyFile => ({ keys: [], cookieSecret: randomBytes(32).toString('base64url') });

/** Keys of a new provider, for a file that is made before it starts. */
export function newKeyFile(now: number): KeyFile {
  return { ...newCookieSecret(), keys: [newKey(now)] };
}

/** @throws GatewayConfigError */
export function readKeyFile(path: string): KeyFile {
  try {
    const { keys, cookieSecret } = JSON.parse(readFileSync(path, 'utf8')) as KeyFile;
    if (keys.length > 0 && typeof cookieSecret === 'string') return { keys, cookieSecret };
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code;
    if (reason !== undefined) throw new GatewayConfigError(`oidc.keys_file: cannot read ${path} (${reason})`);
  }
  throw new GatewayConfigError(
    `oidc.keys_file: ${path} holds no keys: expected a file that cdktf-rustfs gateway-secrets made`,
  );
}

function rotated({ keys, cookieSecret }: KeyFile, policy: KeyPolicy, now: number): KeyFile {
  const [current, ...old] = keys;
  const kept = old.filter(({ retiredAt = 0 }) => retiredAt + policy.publishSeconds > now);
  if (current !== undefined && current.createdAt + policy.rotationSeconds > now)
    return { keys: [current, ...kept], cookieSecret };
  const retired = current === undefined ? [] : [{ ...current, retiredAt: now }];
  return { keys: [newKey(now), ...retired, ...kept], cookieSecret };
}

/**
 * Keys of the provider as they have to be now, and written down so.
 * @param stateDir without one, the keys end with the process
 * @param before keys of an earlier moment, for where `stateDir` has none
 * @throws GatewayConfigError if the file cannot be read or written
 */
export function currentKeys(
  stateDir: string | undefined,
  policy: KeyPolicy,
  now: number,
  before?: KeyFile,
): Keys & { readonly file: KeyFile } {
  const path = stateDir === undefined ? undefined : join(stateDir, 'keys.json');
  const stored = path === undefined ? undefined : readState<KeyFile>(path);
  const file = rotated(stored ?? before ?? newCookieSecret(), policy, now);
  if (path !== undefined && JSON.stringify(file) !== JSON.stringify(stored)) writeState(path, file);
  const [current] = file.keys;
  const changes = [
    (current?.createdAt ?? 0) + policy.rotationSeconds,
    ...file.keys.flatMap(({ retiredAt }) => (retiredAt === undefined ? [] : [retiredAt + policy.publishSeconds])),
  ];
  return {
    jwks: { keys: file.keys.map(({ jwk }) => jwk) },
    cookieSecret: file.cookieSecret,
    nextChange: Math.min(...changes),
    file,
  };
}
