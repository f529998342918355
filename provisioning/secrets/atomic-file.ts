import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, realpath, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SecretStoreError } from './secret-store.js';

/** POSIX permissions mean nothing on Windows: Node reports 0666 for every writable file there. */
const HAS_MODES = process.platform !== 'win32';

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Content of a file, or `undefined` if there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw new SecretStoreError(`cannot read ${path}: ${code ?? 'unknown error'}`);
  }
}

/**
 * Content of a file that holds secrets in plain text, or `undefined` if there is none.
 *
 * @throws {SecretStoreError} if others than its owner may read or write it: as with ssh, the owner has to decide whether
 * the secret still is one.
 */
export async function readPrivateFile(path: string): Promise<string | undefined> {
  const mode = await modeOf(path);
  if (mode !== undefined && HAS_MODES && (mode & 0o077) !== 0) {
    throw new SecretStoreError(
      `permissions of ${path} are ${octal(mode)}, so others may read this secret: run chmod 600 ${path}, and replace the key if somebody could have seen it`,
    );
  }
  return readIfPresent(path);
}

/** @throws {SecretStoreError} if others could replace files in the directory. */
export async function checkDirectory(dir: string): Promise<void> {
  const mode = await modeOf(dir);
  if (mode !== undefined && HAS_MODES && (mode & 0o022) !== 0) {
    throw new SecretStoreError(
      `permissions of directory ${dir} are ${octal(mode)}, so others may replace secrets in it: run chmod 700 ${dir}`,
    );
  }
}

export async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode & 0o777;
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return undefined;
    throw new SecretStoreError(`cannot read ${path}: ${code ?? 'unknown error'}`);
  }
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** Unused name in the same directory, such that {@link removeLeftovers} knows it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Replaces a file: whoever reads it, at any time and after any crash, sees the old content or the new one. A symbolic
 * link stays a link, its target is replaced.
 */
export async function writeFileAtomic(path: string, content: string, mode: number): Promise<void> {
  const target = await realpath(path).catch(() => path);
  const temporary = temporaryPath(target);
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new SecretStoreError(`cannot write ${path}: ${errorCode(error) ?? 'unknown error'}; it is unchanged`);
  }
  await syncDirectory(dirname(target));
}

/** Deletes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return;
    throw new SecretStoreError(`cannot delete ${path}: ${code ?? 'unknown error'}`);
  }
  await syncDirectory(dirname(path));
}

/** Makes a rename or deletion durable. Directories can't be opened everywhere, and the rename has happened anyway. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Deletes temporary files that a killed process left behind. Call it only while no other process may be writing. */
export async function removeLeftovers(dir: string, accept: (fileName: string) => boolean): Promise<void> {
  for (const entry of await readdir(dir)) {
    const match = /^\.(.+)\.\d+-[0-9a-f]{12}\.tmp$/.exec(entry);
    if (match?.[1] !== undefined && accept(match[1])) await rm(join(dir, entry), { force: true });
  }
}
