import {
  type ClaimedRights,
  isClaimablePolicyName,
  type NamedPolicy,
  type PolicyDocument,
  type RustFsVersion,
} from '../../policies/index.js';
import { builtinPolicies } from './builtin-policies.js';
import type { IamState, PolicyMapping } from './model.js';

export type IdentityKind = 'user' | 'service-account' | 'session';

/** Kind of the identity behind an access key; a session shadows nothing, a service account shadows a user. */
export function identityKind(iam: IamState, accessKey: string): IdentityKind | undefined {
  if (iam.serviceAccounts.has(accessKey)) return 'service-account';
  if (iam.users.has(accessKey)) return 'user';
  return iam.sessions.has(accessKey) ? 'session' : undefined;
}

/** Names in a mapping: split at commas, blank ones dropped, others untrimmed (a name with a space is another name). */
export function mappedNames(mapping: PolicyMapping | undefined): string[] {
  return (mapping?.policies ?? '').split(',').filter((name) => name.trim() !== '');
}

export function groupsOf(iam: IamState, user: string): string[] {
  return [...iam.groups].filter(([, group]) => group.members.includes(user)).map(([name]) => name);
}

export function findPolicy(iam: IamState, version: RustFsVersion, name: string): PolicyDocument | undefined {
  return iam.policies.get(name)?.document ?? builtinPolicies(version).get(name);
}

/** All policies of the server, built-in ones included unless overwritten. */
export function allPolicies(iam: IamState, version: RustFsVersion): Map<string, PolicyDocument> {
  const all = new Map(builtinPolicies(version));
  for (const [name, { document }] of iam.policies) all.set(name, document);
  return all;
}

/**
 * Names of the policies that count for a user: its own and those of its groups. A disabled user has none, and one
 * disabled group in the membership takes all away (RustFS source 1.0.1 iam manager.rs; recorded: 04-groups).
 */
export function effectivePolicyNames(iam: IamState, user: string): string[] {
  if (!iam.users.get(user)?.enabled) return [];
  const groups = groupsOf(iam, user);
  if (groups.some((name) => !iam.groups.get(name)?.enabled)) return [];
  const names = [
    ...mappedNames(iam.userMappings.get(user)),
    ...groups.flatMap((name) => mappedNames(iam.groupMappings.get(name))),
  ];
  return [...new Set(names)];
}

/** The policies behind {@link effectivePolicyNames}; names without a policy are skipped. */
export function effectivePolicies(iam: IamState, version: RustFsVersion, user: string): NamedPolicy[] {
  return existing(iam, version, effectivePolicyNames(iam, user));
}

/** Names of the policies that count for who signed in by a token: those of IAM groups that its groups name, else those of its claims. */
export function claimedPolicyNames(iam: IamState, { policies, groups }: ClaimedRights): readonly string[] {
  const enabled = groups.filter((name) => iam.groups.get(name)?.enabled);
  const ofGroups = enabled.flatMap((name) => mappedNames(iam.groupMappings.get(name)));
  return ofGroups.length > 0 ? [...new Set(ofGroups)] : policies;
}

/** Policies of that name, none if one is missing or has a name that no claim can give. */
export function allNamed(iam: IamState, version: RustFsVersion, names: readonly string[]): readonly NamedPolicy[] {
  const found = existing(iam, version, names.filter(isClaimablePolicyName));
  return found.length === names.length ? found : [];
}

export function existing(iam: IamState, version: RustFsVersion, names: readonly string[]): NamedPolicy[] {
  return names.flatMap((name) => {
    const document = findPolicy(iam, version, name);
    return document === undefined ? [] : [{ name, document }];
  });
}
