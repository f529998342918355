import type { Manifest } from '../../manifest/index.js';
import { type SecretStore, UNKNOWN_CREATION } from '../secrets/secret-store.js';
import type { ImportedKey } from './draft.js';

/**
 * Puts the secrets of imported access keys into the store, where it has none of that name. Their age is unknown, so they count as old.
 * @returns names of the new entries
 */
export async function keepImportedKeys(
  store: SecretStore,
  { server }: Manifest,
  keys: readonly ImportedKey[],
  entries: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const key of keys) {
    const name = entries.get(key.accessKeyId);
    if (name === undefined || (await store.read(name)) !== undefined) continue;
    const current = { ...key, createdAt: UNKNOWN_CREATION, state: 'active' } as const;
    await store.write(name, { current }, { endpoint: server.endpoint, region: server.region });
    kept.push(name);
  }
  return kept.sort();
}
