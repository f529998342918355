import { readFileSync } from 'node:fs';
import { eventTargetName, type ManifestEventTarget } from '../../manifest/index.js';
import { ProvisioningError } from '../errors.js';
import type { SecretStore } from '../secrets/secret-store.js';

type Reference = ManifestEventTarget['secrets'][string];

/** @throws ProvisioningError that names the place, never what is in it */
async function readSecret(what: string, reference: Reference, store: SecretStore): Promise<string> {
  if (reference.type === 'store') {
    const entry = await store.read(reference.entry);
    if (entry) return entry.current.secretAccessKey;
    throw new ProvisioningError(
      `${what} is entry ${reference.entry} of the secret store, which ${store.description} does not have: add it, its secret key is the secret`,
    );
  }
  let text: string;
  try {
    text = readFileSync(reference.file, 'utf8').trim();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new ProvisioningError(
      `${what} cannot be read from ${reference.file} (${code}): put the secret there; the path is relative to the project directory`,
      { cause },
    );
  }
  if (text !== '' && !/[\r\n]/.test(text)) return text;
  throw new ProvisioningError(`${what}: ${reference.file} is empty or has several lines: expected the secret alone`);
}

/** The secrets of a target, by field. @throws ProvisioningError */
export async function targetSecrets(
  target: ManifestEventTarget,
  store: SecretStore,
): Promise<Readonly<Record<string, string>>> {
  const pairs = await Promise.all(
    Object.entries(target.secrets).map(
      async ([field, reference]) =>
        [field, await readSecret(`${field} of event target ${eventTargetName(target)}`, reference, store)] as const,
    ),
  );
  return Object.fromEntries(pairs);
}
