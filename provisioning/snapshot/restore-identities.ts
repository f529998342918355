import { type AdminClient, createAdminClient } from '../client/admin.js';
import { ProvisioningError } from '../errors.js';
import type { Change } from '../plan/model.js';
import type { ProvisioningProfile } from '../profile.js';
import type { Wire } from '../wire.js';
import type { Contents } from './contents.js';

export interface IdentityTarget {
  readonly wire: Wire;
  readonly admin: AdminClient;
  readonly profile: ProvisioningProfile;
  readonly now: Contents['iam'];
  readonly past: Contents['iam'];
}

/** What the snapshot says of something that the plan creates or changes. */
function wanted<T>(record: Readonly<Record<string, T>>, name: string): T {
  const found = record[name];
  if (found === undefined) throw new Error(`the plan names ${name}, which the snapshot does not have`);
  return found;
}

export async function restorePolicy({ admin, past }: IdentityTarget, { action, name }: Change): Promise<void> {
  if (action === 'delete') await admin.removePolicy(name);
  else await admin.putPolicy(name, wanted(past.policies, name));
}

export async function restoreUser({ admin, now, past }: IdentityTarget, { action, name }: Change): Promise<void> {
  if (action === 'delete') return admin.removeUser(name);
  const { secretKey, enabled } = wanted(past.users, name);
  if (now.users[name]?.secretKey === secretKey) return admin.setUserEnabled(name, enabled);
  return admin.createUser(name, secretKey, enabled);
}

export async function restoreGroup({ admin, now, past }: IdentityTarget, { action, name }: Change): Promise<void> {
  const members = now.groups[name]?.members ?? [];
  if (action === 'delete') {
    if (now.groups[name]?.policies.length) await admin.setPolicies(name, [], true);
    if (members.length > 0) await admin.changeMembers(name, members, true);
    return admin.changeMembers(name, [], true);
  }
  if (action === 'create') return admin.changeMembers(name, wanted(past.groups, name).members, false);
  return admin.setGroupEnabled(name, wanted(past.groups, name).enabled);
}

export async function restoreMembers({ admin, now, past }: IdentityTarget, { name }: Change): Promise<void> {
  const actual = now.groups[name]?.members ?? [];
  const { members } = wanted(past.groups, name);
  const added = members.filter((member) => !actual.includes(member));
  const removed = actual.filter((member) => !members.includes(member));
  if (added.length > 0) await admin.changeMembers(name, added, false);
  if (removed.length > 0) await admin.changeMembers(name, removed, true);
}

export const restoreUserPolicies = ({ admin, past }: IdentityTarget, { name }: Change) =>
  admin.setPolicies(name, wanted(past.users, name).policies, false);

export const restoreGroupPolicies = ({ admin, past }: IdentityTarget, { name }: Change) =>
  admin.setPolicies(name, wanted(past.groups, name).policies, true);

/** Whoever may switch the key on and off: beta.7 lets only its parent (recorded: 05-service-accounts update-as-root). */
function switcher({ admin, wire, profile, past }: IdentityTarget, parent: string): AdminClient {
  const user = past.users[parent];
  if (profile.rootUpdatesServiceAccounts || user === undefined) return admin;
  return createAdminClient(wire, { accessKeyId: parent, secretAccessKey: user.secretKey });
}

/** A key that was disabled must not be left enabled, not even when the server refuses to disable it. */
async function disable(target: IdentityTarget, id: string, parent: string): Promise<void> {
  try {
    await switcher(target, parent).setServiceAccountEnabled(id, false);
  } catch (cause) {
    await target.admin.deleteServiceAccount(id);
    throw new ProvisioningError(
      `access key ${id} was disabled, and the server does not let it be made so again, so it was left out: ${(cause as Error).message}`,
      { cause },
    );
  }
}

export async function restoreKey(target: IdentityTarget, { action, name: id }: Change): Promise<void> {
  const { admin, now, past } = target;
  if (action === 'delete') return admin.deleteServiceAccount(id);
  const { parent, enabled, secretKey, ...fields } = wanted(past.accessKeys, id);
  if (action === 'update') return switcher(target, parent).setServiceAccountEnabled(id, enabled);
  if (now.accessKeys[id] !== undefined) await admin.deleteServiceAccount(id);
  await admin.addServiceAccount({ targetUser: parent, accessKey: id, secretKey, ...fields });
  if (!enabled) await disable(target, id, parent);
}
