import type { Manifest } from '../manifest/index.js';
import { errorCode } from './client/response.js';
import { forEachConcurrently } from './concurrency.js';
import type { Estate } from './estate.js';
import type { StoreContents } from './secrets/read-store.js';
import type { Wire, WireRequest } from './wire.js';

const PROBES_AT_A_TIME = 32;
/** Answers that come after the signature was found right. */
const SIGNED = new Set(['AccessDenied', 'NoSuchBucket']);

/** Only reads, and costs the server little: ListBuckets would check the rights on every bucket. */
function probeOf({ buckets: [first] }: Manifest): WireRequest {
  return first ? { method: 'GET', path: `/${first.name}`, query: { location: '' } } : { method: 'GET', path: '/' };
}

/**
 * Asks the server with each managed key, by one GetBucketLocation, whether it has the secret of the store, and marks those for
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
  const probe = probeOf(manifest);
  await forEachConcurrently(manifest.accessKeys, PROBES_AT_A_TIME, async ({ name, user }) => {
    const stored = store.get(name)?.current;
    const actual = stored && accessKeys.get(stored.accessKeyId);
    if (stored === undefined || !actual?.enabled || actual.parent !== user) return;
    const response = await wire.send(probe, stored);
    const code = errorCode(response);
    if (code === 'SignatureDoesNotMatch') accessKeys.set(stored.accessKeyId, { ...actual, secretDiffers: true });
    else if (response.status !== 200 && !SIGNED.has(code))
      notes.push(
        `whether the server has the stored secret of access key ${name} is not known: ${probe.method} ${probe.path} was answered with ${`HTTP ${response.status} ${code}`.trim()}`,
      );
  });
  return { ...estate, accessKeys, notes };
}
