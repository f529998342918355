import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { KMS_LOCAL_ENTRY, type ManifestKms } from '../../manifest/index.js';
import type { KmsState } from '../client/kms.js';
import { ProvisioningError } from '../errors.js';
import type { SecretStore, StoreConnection } from '../secrets/secret-store.js';

/** Key id of entries that hold no access key. */
export const NO_KEY_ID = 'not-an-access-key';

/** A secret of the server from the secret store; `undefined`: there is none. */
export async function readServerSecret(store: SecretStore, entry: string): Promise<string | undefined> {
  return (await store.read(entry))?.current.secretAccessKey;
}

/** Keeps a secret of the server. It stays `pending`, so that no store shows it to applications. */
export async function keepServerSecret(
  store: SecretStore,
  entry: string,
  secret: string,
  connection: StoreConnection,
): Promise<void> {
  const createdAt = new Date().toISOString();
  const current = { accessKeyId: NO_KEY_ID, secretAccessKey: secret, createdAt, state: 'pending' as const };
  await store.write(entry, { current }, connection);
}

/** 32 random bytes in Base64. */
export const newServerSecret = () => randomBytes(32).toString('base64');

export interface BackendSecretOptions {
  readonly store: SecretStore;
  readonly connection: StoreConnection;
  /** A local KMS takes its master key once, and refuses it the next time, even the same (1.0.1). */
  readonly masterKeyOnce: boolean;
  /** Where relative file names start. @default - the working directory */
  readonly projectDir?: string;
}

/** Token, AppRole secret id or master key to configure a backend with; `undefined`: the server has it, or never had one. */
export async function backendSecret(
  { backend }: ManifestKms,
  state: KmsState,
  options: BackendSecretOptions,
): Promise<string | undefined> {
  if (backend.type === 'local') return localMasterKey(state, options);
  const [file, what] =
    backend.auth.method === 'token'
      ? [backend.auth.tokenFile, 'Vault token']
      : [backend.auth.secretIdFile, 'AppRole secret id'];
  return readSecretFile(resolve(options.projectDir ?? process.cwd(), file), file, what);
}

function readSecretFile(path: string, shown: string, what: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ProvisioningError(`cannot read the ${what} from ${shown} (${code}): write it there, with mode 0600`, {
      cause,
    });
  }
  if (text === '') throw new ProvisioningError(`${shown} is empty: expected the ${what}`);
  return text;
}

async function localMasterKey(
  { backend }: KmsState,
  { store, connection, masterKeyOnce }: BackendSecretOptions,
): Promise<string | undefined> {
  const isLocal = backend?.backend_type === 'local';
  // Keys that lie there unencrypted stay so: nobody knows what another master key would do to them.
  if (isLocal && (masterKeyOnce || backend.has_master_key === false)) return undefined;
  const known = await readServerSecret(store, KMS_LOCAL_ENTRY);
  if (known !== undefined) return known;
  if (isLocal) {
    throw new ProvisioningError(
      `${store.description} has no entry ${KMS_LOCAL_ENTRY}, the master key of the KMS that is configured: restore the entry, because without it every key would be lost`,
    );
  }
  const secret = newServerSecret();
  // Before the server has it, so that it is never lost.
  await keepServerSecret(store, KMS_LOCAL_ENTRY, secret, connection);
  return secret;
}
