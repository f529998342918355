import { writeSecretFile } from '../../provisioning/index.js';
import { EXIT } from '../exit-codes.js';

/** `secret-file`: a random secret in a file, for what takes a password by file. An existing one stays. */
export async function secretFileCommand({ file }: { readonly file: string }): Promise<number> {
  const created = await writeSecretFile(file);
  console.log(`${created ? 'created' : 'kept'} ${file}`);
  return EXIT.ok;
}
