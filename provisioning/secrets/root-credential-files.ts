import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ROOT_ENTRY } from '../../manifest/index.js';
import { errorCode, modeOf, readPrivateFile, writeFileAtomic } from './atomic-file.js';
import { generateKeyPair, type KeyPair } from './generate-key.js';
import { type SecretStore, SecretStoreError, type StoreConnection } from './secret-store.js';

export interface RootCredentialFilesProps {
  /** Directory (0700) of the files `access-key` and `secret-key` (0600). */
  readonly directory: string;
  /**
   * Keeps the credentials too, so that a checkout without the files gets them back from, say, a SOPS file.
   *
   * @default - only the files
   */
  readonly store?: {
    readonly secrets: SecretStore;
    /** @default rustfs-root */
    readonly entry?: string;
    readonly connection: StoreConnection;
  };
}

export interface RootCredentialFilesResult {
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
  /** Whether the credentials are new: nobody had any. */
  readonly created: boolean;
}

/**
 * Root credentials of a new server, in files, as the RustFS container takes them. The access key is random too: with
 * OIDC, whoever signs in under the name of a guessable root access key is the owner (RustFS source: crates/iam, 1.0.0-beta.7).
 *
 * Both files appear at once or not at all: whoever makes them second, or again after a crash, finds a pair.
 *
 * @throws {SecretStoreError} if only one file is there, or the store has others: either may belong to a running server.
 */
export async function writeRootCredentialFiles(props: RootCredentialFilesProps): Promise<RootCredentialFilesResult> {
  const { directory } = props;
  const files = { accessKeyFile: join(directory, 'access-key'), secretKeyFile: join(directory, 'secret-key') };
  const present = await readPair(files);
  const stored = await readStored(props);
  if (present !== undefined && stored !== undefined) {
    // While the root secret is rotated, the file may already hold the new one.
    const secrets = [stored.secretAccessKey, stored.nextSecret];
    const same = present.accessKeyId === stored.accessKeyId && secrets.includes(present.secretAccessKey);
    if (same) return { ...files, created: false };
    throw new SecretStoreError(
      `${directory} and ${stored.where} hold different root credentials: find out which the server has, and delete the other ones`,
    );
  }
  if (present !== undefined) {
    await keep(props, present);
    return { ...files, created: false };
  }
  const pair = stored ?? generateKeyPair();
  // The store first: files that no store knows would be lost with this machine.
  if (stored === undefined) await keep(props, pair);
  const winner = await createPair(directory, files, pair);
  return { ...files, created: stored === undefined && winner === pair };
}

type Files = Pick<RootCredentialFilesResult, 'accessKeyFile' | 'secretKeyFile'>;

async function readPair({ accessKeyFile, secretKeyFile }: Files): Promise<KeyPair | undefined> {
  const accessKeyId = (await readPrivateFile(accessKeyFile))?.trim();
  const secretAccessKey = (await readPrivateFile(secretKeyFile))?.trim();
  if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  const [bad, good] = accessKeyId ? [secretKeyFile, accessKeyFile] : [accessKeyFile, secretKeyFile];
  throw new SecretStoreError(
    `${bad} is missing or empty: restore it, or delete ${good} too if the server has never run`,
  );
}

interface StoredPair extends KeyPair {
  readonly nextSecret: string | undefined;
  readonly where: string;
}

async function readStored({ store }: RootCredentialFilesProps): Promise<StoredPair | undefined> {
  if (store === undefined) return undefined;
  const entry = await store.secrets.read(store.entry ?? ROOT_ENTRY);
  if (entry === undefined) return undefined;
  const { accessKeyId, secretAccessKey } = entry.current;
  const nextSecret = entry.next?.secretAccessKey;
  return { accessKeyId, secretAccessKey, nextSecret, where: store.secrets.description };
}

async function keep({ store }: RootCredentialFilesProps, { accessKeyId, secretAccessKey }: KeyPair): Promise<void> {
  if (store === undefined) return;
  const current = { accessKeyId, secretAccessKey, createdAt: new Date().toISOString(), state: 'active' } as const;
  await store.secrets.write(store.entry ?? ROOT_ENTRY, { current }, store.connection);
}

/** Both files in a new directory, which then takes its name: that is one step. Returns the pair that is there. */
async function createPair(directory: string, files: Files, pair: KeyPair): Promise<KeyPair> {
  const parent = dirname(directory);
  const temporary = join(parent, `.root-${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    await writeFileAtomic(join(temporary, 'access-key'), `${pair.accessKeyId}\n`, 0o600);
    await writeFileAtomic(join(temporary, 'secret-key'), `${pair.secretAccessKey}\n`, 0o600);
    if ((await modeOf(directory)) !== undefined) await chmod(directory, 0o700);
    await rename(temporary, directory);
    return pair;
  } catch (error) {
    // Somebody else was first, or the directory has other files.
    const other = await readPair(files);
    if (other !== undefined) return other;
    if (error instanceof SecretStoreError) throw error;
    throw new SecretStoreError(
      `cannot create root credentials in ${directory}: ${errorCode(error) ?? 'unknown error'}; expected a directory that does not exist or is empty`,
    );
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}
