import { join } from 'node:path';
import { SSE_S3_ENTRY } from '../../manifest/index.js';
import { writeServerSecretFile } from '../../provisioning/index.js';
import { endpointOf, readManifest, secretStoreOf } from '../connection.js';
import { EXIT } from '../exit-codes.js';

export interface ServerSecretsOptions {
  readonly dir: string;
  readonly manifest: string;
  readonly secrets?: string;
}

/** `server-secrets`: makes the secrets that RustFS itself needs, in files and in the secret store; existing ones stay. */
export async function serverSecretsCommand({ dir, manifest: file, secrets }: ServerSecretsOptions): Promise<number> {
  const manifest = readManifest(file);
  const { file: written, created } = await writeServerSecretFile({
    file: join(dir, 'sse-s3-master-key'),
    entry: SSE_S3_ENTRY,
    secrets: secretStoreOf(manifest, secrets),
    connection: { endpoint: endpointOf(manifest, undefined), region: manifest.server.region },
  });
  console.log(`${created ? 'created' : 'kept'} ${written}`);
  return EXIT.ok;
}
