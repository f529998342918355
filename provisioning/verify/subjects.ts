import type { Manifest } from '../../manifest/index.js';
import type { Principal } from '../../policies/index.js';
import type { SecretStore, StoredKey, StoreEntry } from '../secrets/secret-store.js';
import type { Credentials } from '../wire.js';
import type { NotProbed } from './model.js';
import type { Subject } from './probes/draft.js';
import { ANONYMOUS, declaredPrincipal, type Rights } from './rights.js';

export interface KeySubject extends Subject {
  readonly accessKey: string;
  readonly accessKeyId: string;
  readonly credentials: Credentials;
}

export interface SubjectOptions {
  /** Names of the access keys to try. @default - all of the manifest */
  readonly accessKeys?: readonly string[];
  /** Also a key that is created but not published yet, as in the middle of a rotation. */
  readonly unpublished?: boolean;
}

/** The keys of a store entry that applications may hold, or soon will, with the suffix that tells them apart. */
function keysOf(
  { current, previous, next }: StoreEntry,
  unpublished: boolean,
): readonly (readonly [string, StoredKey])[] {
  return [
    ...(current.state === 'active' || unpublished ? [['', current] as const] : []),
    ...(previous ? [[' (draining)', previous] as const] : []),
    ...(next && unpublished ? [[' (next)', next] as const] : []),
  ];
}

/** Every access key whose secret is in the store. The others cannot be tried, and are named. */
export async function keySubjects(
  manifest: Manifest,
  store: SecretStore,
  rightsOf: (principal: Principal) => Rights,
  { accessKeys, unpublished = false }: SubjectOptions,
  notProbed: NotProbed[],
): Promise<readonly KeySubject[]> {
  const wanted = manifest.accessKeys.filter(({ name }) => accessKeys?.includes(name) ?? true);
  const entries = await Promise.all(wanted.map(async ({ name }) => ({ name, entry: await store.read(name) })));
  return entries.flatMap(({ name, entry }) => {
    const keys = entry ? keysOf(entry, unpublished) : [];
    if (keys.length === 0) {
      const reason = entry
        ? `its creation was interrupted, and its secret in ${store.description} is not published: run apply again`
        : `its secret is not in ${store.description}`;
      notProbed.push({ what: `access key ${name}`, reason });
    }
    return keys.map(([suffix, { accessKeyId, secretAccessKey }]) => ({
      who: name + suffix,
      accessKey: name,
      accessKeyId,
      credentials: { accessKeyId, secretAccessKey },
      rights: rightsOf(declaredPrincipal(manifest, name, accessKeyId)),
    }));
  });
}

/** Nobody in particular: whoever reaches the server. */
export function anonymousSubject(rightsOf: (principal: Principal) => Rights): Subject {
  return { who: 'anonymous', credentials: 'anonymous', rights: rightsOf(ANONYMOUS) };
}
