import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { JWK } from 'oidc-provider';
import { readState, writeState } from './state-file.js';

interface StoredKey {
  readonly jwk: JWK;
  /** Unix time in seconds. */
  readonly createdAt: number;
  /** When the next key took over. */
  readonly retiredAt?: number;
}

interface KeyFile {
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
 * @param stateDir without one, the keys live in `memory`
 * @throws GatewayConfigError if the file cannot be read or written
 */
export function currentKeys(
  stateDir: string | undefined,
  policy: KeyPolicy,
  now: number,
  memory?: KeyFile,
): Keys & { readonly file: KeyFile } {
  const path = stateDir === undefined ? undefined : join(stateDir, 'keys.json');
  const stored = (path === undefined ? memory : readState<KeyFile>(path)) ?? {
    keys: [],
    cookieSecret: randomBytes(32).toString('base64url'),
  };
  const file = rotated(stored, policy, now);
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
