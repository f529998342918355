import type { SecretStore, StoreEntry } from './secret-store.js';

/** Entries of the secret store by name. */
export type StoreContents = ReadonlyMap<string, StoreEntry>;

/** Access keys whose entry names another endpoint than applications should use. */
export async function misdirected(store: SecretStore, names: Iterable<string>, endpoint: string): Promise<Set<string>> {
  const found = await Promise.all([...names].map(async (name) => [name, await store.endpointOf?.(name)] as const));
  return new Set(found.flatMap(([name, known]) => (known === undefined || known === endpoint ? [] : [name])));
}

export async function readStore(store: SecretStore): Promise<StoreContents> {
  const names = await store.names();
  const entries = await Promise.all(names.map(async (name) => [name, await store.read(name)] as const));
  return new Map(entries.filter((entry): entry is [string, StoreEntry] => entry[1] !== undefined));
}
