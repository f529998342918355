import { resolve } from 'node:path';
import { writeRootCredentialFiles } from '../../provisioning/index.js';
import { endpointOf, readManifest, secretStoreOf } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';

export interface RootCredentialsOptions {
  readonly dir: string;
  readonly manifest?: string;
  readonly secrets?: string;
}

/** `root-credentials`: makes the root credentials of a new server, in files and in the secret store; existing ones stay. */
export async function rootCredentialsCommand({ dir, manifest, secrets }: RootCredentialsOptions): Promise<number> {
  if (secrets !== undefined && manifest === undefined) {
    throw new UsageError('--secrets needs --manifest, which says how applications reach the server');
  }
  const { created, accessKeyFile, secretKeyFile } = await writeRootCredentialFiles({
    directory: dir,
    ...(manifest === undefined ? {} : { store: storeFrom(manifest, secrets) }),
  });
  console.log(`${created ? 'created' : 'kept'} ${accessKeyFile} and ${secretKeyFile}`);
  return EXIT.ok;
}

function storeFrom(manifestFile: string, secrets: string | undefined) {
  const manifest = readManifest(manifestFile);
  const { region, caFile } = manifest.server;
  // The authority of a self-signed certificate may not be there yet.
  const connection = {
    endpoint: endpointOf(manifest, undefined),
    region,
    ...(caFile ? { caFile: resolve(caFile) } : {}),
  };
  return { secrets: secretStoreOf(manifest, secrets), connection };
}
