import type { ManifestAccessKey } from '../../manifest/index.js';
import type { AdminClient } from '../client/admin.js';
import type { Change } from '../plan/model.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import type { StoredKey } from '../secrets/secret-store.js';
import { type ApplyContext, declared } from './context.js';

const DESCRIPTION = 'managed by cdktf-rustfs';

/** Creates the service account; if the answer got lost, finds out whether it exists. */
export async function createOnServer(admin: AdminClient, wanted: ManifestAccessKey, key: StoredKey): Promise<void> {
  const account = {
    targetUser: wanted.user,
    accessKey: key.accessKeyId,
    secretKey: key.secretAccessKey,
    name: wanted.name,
    description: DESCRIPTION,
    ...(wanted.policy ? { policy: wanted.policy } : {}),
  };
  try {
    await admin.addServiceAccount(account);
  } catch (error) {
    const existing = await admin.serviceAccount(key.accessKeyId);
    if (existing?.parentUser !== wanted.user) throw error;
  }
}

/**
 * Creates a key so that an interruption never loses its secret: the store knows it as pending before the server does, and
 * a later run creates it with the same id and secret.
 */
async function create(context: ApplyContext, wanted: ManifestAccessKey): Promise<void> {
  const { store, connection } = context;
  const known = await store.read(wanted.name);
  const entry = known ?? {
    current: { ...generateKeyPair(), createdAt: new Date().toISOString(), state: 'pending' as const },
  };
  if (!known) await store.write(wanted.name, entry, connection);
  await createOnServer(context.admin, wanted, entry.current);
  await publish(context, wanted);
}

/** Marks the key as the one that applications read, and says where. */
async function publish({ store, connection }: ApplyContext, wanted: ManifestAccessKey): Promise<void> {
  const entry = await store.read(wanted.name);
  if (entry === undefined) return;
  await store.write(wanted.name, { ...entry, current: { ...entry.current, state: 'active' } }, connection);
}

/** Every key that stands in the way: the stored one under another parent or policy, or strangers of the same name. */
async function replace(context: ApplyContext, wanted: ManifestAccessKey): Promise<void> {
  const entry = await context.store.read(wanted.name);
  const inTheWay = [...context.estate.accessKeys.values()].filter((key) =>
    entry ? key.accessKeyId === entry.current.accessKeyId : key.parent === wanted.user && key.name === wanted.name,
  );
  for (const { accessKeyId } of inTheWay) await context.admin.deleteServiceAccount(accessKeyId);
  await create(context, wanted);
}

export async function applyAccessKey(context: ApplyContext, { action, name }: Change): Promise<void> {
  const wanted = declared(context.manifest.accessKeys, name);
  if (action === 'create') return create(context, wanted);
  if (action === 'replace') return replace(context, wanted);
  const entry = await context.store.read(name);
  const actual = entry && context.estate.accessKeys.get(entry.current.accessKeyId);
  if (entry && actual && (!actual.enabled || actual.secretDiffers)) {
    if (!context.profile.rootUpdatesServiceAccounts) return replace(context, wanted);
    const { accessKeyId, secretAccessKey } = entry.current;
    if (actual.secretDiffers) await context.admin.setServiceAccountSecret(accessKeyId, secretAccessKey);
    else await context.admin.setServiceAccountEnabled(accessKeyId, true);
  }
  return publish(context, wanted);
}
