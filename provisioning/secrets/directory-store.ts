import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkDirectory,
  errorCode,
  modeOf,
  readPrivateFile,
  removeFile,
  removeLeftovers,
  writeFileAtomic,
} from './atomic-file.js';
import { endpointIn, formatEntryFile, parseEntryFile } from './entry-file.js';
import { checkEntry, checkEntryName, isEntryName } from './entry-rules.js';
import { type SecretStore, SecretStoreError, type StoreConnection, type StoreEntry } from './secret-store.js';
import { storeLock } from './store-lock.js';

const SUFFIX = '.env';

/**
 * A directory (0700) with one dotenv file (0600) per entry, `<name>.env`: what AWS SDKs and the AWS CLI read from their
 * environment, for instance with `docker run --env-file` or `set -a; . secrets/langfuse.env`.
 *
 * A file written by hand, with `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, is read too: that is how an existing
 * key is brought along. It must not be readable by others.
 *
 * @param dir Created with the first entry.
 */
export function directorySecretStore(dir: string): SecretStore {
  const description = `secret store ${dir}`;
  const guard = storeLock(join(dir, '.lock'), description, { sideBySide: true });
  const fileOf = (name: string) => join(dir, `${name}${SUFFIX}`);

  async function read(name: string): Promise<StoreEntry | undefined> {
    checkEntryName(name);
    await checkDirectory(dir);
    const file = fileOf(name);
    const text = await readPrivateFile(file);
    return text === undefined ? undefined : parseEntryFile(name, text, file);
  }

  async function write(name: string, entry: StoreEntry, connection: StoreConnection): Promise<void> {
    checkEntry(name, entry);
    const content = formatEntryFile(name, entry, connection);
    await createDirectory(dir);
    await guard.exclusive(async () => {
      // A file that can't be read is somebody's to look at, not ours to overwrite.
      await read(name);
      await removeLeftovers(dir, (fileName) => fileName === `${name}${SUFFIX}`);
      await writeFileAtomic(fileOf(name), content, 0o600);
    });
  }

  return {
    description,
    async names() {
      return (await list(dir))
        .filter((file) => file.endsWith(SUFFIX))
        .map((file) => file.slice(0, -SUFFIX.length))
        .filter(isEntryName)
        .sort();
    },
    read,
    async endpointOf(name) {
      checkEntryName(name);
      const text = await readPrivateFile(fileOf(name));
      return text === undefined ? undefined : endpointIn(text);
    },
    write,
    async remove(name) {
      checkEntryName(name);
      if ((await modeOf(fileOf(name))) === undefined) return;
      await guard.exclusive(() => removeFile(fileOf(name)));
    },
    async lock() {
      await createDirectory(dir);
      return guard.lock();
    },
  };
}

async function createDirectory(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new SecretStoreError(`cannot create directory ${dir}: ${errorCode(error) ?? 'unknown error'}`);
  }
  await checkDirectory(dir);
}

async function list(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return [];
    throw new SecretStoreError(`cannot read directory ${dir}: ${code ?? 'unknown error'}`);
  }
}
