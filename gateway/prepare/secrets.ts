import { randomBytes } from 'node:crypto';
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { createToken } from '../auth/api-key.js';
import { tokenHash } from '../auth/identity.js';
import { apiKeySchema, dynamicConfigSchema } from '../config/dynamic.js';
import { GatewayConfigError } from '../config/error.js';
import { parseConfig, readSecretFile } from '../config/load.js';
import { newKeyFile } from '../oidc/keys.js';
import { writeState } from '../oidc/state-file.js';

const fileName = z.string().regex(/^[A-Za-z0-9_-][A-Za-z0-9_.-]*$/, 'expected letters, digits, "_", "-" and "."');

/** What a gateway needs beside its configuration, before it starts. Contains no secret. */
export const gatewaySecretsSchema = z.strictObject({
  /** Relative to the project directory. */
  directory: z.string().min(1),
  /** API keys whose token is made: kept in `api-keys/<name>`, and known to the gateway by its hash. */
  api_keys: z.array(apiKeySchema.omit({ hash: true }).extend({ name: fileName })).default([]),
  /** The rest of the dynamic configuration, which goes to `dynamic.json` with those keys. */
  dynamic: dynamicConfigSchema.prefault({}),
  /** Makes `oidc-keys.json`. */
  oidc_keys: z.boolean().default(false),
  /** Makes `webhook-token`. */
  webhook_token: z.boolean().default(false),
  /** RustFS users that get the secret in `users/<name>`. */
  users: z.array(fileName).default([]),
});

export type GatewaySecrets = z.output<typeof gatewaySecretsSchema>;

/** Where things are in the directory. */
export const SECRET_FILES = {
  dynamic: 'dynamic.json',
  oidcKeys: 'oidc-keys.json',
  webhookToken: 'webhook-token',
  apiKey: (name: string) => `api-keys/${name}`,
  user: (name: string) => `users/${name}`,
} as const;

const reason = (cause: unknown) => (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;

/** @throws GatewayConfigError */
export function readGatewaySecrets(path: string): GatewaySecrets {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new GatewayConfigError(
      `cannot read ${path} (${reason(cause)}): cdktf synth writes it for a stack whose gateway needs secrets`,
    );
  }
  return parseConfig(gatewaySecretsSchema, text, path);
}

/**
 * Makes what is missing; what is there stays. Whoever is interrupted, or does it at the same time, finds whole files.
 * @returns the files that are new
 * @throws GatewayConfigError if a file is not what it should be, or others can read it
 */
export function makeGatewaySecrets(wanted: GatewaySecrets): readonly string[] {
  const made: string[] = [];
  const path = (name: string) => join(wanted.directory, name);
  /** Content of a file that is made if it is not there. */
  const kept = (name: string, make: () => string): string => {
    if (createFile(path(name), make)) made.push(path(name));
    checkPrivate(path(name));
    return readSecretFile(path(name), name);
  };
  const keys = wanted.api_keys.map(({ name, ...key }) => {
    const token = kept(SECRET_FILES.apiKey(name), () => createToken(key.prefix));
    if (!token.startsWith(key.prefix))
      throw new GatewayConfigError(
        `${path(SECRET_FILES.apiKey(name))} is no token of ${name}, which begins with ${key.prefix}: delete it, and a new one is made`,
      );
    return { ...key, hash: tokenHash(token) };
  });
  if (wanted.oidc_keys) kept(SECRET_FILES.oidcKeys, () => JSON.stringify(newKeyFile(Math.floor(Date.now() / 1000))));
  if (wanted.webhook_token) kept(SECRET_FILES.webhookToken, () => randomBytes(32).toString('base64url'));
  // RustFS takes secrets of 8 to 40 characters.
  for (const user of wanted.users) kept(SECRET_FILES.user(user), () => randomBytes(30).toString('base64url'));
  if (keys.length > 0) {
    const { auth, rate_limits } = wanted.dynamic;
    const dynamic = { auth: { ...auth, api_keys: [...auth.api_keys, ...keys] }, rate_limits };
    writeState(path(SECRET_FILES.dynamic), dynamic, 'dynamic_config');
  }
  return made;
}

/** Creates the file at once with its content. @returns whether it did: somebody may have been first */
function createFile(path: string, make: () => string): boolean {
  const temporary = `${path}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (statSync(path, { throwIfNoEntry: false })) return false;
    writeFileSync(temporary, `${make()}\n`, { mode: 0o600 });
    chmodSync(temporary, 0o600);
    linkSync(temporary, path);
    return true;
  } catch (cause) {
    if (reason(cause) === 'EEXIST') return false;
    throw new GatewayConfigError(`cannot create ${path} (${reason(cause)})`);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function checkPrivate(path: string): void {
  if ((statSync(path).mode & 0o077) !== 0 && process.platform !== 'win32')
    throw new GatewayConfigError(`others may read ${path}: run chmod 600 on it, and replace it if somebody could have`);
}
