import { checkEntryName } from './entry-rules.js';
import { entryFromVariables, namesAmong } from './entry-variables.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';

/**
 * Access keys from environment variables, `LANGFUSE_S3_ACCESS_KEY` and `LANGFUSE_S3_SECRET_KEY`: for a run that only
 * verifies, such as a CI job that gets the keys from its secret manager. Nothing can be written.
 *
 * @param environment @default process.env
 */
export function environmentSecretStore(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): SecretStore {
  const get = (variable: string) => environment[variable.toUpperCase()];
  const readOnly = (name: string) =>
    new SecretStoreError(
      `secret ${name} can't be changed: environment variables are read only; name a directory or a SOPS file as the secret store`,
    );
  return {
    description: 'environment variables',
    async names() {
      return namesAmong(Object.keys(environment), get);
    },
    async read(name) {
      checkEntryName(name);
      return entryFromVariables(name, { get, source: 'the environment' });
    },
    async write(name) {
      throw readOnly(name);
    },
    async remove(name) {
      throw readOnly(name);
    },
  };
}
