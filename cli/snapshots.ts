import { join } from 'node:path';
import type { Manifest } from '../manifest/index.js';
import { parseSecretStoreRef, type SnapshotStore, snapshotKeys, snapshotStore } from '../provisioning/index.js';
import { besideSecretStore } from './connection.js';

/** Snapshots of a manifest's server: in `out`, else beside its secrets; encrypted as its secret store is. */
export function snapshotsOf(
  manifest: Manifest,
  { secrets, out }: { readonly secrets?: string; readonly out?: string },
): SnapshotStore {
  const reference = secrets === undefined ? manifest.secretStore : parseSecretStoreRef(secrets);
  const directory = besideSecretStore(manifest, secrets);
  return snapshotStore(out ?? join(directory, 'snapshots'), snapshotKeys(reference, directory));
}
