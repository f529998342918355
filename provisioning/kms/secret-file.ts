import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readPrivateFile, writeFileAtomic } from '../secrets/atomic-file.js';
import { type SecretStore, SecretStoreError, type StoreConnection } from '../secrets/secret-store.js';
import { keepServerSecret, newServerSecret, readServerSecret } from './secret.js';

export interface ServerSecretFileProps {
  /** File (0600), in a directory (0700) that is made if it is not there. */
  readonly file: string;
  readonly secrets: SecretStore;
  /** Entry of the secret store that keeps it too. */
  readonly entry: string;
  readonly connection: StoreConnection;
}

export interface ServerSecretFile {
  readonly file: string;
  /** Whether the secret is new: nobody had one. */
  readonly created: boolean;
}

/**
 * A secret of 32 bytes that RustFS needs, in Base64, in the file that the container takes it from: the one that is there, in the
 * file or in the store, else a new one.
 *
 * @throws {SecretStoreError} if file and store hold different ones: objects may need either.
 */
export async function writeServerSecretFile(props: ServerSecretFileProps): Promise<ServerSecretFile> {
  const release = await props.secrets.lock?.();
  try {
    return await settle(props);
  } finally {
    await release?.();
  }
}

async function settle({ file, secrets, entry, connection }: ServerSecretFileProps): Promise<ServerSecretFile> {
  const present = (await readPrivateFile(file))?.trim();
  if (present !== undefined && Buffer.from(present, 'base64').length !== 32) {
    throw new SecretStoreError(
      `${file} is no Base64 of 32 bytes: restore it, or delete it if the server has never run`,
    );
  }
  const stored = await readServerSecret(secrets, entry);
  if (present !== undefined && stored !== undefined && present !== stored) {
    throw new SecretStoreError(
      `${file} and entry ${entry} of ${secrets.description} differ: find out which one the server has, because objects that it encrypted need it, and delete the other one`,
    );
  }
  const secret = present ?? stored ?? newServerSecret();
  // The store first: a file that no store knows would be lost with this machine.
  if (stored === undefined) await keepServerSecret(secrets, entry, secret, connection);
  if (present === undefined) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileAtomic(file, `${secret}\n`, 0o600);
  }
  return { file, created: present === undefined && stored === undefined };
}
