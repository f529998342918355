import { setTimeout as sleep } from 'node:timers/promises';
import type { AdminClient } from '../client/admin.js';
import { errorCode, refusal } from '../client/response.js';
import type { StoredKey } from '../secrets/secret-store.js';
import type { Wire } from '../wire.js';

const LIST_BUCKETS = { method: 'GET', path: '/' } as const;
/** Pauses between looks: RustFS 1.0.1 shows what it was told up to some seconds later. */
const PAUSES_MS = [50, 100, 250, 500, 1000, 1000, 2000, 2000];

/** Whether the server knows a key; what it may do does not matter. */
export async function isAccepted(
  wire: Wire,
  key: Pick<StoredKey, 'accessKeyId' | 'secretAccessKey'>,
): Promise<boolean> {
  const { accessKeyId, secretAccessKey } = key;
  const response = await wire.send(LIST_BUCKETS, { accessKeyId, secretAccessKey });
  if (response.status >= 500) throw refusal(LIST_BUCKETS, response);
  return response.status === 200 || errorCode(response) === 'AccessDenied';
}

/** Waits until the server knows a key, or does no longer; false if it takes too long. */
export async function settles(wire: Wire, key: StoredKey, wanted: 'accepted' | 'refused'): Promise<boolean> {
  for (const pause of PAUSES_MS) {
    if ((await isAccepted(wire, key)) === (wanted === 'accepted')) return true;
    await sleep(pause);
  }
  return (await isAccepted(wire, key)) === (wanted === 'accepted');
}

/** Deletes a key; one that is not there, or whose deletion lost its answer, is deleted too. */
export async function deleteOnServer(admin: AdminClient, { accessKeyId }: StoredKey): Promise<void> {
  try {
    await admin.deleteServiceAccount(accessKeyId);
  } catch (error) {
    if ((await admin.serviceAccount(accessKeyId)) !== undefined) throw error;
  }
}
