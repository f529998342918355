import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ROOT_ENTRY } from '../manifest/index.js';
import { ProvisioningError } from './errors.js';
import type { SecretStore } from './secrets/secret-store.js';
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

const VARIABLES = ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY'].flatMap((name) => [name, `${name}_FILE`]);

/**
 * As {@link rootCredentials}; where neither the environment nor a file has any, those in the secret store. So a CI job that
 * can read the store needs nothing else.
 */
export async function findRootCredentials(files: RootCredentialFiles, store: SecretStore): Promise<Credentials> {
  const { accessKeyFile, secretKeyFile, projectDir = process.cwd() } = files;
  const elsewhere =
    VARIABLES.some((name) => process.env[name]) ||
    [accessKeyFile, secretKeyFile].some((file) => file !== undefined && existsSync(resolve(projectDir, file)));
  const stored = elsewhere ? undefined : await store.read(ROOT_ENTRY);
  if (stored === undefined) return rootCredentials(files);
  const { accessKeyId, secretAccessKey } = stored.current;
  return { accessKeyId, secretAccessKey };
}
