import type { Manifest } from '../../manifest/index.js';
import { BUILTIN_POLICIES, canonicalPolicy, type PolicyDocument, policiesEqual } from '../../policies/index.js';
import type { Estate } from '../estate.js';
import type { Change, ChangeKind, Unmanaged } from './model.js';

const missing = (kind: ChangeKind, name: string, details: readonly string[] = []): Change => ({
  action: 'create',
  kind,
  name,
  reason: 'it does not exist',
  details,
});

/** `+` and `-` lines for two sets of names. */
function difference(wanted: readonly string[], actual: readonly string[]): readonly string[] {
  return [
    ...actual.filter((name) => !wanted.includes(name)).map((name) => `- ${name}`),
    ...wanted.filter((name) => !actual.includes(name)).map((name) => `+ ${name}`),
  ];
}

function planAttachment(
  kind: 'user-policies' | 'group-policies',
  { name, policies }: { readonly name: string; readonly policies: readonly string[] },
  attached: readonly string[] = [],
): readonly Change[] {
  const details = difference(policies, attached);
  if (details.length === 0) return [];
  return attached.length === 0
    ? [{ action: 'create', kind, name, reason: 'no policy is attached', details }]
    : [{ action: 'update', kind, name, reason: 'other policies are attached', details }];
}

function statementLines(document: PolicyDocument): readonly string[] {
  return canonicalPolicy(document).Statement.map((statement) => JSON.stringify(statement));
}

function planPolicies(manifest: Manifest, estate: Estate): Change[] {
  return manifest.policies.flatMap(({ name, document }): Change[] => {
    const actual = estate.policies.get(name);
    if (actual === undefined)
      return [
        missing(
          'policy',
          name,
          statementLines(document).map((line) => `+ ${line}`),
        ),
      ];
    if (policiesEqual(document, actual)) return [];
    const details = difference(statementLines(document), statementLines(actual));
    return [
      { action: 'update', kind: 'policy', name, reason: 'the policy on the server says something else', details },
    ];
  });
}

function planUsers(manifest: Manifest, estate: Estate): Change[] {
  return manifest.users.flatMap((user): Change[] => {
    const actual = estate.users.get(user.name);
    const changes: Change[] = [];
    if (actual === undefined) changes.push(missing('user', user.name));
    if ((actual?.enabled ?? true) !== user.enabled) {
      const reason = user.enabled ? 'it is disabled' : 'it is enabled';
      changes.push({ action: 'update', kind: 'user', name: user.name, reason, details: [] });
    }
    return [...changes, ...planAttachment('user-policies', user, actual?.policies)];
  });
}

function planGroups(manifest: Manifest, estate: Estate): Change[] {
  return manifest.groups.flatMap((group): Change[] => {
    const actual = estate.groups.get(group.name);
    const changes: Change[] = [];
    const members = difference(group.members, actual?.members ?? []);
    if (actual === undefined) changes.push(missing('group', group.name, members));
    else if (members.length > 0) {
      changes.push({
        action: 'update',
        kind: 'group-members',
        name: group.name,
        reason: 'it has other members',
        details: members,
      });
    }
    if ((actual?.enabled ?? true) !== group.enabled) {
      changes.push({
        action: 'update',
        kind: 'group',
        name: group.name,
        reason: group.enabled ? 'it is disabled' : 'it is enabled',
        details: [],
      });
    }
    return [...changes, ...planAttachment('group-policies', group, actual?.policies)];
  });
}

/** A managed user in a group that nobody declared has rights that nobody declared (or, if it is disabled, none at all). */
function planMemberships(manifest: Manifest, estate: Estate): Change[] {
  const declared = new Set(manifest.groups.map(({ name }) => name));
  return manifest.users.flatMap(({ name }) =>
    (estate.users.get(name)?.groups ?? [])
      .filter((group) => !declared.has(group))
      .map((group): Change => {
        const policies = estate.groups.get(group)?.policies ?? [];
        const reason =
          policies.length > 0
            ? `group ${group} is not declared and brings ${policies.join(', ')}`
            : `group ${group} is not declared`;
        return {
          action: 'delete',
          kind: 'membership',
          name: `${group}/${name}`,
          reason,
          details: [`- ${name} in ${group}`],
        };
      }),
  );
}

export function planIdentities(
  manifest: Manifest,
  estate: Estate,
): { readonly changes: Change[]; readonly unmanaged: Unmanaged[] } {
  const builtin = BUILTIN_POLICIES[manifest.server.rustfsVersion];
  const undeclared = (
    kind: Unmanaged['kind'],
    names: Iterable<string>,
    declared: readonly { readonly name: string }[],
  ) => {
    const known = new Set(declared.map(({ name }) => name));
    return [...names].filter((name) => !known.has(name)).map((name): Unmanaged => ({ kind, name }));
  };
  return {
    changes: [
      ...planPolicies(manifest, estate),
      ...planUsers(manifest, estate),
      ...planGroups(manifest, estate),
      ...planMemberships(manifest, estate),
    ],
    unmanaged: [
      ...undeclared('policy', estate.policies.keys(), manifest.policies).filter(
        ({ name }) => !Object.hasOwn(builtin, name),
      ),
      ...undeclared('user', estate.users.keys(), manifest.users),
      ...undeclared('group', estate.groups.keys(), manifest.groups),
    ],
  };
}
