import { readFileSync } from 'node:fs';
import { ProvisioningError } from '../errors.js';

/** @throws {ProvisioningError} if the file is not there, or empty */
export function secretContent(path: string): Buffer {
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ProvisioningError(
      `cannot read ${path} (${code}): root-credentials, secret-file and server-secrets make the cluster's own secrets, whatever else it names you have to put there`,
      { cause },
    );
  }
  if (content.toString().trim() !== '') return content;
  throw new ProvisioningError(`${path} is empty: expected a secret`);
}
