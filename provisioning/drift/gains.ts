import type { Manifest } from '../../manifest/index.js';
import { type Principal, policiesEqual } from '../../policies/index.js';
import type { Estate } from '../estate.js';
import type { Change } from '../plan/model.js';
import type { StoreContents } from '../secrets/read-store.js';
import { type ObservedIdentity, observedIdentity, observedUser } from '../verify/explain.js';
import { declaredPrincipal, declaredUser } from '../verify/rights.js';
import { type Right, type RightsOptions, rightsBeyond } from './rights.js';

/** What a declared identity may do beyond what is declared for it. */
export interface Gain {
  readonly user: string;
  /** Set when the key alone has gained: by its own policy, or by its parent. */
  readonly accessKey?: string;
  readonly right: Right;
}

function sameRights(a: Principal, b: Principal): boolean {
  const embedded = (principal: Principal) => principal.embeddedPolicy?.document;
  const [x, y] = [embedded(a), embedded(b)];
  if (a.kind !== b.kind || (x === undefined) !== (y === undefined) || (x && y && !policiesEqual(x, y))) return false;
  const others = new Map(b.policies.map(({ name, document }) => [name, document]));
  return (
    a.policies.length === others.size &&
    a.policies.every(({ name, document }) => {
      const other = others.get(name);
      return other !== undefined && policiesEqual(document, other);
    })
  );
}

function beyondDeclared(observed: ObservedIdentity, declared: Principal, options: RightsOptions): readonly Right[] {
  if (observed.powerless || sameRights(observed.principal, declared)) return [];
  return rightsBeyond(observed.principal, declared, options, observed.origins);
}

/** Rights that declared users, and access keys that differ themselves, have gained. */
export function gainsOf(
  manifest: Manifest,
  estate: Estate,
  store: StoreContents,
  changes: readonly Change[],
  rootAccessKey: string,
  options: RightsOptions,
): readonly Gain[] {
  const ofUsers = manifest.users.flatMap((user) =>
    beyondDeclared(observedUser(estate, user.name), declaredUser(manifest, user), options).map((right) => ({
      user: user.name,
      right,
    })),
  );
  const differing = new Set(changes.filter(({ kind }) => kind === 'access-key').map(({ name }) => name));
  const ofKeys = manifest.accessKeys.flatMap(({ name, user }) => {
    const id = store.get(name)?.current.accessKeyId;
    if (id === undefined || !differing.has(name)) return [];
    const observed = observedIdentity(estate, rootAccessKey, id, name);
    const rights = beyondDeclared(observed, declaredPrincipal(manifest, name, id), options);
    return rights.map((right) => ({ user, accessKey: name, right }));
  });
  return [...ofUsers, ...ofKeys];
}

/** Whether this change is how the right was gained. */
function explains({ kind, name, details }: Change, { user, accessKey, right }: Gain, estate: Estate): boolean {
  if (accessKey !== undefined) return kind === 'access-key' && name === accessKey;
  const brings = (group: string) =>
    right.policy !== undefined && estate.groups.get(group)?.policies.includes(right.policy);
  switch (kind) {
    case 'policy':
      return name === right.policy;
    case 'user-policies':
      return name === user && details.includes(`- ${right.policy}`);
    case 'membership':
      return name.endsWith(`/${user}`) && brings(name.slice(0, -user.length - 1)) === true;
    case 'group-members':
      return details.includes(`- ${user}`) && brings(name) === true;
    case 'group-policies':
      return details.includes(`- ${right.policy}`) && estate.users.get(user)?.groups.includes(name) === true;
    case 'user':
      return name === user;
    case 'group':
      return estate.users.get(user)?.groups.includes(name) === true;
    default:
      return false;
  }
}

/** Whether this change concerns the identity at all: where a removed Deny has widened what another policy allows. */
function concerns({ kind, name }: Change, { user, accessKey }: Gain, estate: Estate): boolean {
  if (accessKey !== undefined) return kind === 'access-key' && name === accessKey;
  const held = estate.users.get(user);
  const groups = held?.groups ?? [];
  if (kind === 'policy')
    return [...(held?.policies ?? []), ...groups.flatMap((group) => estate.groups.get(group)?.policies ?? [])].includes(
      name,
    );
  if (kind === 'membership') return name.endsWith(`/${user}`);
  if (kind.startsWith('group')) return groups.includes(name);
  return kind.startsWith('user') && name === user;
}

/** The changes that a gain comes from; empty when none of them explains it. */
export function causesOf(gain: Gain, changes: readonly Change[], estate: Estate): readonly Change[] {
  const exact = changes.filter((change) => explains(change, gain, estate));
  return exact.length > 0 ? exact : changes.filter((change) => concerns(change, gain, estate));
}

export function gainSentence({ user, accessKey, right }: Gain): string {
  return `${accessKey === undefined ? user : `access key ${accessKey}`} ${right.text}`;
}
