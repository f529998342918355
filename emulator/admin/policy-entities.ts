import { groupsOf } from '../iam/lookup.js';
import type { IamState } from '../iam/model.js';
import { requireAny } from './authorize.js';
import { type AdminHandler, json } from './call.js';
import { trimmedNames } from './mappings.js';

/** `GET idp/builtin/policy-entities`: who has which policy; each of `user`, `group`, `policy` may be repeated. */
export const policyEntities: AdminHandler = (call) => {
  requireAny(call, 'admin:ListGroups', 'admin:ListUsers', 'admin:ListUserPolicies');
  const { iam } = call.context;
  const { query } = call.request;
  const [users, groups, policies] = [query.all('user'), query.all('group'), query.all('policy')];
  const unfiltered = users.length + groups.length + policies.length === 0;
  const userMappings = users.flatMap((user) => userEntities(iam, user)).sort(byName((entry) => entry.user));
  const groupMappings = groups.flatMap((group) => groupEntities(iam, group)).sort(byName((entry) => entry.group));
  const policyMappings =
    unfiltered || policies.length > 0
      ? policyUses(iam).filter(({ policy }) => policies.length === 0 || policies.includes(policy))
      : [];
  return json({
    timestamp: new Date().toISOString(),
    ...(userMappings.length > 0 && { userMappings }),
    ...(groupMappings.length > 0 && { groupMappings }),
    ...(policyMappings.length > 0 && { policyMappings }),
  });
};

function groupEntities(iam: IamState, group: string) {
  const policies = iam.groups.has(group) ? trimmedNames(iam.groupMappings.get(group)?.policies) : [];
  return policies.length === 0 ? [] : [{ group, policies }];
}

function userEntities(iam: IamState, user: string) {
  if (!iam.users.has(user)) return [];
  const policies = trimmedNames(iam.userMappings.get(user)?.policies);
  const memberOfMappings = groupsOf(iam, user)
    .flatMap((group) => groupEntities(iam, group))
    .sort(byName((entry) => entry.group));
  if (policies.length + memberOfMappings.length === 0) return [];
  return [{ user, policies, ...(memberOfMappings.length > 0 && { memberOfMappings }) }];
}

function policyUses(iam: IamState) {
  const uses = new Map<string, { policy: string; users: string[]; groups: string[] }>();
  const use = (policy: string) => {
    const entry = uses.get(policy) ?? { policy, users: [], groups: [] };
    uses.set(policy, entry);
    return entry;
  };
  for (const user of [...iam.users.keys()].sort()) {
    for (const policy of new Set(trimmedNames(iam.userMappings.get(user)?.policies))) use(policy).users.push(user);
  }
  for (const group of [...iam.groups.keys()].sort()) {
    for (const policy of new Set(trimmedNames(iam.groupMappings.get(group)?.policies))) use(policy).groups.push(group);
  }
  return [...uses.values()].sort(byName((entry) => entry.policy));
}

function byName<T>(name: (entry: T) => string): (a: T, b: T) => number {
  return (a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0);
}
