import { writeRootCredentialFiles } from '../../provisioning/index.js';
import { EXIT } from '../exit-codes.js';

/** `root-credentials`: makes the root credential files of a new server; existing ones stay as they are. */
export async function rootCredentialsCommand({ dir }: { readonly dir: string }): Promise<number> {
  const { created, accessKeyFile, secretKeyFile } = await writeRootCredentialFiles({ directory: dir });
  console.log(`${created ? 'created' : 'kept'} ${accessKeyFile} and ${secretKeyFile}`);
  return EXIT.ok;
}
