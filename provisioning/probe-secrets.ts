import type { Manifest } from '../manifest/index.js';
import { errorCode } from './client/response.js';
import { forEachConcurrently } from './concurrency.js';
import type { Estate } from './estate.js';
import type { StoreContents } from './secrets/read-store.js';
import type { Wire } from './wire.js';

const PROBES_AT_A_TIME = 32;
/** Only reads, and is answered alike for whoever may list buckets and whoever may not: the signature is checked first. */
const LIST_BUCKETS = { method: 'GET', path: '/' } as const;

/**
 * Asks the server with each managed key, by one ListBuckets, whether it has the secret of the store, and marks those for
 * which it has another one. Keys that the plan finds missing, switched off or re-parented are not tried.
 */
export async function withSecretsChecked(
  wire: Wire,
  manifest: Manifest,
  estate: Estate,
  store: StoreContents,
): Promise<Estate> {
  const accessKeys = new Map(estate.accessKeys);
  const notes = [...estate.notes];
  await forEachConcurrently(manifest.accessKeys, PROBES_AT_A_TIME, async ({ name, user }) => {
    const stored = store.get(name)?.current;
    const actual = stored && accessKeys.get(stored.accessKeyId);
    if (stored === undefined || !actual?.enabled || actual.parent !== user) return;
    const response = await wire.send(LIST_BUCKETS, stored);
    const code = errorCode(response);
    if (code === 'SignatureDoesNotMatch') accessKeys.set(stored.accessKeyId, { ...actual, secretDiffers: true });
    else if (response.status !== 200 && code !== 'AccessDenied')
      notes.push(
        `whether the server has the stored secret of access key ${name} is not known: ListBuckets was answered with HTTP ${response.status} ${code}`,
      );
  });
  return { ...estate, accessKeys, notes };
}
