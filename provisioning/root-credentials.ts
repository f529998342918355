import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ProvisioningError } from './errors.js';
import { generateKeyPair } from './secrets/generate-key.js';
import type { Credentials } from './wire.js';

export interface RootCredentialFiles {
  readonly accessKeyFile?: string | undefined;
  readonly secretKeyFile?: string | undefined;
  /** Where relative file names start. @default - the working directory */
  readonly projectDir?: string;
}

function fromFile(file: string, variable: string): string {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new ProvisioningError(
      `cannot read ${file} (${variable}_FILE): ${(cause as NodeJS.ErrnoException).code ?? 'unknown error'}; check the path and its permissions`,
      { cause },
    );
  }
  if (text === '') throw new ProvisioningError(`${file} (${variable}_FILE) is empty: expected the root credential`);
  return text;
}

function resolveOne(variable: string, manifestFile: string | undefined, projectDir: string): string {
  const value = process.env[variable];
  const file = process.env[`${variable}_FILE`];
  if (value && file)
    throw new ProvisioningError(
      `${variable} and ${variable}_FILE are both set: unset one of them, as RustFS itself refuses both`,
    );
  if (value) return value;
  if (file) return fromFile(file, variable);
  if (manifestFile) return fromFile(resolve(projectDir, manifestFile), variable);
  throw new ProvisioningError(`no root credential: set ${variable}, or ${variable}_FILE to a file that contains it`);
}

/** Root credentials from `RUSTFS_ACCESS_KEY[_FILE]` and `RUSTFS_SECRET_KEY[_FILE]`, else from the files that the manifest names. */
export function rootCredentials({
  accessKeyFile,
  secretKeyFile,
  projectDir = process.cwd(),
}: RootCredentialFiles): Credentials {
  return {
    accessKeyId: resolveOne('RUSTFS_ACCESS_KEY', accessKeyFile, projectDir),
    secretAccessKey: resolveOne('RUSTFS_SECRET_KEY', secretKeyFile, projectDir),
  };
}

/** Files `access-key` and `secret-key` of a directory. */
export interface RootCredentialPaths {
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
}

/**
 * Makes root credentials for a new server, unless both files are there already. The access key is random too: with OIDC, a
 * guessable root access key can be taken over on beta.7 (recorded: 13-oidc root-clash).
 *
 * @throws {ProvisioningError} if only one of the files is there: the other one belonged to a server that may still run
 */
export function ensureRootCredentialFiles(directory: string): RootCredentialPaths & { readonly created: boolean } {
  const accessKeyFile = join(directory, 'access-key');
  const secretKeyFile = join(directory, 'secret-key');
  const present = [accessKeyFile, secretKeyFile].filter((file) => existsSync(file));
  if (present.length === 1) {
    throw new ProvisioningError(
      `${present[0]} exists, but its counterpart in ${directory} does not: restore it, or remove both if the server is new`,
    );
  }
  if (present.length === 2) return { accessKeyFile, secretKeyFile, created: false };
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { accessKeyId, secretAccessKey } = generateKeyPair();
  writeFileSync(accessKeyFile, accessKeyId, { mode: 0o600, flag: 'wx' });
  writeFileSync(secretKeyFile, secretAccessKey, { mode: 0o600, flag: 'wx' });
  return { accessKeyFile, secretKeyFile, created: true };
}
