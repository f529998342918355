import type { Manifest, ManifestSecretStore } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import { type Adoption, declareUnmanaged } from '../adopt/adopt.js';
import { ProvisioningError } from '../errors.js';
import type { Estate } from '../estate.js';
import type { Unmanaged } from '../plan/model.js';
import type { StoreContents } from '../secrets/read-store.js';
import { createDraft, type ImportedKey } from './draft.js';
import { MINIO_BUCKETS } from './minio-buckets.js';
import { MINIO_IDENTITIES } from './minio-identities.js';
import type { Reader } from './resource.js';
import { RUSTFS_RESOURCES } from './rustfs-resources.js';
import { readTerraformState } from './terraform-state.js';

const READERS: Readonly<Record<string, Reader>> = { ...MINIO_BUCKETS, ...MINIO_IDENTITIES, ...RUSTFS_RESOURCES };
const OF_OUR_KIND = /^(minio|rustfs)_/;

/** The manifest of a server of which nothing is declared. */
export function emptyManifest(
  stack: string,
  endpoint: string,
  rustfsVersion: RustFsVersion,
  secretStore: ManifestSecretStore,
): Manifest {
  return {
    version: 1,
    stack,
    server: { id: 'rustfs', endpoint, region: 'us-east-1', rustfsVersion, target: 'external' },
    secretStore,
    buckets: [],
    policies: [],
    users: [],
    groups: [],
    accessKeys: [],
    components: [],
  };
}

/** Everything in the estate, as the plan for an empty manifest names it. */
function allOf(estate: Estate): readonly Unmanaged[] {
  const named = (kind: Unmanaged['kind'], names: Iterable<string>) => [...names].map((name) => ({ kind, name }));
  return [
    ...named('bucket', estate.buckets.keys()),
    ...named('group', estate.groups.keys()),
    ...named('policy', estate.policies.keys()),
    ...named('user', estate.users.keys()),
    ...[...estate.accessKeys.values()].map(({ parent, accessKeyId }) => ({
      kind: 'access-key' as const,
      name: `${parent}/${accessKeyId}`,
    })),
  ].sort((a, b) => (`${a.kind} ${a.name}` < `${b.kind} ${b.name}` ? -1 : 1));
}

export interface ImportedState extends Adoption {
  /** Secrets that Terraform keeps in the state; put them into the secret store, under {@link Adoption.entries}. */
  readonly keys: readonly ImportedKey[];
}

/**
 * The constructs for what a Terraform state of the MinIO or RustFS provider holds. Resources of other providers are none of our
 * business; what has no construct is left out with the reason.
 *
 * @throws ProvisioningError if it is no state, or has nothing of these providers
 */
export function importTerraformState(
  text: string,
  file: string,
  manifest: Manifest,
  store: StoreContents,
): ImportedState {
  const resources = readTerraformState(text, file).filter(({ type }) => OF_OUR_KIND.test(type));
  if (resources.length === 0)
    throw new ProvisioningError(
      `${file} has no resource of the MinIO or RustFS provider (minio_…, rustfs_…): is it the state of the right workspace?`,
    );
  const draft = createDraft();
  const notUnderstood = resources.flatMap(({ address, type, attributes }) => {
    const problems = READERS[type]?.(attributes, draft) ?? ['there is no construct for it'];
    return problems.map((reason) => ({ kind: 'resource', name: address, reason }));
  });
  const { estate, keys } = draft.finish(manifest.server.rustfsVersion);
  const adoption = declareUnmanaged({
    manifest,
    estate,
    unmanaged: allOf(estate),
    store,
    secretsAtHand: new Set(keys.map(({ accessKeyId }) => accessKeyId)),
    notUnderstood,
    origin: `in the Terraform state ${file}`,
  });
  return { ...adoption, keys };
}
