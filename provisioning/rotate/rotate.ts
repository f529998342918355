import type { ManifestAccessKey } from '../../manifest/index.js';
import { createOnServer } from '../apply/access-keys.js';
import { type AdminClient, createAdminClient } from '../client/admin.js';
import { ProvisioningError } from '../errors.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import { SecretStoreError, type StoredKey, type StoreEntry } from '../secrets/secret-store.js';
import type { Session } from '../session.js';
import { verify } from '../verify/index.js';
import { type DueOptions, dueOf } from './due.js';
import type { KeyRotation, RotationStep } from './model.js';
import { selectAccessKeys } from './select.js';
import { deleteOnServer, isAccepted, settles } from './server-key.js';

export interface RotateOptions extends DueOptions {
  /** Names of components or access keys. @default - all of the manifest */
  readonly names?: readonly string[];
  /** @default - the clock */
  readonly now?: () => Date;
  /** Stops before the next step; a later run continues. */
  readonly signal?: AbortSignal;
  readonly onStep?: (accessKey: string, step: RotationStep) => void;
}

/** One rotation of one access key. */
interface Work {
  readonly session: Session;
  readonly admin: AdminClient;
  readonly wanted: ManifestAccessKey;
  readonly now: () => Date;
  readonly signal: AbortSignal | undefined;
  readonly step: (step: RotationStep) => void;
}

type Result = Pick<KeyRotation, 'outcome' | 'note' | 'findings'>;

function write({ session, wanted }: Work, entry: StoreEntry): Promise<void> {
  const { store, wire } = session;
  return store.write(wanted.name, entry, wire.connection);
}

/** Deletes the key that drains; applications use the published one, which has to work for that. */
async function finish(work: Work, { previous, ...kept }: StoreEntry): Promise<StoreEntry> {
  if (previous === undefined) return kept;
  const { session, admin, wanted, step } = work;
  step('deleting the old key');
  if (!(await isAccepted(session.wire, kept.current))) {
    throw new ProvisioningError(
      `the server does not accept the published access key of ${wanted.name}, so its old key was kept: run apply first`,
    );
  }
  await deleteOnServer(admin, previous);
  if (!(await settles(session.wire, previous, 'refused'))) {
    throw new ProvisioningError(
      `the server deleted the old access key of ${wanted.name}, but still accepts it: run rotate --finish again, and look at its log`,
    );
  }
  await write(work, kept);
  return kept;
}

async function create(work: Work, key: StoredKey): Promise<void> {
  work.step('creating a new key');
  await createOnServer(work.admin, work.wanted, key);
  if (await settles(work.session.wire, key, 'accepted')) return;
  throw new ProvisioningError(
    `the server created a new access key of ${work.wanted.name}, but does not accept it; the old one stays published: run rotate again, and look at its log`,
  );
}

async function rotate(work: Work, entry: StoreEntry): Promise<Result> {
  const { session, admin, wanted, now, signal, step } = work;
  const { current, next: leftover } = await finish(work, entry);
  // Nobody uses a key that was never published, and it may have been made for an earlier manifest.
  if (leftover) await deleteOnServer(admin, leftover);
  const next: StoredKey = { ...generateKeyPair(), createdAt: now().toISOString(), state: 'pending' };
  await write(work, { current, next });
  await create(work, next);
  step('proving the new key');
  const { findings } = await verify(session, {
    accessKeys: [wanted.name],
    unpublished: true,
    ...(signal ? { signal } : {}),
  });
  if (findings.length > 0) {
    await deleteOnServer(admin, next);
    await write(work, { current });
    const [first] = findings;
    const note = `the proof of its new key failed, so the old one stays published and the new one was deleted: ${first?.message}`;
    return { outcome: 'unproven', note, findings };
  }
  step('publishing it');
  await write(work, { current: { ...next, state: 'active' }, previous: current });
  const note = 'a new key is published; the old one works until rotate --finish';
  return { outcome: 'rotated', note, findings };
}

/** @throws {ProvisioningError} before anything is changed, if a key was never published */
async function readEntries(session: Session, keys: readonly ManifestAccessKey[]) {
  const entries = await Promise.all(
    keys.map(async (wanted) => ({ wanted, entry: await session.store.read(wanted.name) })),
  );
  const published = entries.flatMap(({ wanted, entry }) =>
    entry?.current.state === 'active' ? [{ wanted, entry }] : [],
  );
  if (published.length < entries.length) {
    const done = new Set(published.map(({ wanted }) => wanted));
    const names = keys.filter((key) => !done.has(key)).map(({ name }) => name);
    throw new ProvisioningError(
      `${session.store.description} has no published access key of ${names.join(', ')}: run apply first; nothing was changed`,
    );
  }
  return published;
}

/**
 * Replaces access keys without downtime: creates a second key, proves it with probes, publishes it to the secret store, and
 * leaves the old one valid until `finish` or the next rotation deletes it. The store knows every key before the server does,
 * so a run that was interrupted anywhere is continued by the next one, and the published key always works.
 *
 * One key after the other: RustFS answers concurrent IAM writes unreliably. A key whose proof fails keeps its old key and
 * does not stop the others.
 *
 * @throws {SecretStoreError} if another run has the store, or it is read only
 * @throws {ProvisioningError} on unknown names and keys that were never published, before anything is changed
 */
export async function rotateKeys(session: Session, options: RotateOptions = {}): Promise<readonly KeyRotation[]> {
  const { manifest, store, wire, root } = session;
  const { names = [], now = () => new Date(), signal, onStep } = options;
  const keys = selectAccessKeys(manifest, names);
  if (store.lock === undefined) {
    throw new SecretStoreError(
      `${store.description} are read only, so no key can be rotated there: name a directory or a SOPS file as the secret store`,
    );
  }
  const release = await store.lock();
  try {
    const admin = createAdminClient(wire, root);
    const results: KeyRotation[] = [];
    for (const { wanted, entry } of await readEntries(session, keys)) {
      signal?.throwIfAborted();
      const { name } = wanted;
      const step = (what: RotationStep) => onStep?.(name, what);
      const result = await carryOut({ session, admin, wanted, now, signal, step }, entry, options);
      const component = manifest.components.find(({ accessKey }) => accessKey === name)?.name;
      results.push({ accessKey: name, ...(component === undefined ? {} : { component }), ...result });
    }
    return results;
  } finally {
    await release();
  }
}

async function carryOut(work: Work, entry: StoreEntry, options: DueOptions): Promise<Result> {
  const due = dueOf(entry, options, work.now());
  if (due === 'rotate') return rotate(work, entry);
  if (due !== 'finish') return { outcome: 'unchanged', note: due.unchanged, findings: [] };
  await finish(work, entry);
  return { outcome: 'finished', note: 'the old key is deleted', findings: [] };
}
