import { resolve } from 'node:path';
import type { ManifestSecretStore } from '../../manifest/index.js';
import { directorySecretStore } from './directory-store.js';
import { dotenvFileSecretStore } from './dotenv-file-store.js';
import { environmentSecretStore } from './environment-store.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';
import { sopsSecretStore } from './sops-store.js';

/**
 * A store reference from text: `sops:FILE`, `dotenv:FILE`, `environment`, or a directory (`directory:DIR` for one that is
 * called like one of the others).
 */
export function parseSecretStoreRef(text: string): ManifestSecretStore {
  if (text === 'environment') return { type: 'environment' };
  const [, type, path = text] = /^(directory|sops|dotenv):(.*)$/s.exec(text) ?? [];
  if (path === '') {
    throw new SecretStoreError(
      `invalid secret store ${JSON.stringify(text)}: expected a directory, sops:FILE, dotenv:FILE or environment`,
    );
  }
  if (type === 'sops' || type === 'dotenv') return { type, file: path };
  return { type: 'directory', directory: path };
}

/** The store that a reference stands for. Nothing is read yet. */
export function openSecretStore(reference: ManifestSecretStore, projectDir = process.cwd()): SecretStore {
  switch (reference.type) {
    case 'directory':
      return directorySecretStore(resolve(projectDir, reference.directory));
    case 'dotenv':
      return dotenvFileSecretStore(resolve(projectDir, reference.file));
    case 'environment':
      return environmentSecretStore();
    case 'sops': {
      const { file, ageRecipients } = reference;
      return sopsSecretStore({ file: resolve(projectDir, file), ...(ageRecipients ? { ageRecipients } : {}) });
    }
  }
}
