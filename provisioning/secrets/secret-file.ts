import { link, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, readPrivateFile, temporaryPath, writeFileAtomic } from './atomic-file.js';
import { generateKeyPair } from './generate-key.js';
import { SecretStoreError } from './secret-store.js';

/**
 * A random secret of 40 letters and digits in a file (0600), for what takes a password by file. An existing one stays, also when
 * somebody else makes it at the same time.
 *
 * @returns whether it is new
 * @throws {SecretStoreError} for a file that is empty, that others may read, or that cannot be made
 */
export async function writeSecretFile(file: string): Promise<boolean> {
  const present = await readPrivateFile(file);
  if (present?.trim()) return false;
  if (present !== undefined)
    throw new SecretStoreError(`${file} is empty: expected a secret; restore it, or delete the file to get a new one`);
  const temporary = temporaryPath(file);
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFileAtomic(temporary, generateKeyPair().secretAccessKey, 0o600);
    await link(temporary, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (error instanceof SecretStoreError) throw error;
    throw new SecretStoreError(`cannot create ${file}: ${errorCode(error) ?? 'unknown error'}`);
  } finally {
    await rm(temporary, { force: true });
  }
}
