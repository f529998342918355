import type { EmulatorProfile } from '../profile.js';
import { IamError } from './errors.js';
import { groupsOf, identityKind } from './lookup.js';
import type { IamState } from './model.js';

const SHORTEST_ACCESS_KEY = 3;
const SHORTEST_SECRET_KEY = 8;

export function hasReservedCharacters(name: string, profile: EmulatorProfile): boolean {
  return profile.admin.reservedInNames === 'each' ? /[=,]/.test(name) : name.includes('=,');
}

/** Creates a user, or sets the secret and status of an existing one; policies and groups stay. @throws IamError */
export function putUser(
  iam: IamState,
  profile: EmulatorProfile,
  accessKey: string,
  secretKey: string,
  enabled: boolean,
): void {
  if (Buffer.byteLength(accessKey) < SHORTEST_ACCESS_KEY) throw new IamError('InvalidAccessKeyLength');
  if (hasReservedCharacters(accessKey, profile)) throw new IamError('ContainsReservedChars');
  if (!isSecretKeyLongEnough(secretKey)) throw new IamError('InvalidSecretKeyLength');
  const kind = identityKind(iam, accessKey);
  if (kind === 'service-account' && profile.admin.accessKeysCounted === 'all') {
    throw new IamError('AccessKeyAlreadyExists');
  }
  iam.serviceAccounts.delete(accessKey);
  iam.users.set(accessKey, { secretKey, enabled, updatedAt: now() });
}

export function isSecretKeyLongEnough(secretKey: string): boolean {
  return Buffer.byteLength(secretKey) >= SHORTEST_SECRET_KEY;
}

/** @throws IamError */
export function setUserStatus(iam: IamState, accessKey: string, enabled: boolean): void {
  if (identityKind(iam, accessKey) === 'service-account') throw new IamError('IAMActionNotAllowed');
  const user = iam.users.get(accessKey);
  if (user === undefined) throw new IamError('NoSuchUser', accessKey);
  iam.users.set(accessKey, { ...user, enabled, updatedAt: now() });
}

/** Changes a user's secret and revokes its sessions. @returns the number of revoked sessions @throws IamError */
export function setUserSecret(iam: IamState, accessKey: string, secretKey: string): number {
  if (!isSecretKeyLongEnough(secretKey)) throw new IamError('InvalidSecretKeyLength');
  const user = iam.users.get(accessKey);
  if (user === undefined) throw new IamError('NoSuchUser', accessKey);
  iam.users.set(accessKey, { ...user, secretKey, updatedAt: now() });
  return deleteChildren(iam.sessions, accessKey);
}

/** Deletes a user with its mapping, memberships, service accounts and sessions. */
export function deleteUser(iam: IamState, accessKey: string): void {
  for (const name of groupsOf(iam, accessKey)) {
    const group = iam.groups.get(name);
    if (group === undefined) continue;
    const members = group.members.filter((member) => member !== accessKey);
    iam.groups.set(name, { ...group, members, updatedAt: now() });
  }
  deleteChildren(iam.serviceAccounts, accessKey);
  deleteChildren(iam.sessions, accessKey);
  iam.userMappings.delete(accessKey);
  iam.users.delete(accessKey);
}

function deleteChildren(children: Map<string, { parentUser: string }>, parent: string): number {
  const keys = [...children].filter(([, child]) => child.parentUser === parent).map(([key]) => key);
  for (const key of keys) children.delete(key);
  return keys.length;
}

export function now(): string {
  return new Date().toISOString();
}
