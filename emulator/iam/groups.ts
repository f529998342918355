import type { EmulatorProfile } from '../profile.js';
import { IamError } from './errors.js';
import { identityKind } from './lookup.js';
import type { IamGroup, IamState } from './model.js';
import { hasReservedCharacters, now } from './users.js';

/** @throws IamError */
export function getGroup(iam: IamState, name: string): IamGroup {
  const group = iam.groups.get(name);
  if (group === undefined) throw new IamError('NoSuchGroup', name);
  return group;
}

/** Adds members; creates the group if there is none. @throws IamError */
export function addMembers(iam: IamState, profile: EmulatorProfile, name: string, members: readonly string[]): void {
  if (name === '') throw new IamError('InvalidArgument');
  if (hasReservedCharacters(name, profile)) throw new IamError('GroupNameContainsReservedChars');
  checkMembers(iam, members);
  const group = iam.groups.get(name) ?? { members: [], enabled: true, updatedAt: '' };
  iam.groups.set(name, {
    ...group,
    members: [...new Set([...group.members, ...members])],
    updatedAt: now(),
  });
}

/** Removes members, or the whole group if none are named. @throws IamError */
export function removeMembers(iam: IamState, name: string, members: readonly string[]): void {
  if (name === '') throw new IamError('InvalidArgument');
  checkMembers(iam, members);
  const group = getGroup(iam, name);
  if (members.length === 0) {
    if (group.members.length > 0) throw new IamError('GroupNotEmpty');
    iam.groupMappings.delete(name);
    iam.groups.delete(name);
    return;
  }
  const rest = group.members.filter((member) => !members.includes(member));
  iam.groups.set(name, { ...group, members: rest, updatedAt: now() });
}

/** @throws IamError */
export function setGroupStatus(iam: IamState, name: string, enabled: boolean): void {
  iam.groups.set(name, { ...getGroup(iam, name), enabled, updatedAt: now() });
}

function checkMembers(iam: IamState, members: readonly string[]): void {
  for (const member of members) {
    const kind = identityKind(iam, member);
    if (kind === 'service-account') throw new IamError('IAMActionNotAllowed');
    if (kind !== 'user') throw new IamError('NoSuchUser', member);
  }
}
