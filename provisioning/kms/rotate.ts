import { nextGeneration } from '../../manifest/index.js';
import type { ApplyOptions } from '../apply/apply.js';
import { createKmsClient } from '../client/kms.js';
import { ProvisioningError } from '../errors.js';
import type { Plan } from '../plan/model.js';
import { PROVISIONING_PROFILES } from '../profile.js';
import type { Session } from '../session.js';
import { applyKms } from './apply.js';
import { currentKey } from './generations.js';

/**
 * Gives RustFS the token or AppRole secret id of its Vault that is in the file now. Apply does so only when the KMS does not answer.
 *
 * @throws ProvisioningError if the KMS is no Vault, or does not answer with the new credential
 */
export async function renewKmsCredential({ manifest, wire, root, store }: Session): Promise<void> {
  const { kms, server } = manifest;
  if (kms === undefined || kms.backend.type === 'local') {
    throw new ProvisioningError('only a Vault has a credential that can be renewed: the manifest declares none');
  }
  const connection = { endpoint: wire.endpoint, region: server.region };
  const profile = PROVISIONING_PROFILES[server.rustfsVersion];
  await applyKms({ kms: createKmsClient(wire, root), manifest, store, connection, profile });
}

/** One rotated key. */
export interface KmsRotation {
  readonly name: string;
  /** Key that encrypted new objects until now. It stays: what it encrypted needs it. */
  readonly from: string;
  readonly to: string;
  /** An interrupted rotation had made the new key already. */
  readonly resumed: boolean;
}

/**
 * Makes a new key for each name and lets new objects be encrypted with it: a local KMS of RustFS cannot rotate a key in place
 * (seen on a running 1.0.1: 501). What is already stored stays encrypted with the old key, which therefore is kept. The new key
 * exists before anything refers to it, so that an interrupted rotation is finished by the next one, or by apply.
 *
 * @param names @default - all declared keys
 * @throws ProvisioningError for a name that is not declared, and while apply has something else to do
 */
export async function rotateKmsKeys(
  session: Session,
  names: readonly string[],
  options: ApplyOptions = {},
): Promise<readonly KmsRotation[]> {
  const { manifest, wire, root } = session;
  const { kms } = manifest;
  if (kms === undefined) throw new ProvisioningError('the manifest declares no KMS: there are no keys to rotate');
  const unknown = names.filter((name) => !kms.keys.includes(name));
  if (unknown.length > 0) {
    throw new ProvisioningError(`no KMS key ${unknown.join(', ')} is declared; declared are ${kms.keys.join(', ')}`);
  }
  const before = await session.plan();
  const { keys, defaultKey } = before.estate.kms ?? {};
  if (keys === undefined) throw new ProvisioningError('the KMS does not run, or does not answer: run apply first');
  const missing = kms.keys.filter((name) => !keys.has(name));
  if (missing.length > 0) throw new ProvisioningError(`KMS key ${missing.join(', ')} does not exist: run apply first`);
  refuseOtherChanges(before.plan);
  const usedKeys = manifest.buckets.map(({ name }) => before.estate.buckets.get(name)?.encryption?.kmsKeyId);
  const client = createKmsClient(wire, root);
  const rotations: KmsRotation[] = [];
  for (const name of names.length > 0 ? names : kms.keys) {
    const newest = currentKey(name, keys);
    const inUse = [...usedKeys, defaultKey].filter(
      (key) => key !== undefined && currentKey(name, undefined, key) === key,
    );
    const stale = inUse.find((key) => key !== newest);
    const to = stale === undefined ? nextGeneration(newest) : newest;
    if (stale === undefined && !(await client.hasKey(to))) await client.createKey(to);
    rotations.push({ name, from: stale ?? newest, to, resumed: stale !== undefined });
  }
  const state = await session.plan();
  await session.apply(state, options);
  return rotations;
}

/** Only what an interrupted rotation left to do may be pending. */
function refuseOtherChanges({ changes, blocked }: Plan): void {
  const others = changes.filter(({ kind, name }) => !kind.startsWith('kms') && !name.endsWith('/encryption'));
  if (others.length + blocked.length === 0) return;
  const named = [...others, ...blocked].map(({ kind, name }) => `${kind} ${name}`).join(', ');
  throw new ProvisioningError(`something else is not as declared (${named}): run apply first`);
}
