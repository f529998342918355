import type { Manifest } from '../../manifest/index.js';
import type { AdminClient } from '../client/admin.js';
import type { BucketClient } from '../client/buckets.js';
import type { EventTargetClient } from '../client/event-targets.js';
import type { KmsClient } from '../client/kms.js';
import type { Estate } from '../estate.js';
import type { ProvisioningProfile } from '../profile.js';
import type { SecretStore, StoreConnection } from '../secrets/secret-store.js';
import type { Credentials, Wire } from '../wire.js';

/** Everything that carrying out a change needs. */
export interface ApplyContext {
  readonly manifest: Manifest;
  readonly estate: Estate;
  readonly admin: AdminClient;
  readonly buckets: BucketClient;
  readonly kms: KmsClient;
  readonly wire: Wire;
  readonly root: Credentials;
  readonly store: SecretStore;
  readonly connection: StoreConnection;
  readonly profile: ProvisioningProfile;
  readonly targets: EventTargetClient;
  /** How long an event target may take to come online, in milliseconds. */
  readonly targetWaitMs: number;
  /** What is being waited for, in words. */
  readonly onWait?: (reason: string) => void;
}

/** The manifest's entry of that name; a change always comes from one. */
export function declared<T extends { readonly name: string }>(list: readonly T[], name: string): T {
  const found = list.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`the plan names ${name}, which the manifest does not have`);
  return found;
}
