import type { Manifest } from '../../manifest/index.js';
import { evaluate, type NamedPolicy, type Principal } from '../../policies/index.js';
import type { Estate } from '../estate.js';
import type { Cause, Needs, Outcome } from './model.js';
import { ANONYMOUS } from './rights.js';

export interface Explanation {
  readonly cause: Cause;
  /** In words, to follow a semicolon. */
  readonly why: string;
}

/** An identity as the server holds it, with where each of its policies comes from. */
export interface ObservedIdentity {
  readonly principal: Principal;
  /** Policy name → such as `attached to user web-svc`. */
  readonly origins: ReadonlyMap<string, string>;
  /** Why it can do nothing at all. */
  readonly powerless?: string;
}

const NOBODY: ObservedIdentity = { principal: ANONYMOUS, origins: new Map() };

const stopped = (principal: Principal, powerless: string): ObservedIdentity => ({
  principal: { ...principal, policies: [] },
  origins: new Map(),
  powerless,
});

/** A user as the server holds it, with the rights of its groups. */
export function observedUser(estate: Estate, name: string): ObservedIdentity {
  const principal: Principal = { kind: 'user', accessKey: name, policies: [] };
  const user = estate.users.get(name);
  if (!user) return stopped(principal, `user ${name} is not on the server`);
  if (!user.enabled) return stopped(principal, `user ${name} is disabled on the server`);
  const disabled = user.groups.find((group) => estate.groups.get(group)?.enabled === false);
  if (disabled !== undefined)
    return stopped(principal, `group ${disabled} is disabled, which takes all policies from user ${name}`);
  const origins = new Map<string, string>();
  for (const policy of user.policies) origins.set(policy, `attached to user ${name}`);
  for (const group of user.groups) {
    for (const policy of estate.groups.get(group)?.policies ?? []) {
      if (!origins.has(policy)) origins.set(policy, `attached to group ${group}`);
    }
  }
  const policies = [...origins.keys()].flatMap((policy): NamedPolicy[] => {
    const document = estate.policies.get(policy);
    return document ? [{ name: policy, document }] : [];
  });
  return { principal: { ...principal, policies }, origins };
}

/** An access key as the server holds it. `name`: as in the manifest, for messages. */
export function observedIdentity(
  estate: Estate,
  rootAccessKey: string,
  accessKeyId: string,
  name: string,
): ObservedIdentity {
  const nobody: Principal = { kind: 'service-account', accessKey: accessKeyId, policies: [] };
  const key = estate.accessKeys.get(accessKeyId);
  if (!key) return stopped(nobody, `the server has no access key ${accessKeyId}`);
  if (!key.enabled) return stopped(nobody, `access key ${name} is switched off on the server`);
  const embedded = key.embeddedPolicy && {
    embeddedPolicy: { name: `the key's own policy`, document: key.embeddedPolicy },
  };
  if (key.parent === rootAccessKey) {
    return {
      principal: { kind: 'root', accessKey: accessKeyId, parentUser: key.parent, policies: [], ...embedded },
      origins: new Map(),
    };
  }
  const { principal, origins, powerless } = observedUser(estate, key.parent);
  if (powerless) {
    const missing = !estate.users.has(key.parent);
    return stopped(nobody, missing ? `the key's user ${key.parent} is not on the server` : powerless);
  }
  return { principal: { ...nobody, parentUser: key.parent, policies: principal.policies, ...embedded }, origins };
}

/** What the server's own policies say about a request, by our evaluator. */
function byObserved(manifest: Manifest, estate: Estate, identity: ObservedIdentity, needs: Needs) {
  const version = manifest.server.rustfsVersion;
  const decisions = needs.map((anyOf) => {
    const all = anyOf.map((request) => {
      const bucketPolicy = request.bucket === undefined ? undefined : estate.buckets.get(request.bucket)?.policy;
      const decision = evaluate(identity.principal, request, { version, ...(bucketPolicy ? { bucketPolicy } : {}) });
      return { request, decision };
    });
    return all.find(({ decision }) => decision.allowed) ?? all[0];
  });
  const outcome: Outcome = decisions.every((one) => one?.decision.allowed) ? 'allowed' : 'refused';
  return { outcome, decisions: decisions.filter((one) => one !== undefined) };
}

function whyAllowed(identity: ObservedIdentity, found: ReturnType<typeof byObserved>): string {
  const [first] = found.decisions;
  if (!first || first.decision.reason === 'owner') return 'on the server, the key belongs to root';
  const { policy = '', index = 0 } = first.decision.statement ?? {};
  if (first.decision.reason === 'bucket-policy-allow')
    return `statement ${index + 1} of the policy that bucket ${first.request.bucket} has on the server allows it`;
  const origin = identity.origins.get(policy);
  return `statement ${index + 1} of policy ${policy}${origin ? `, ${origin} on the server,` : ''} allows it`;
}

function whyRefused(identity: ObservedIdentity, found: ReturnType<typeof byObserved>): string {
  if (identity.powerless) return identity.powerless;
  const refused = found.decisions.find(({ decision }) => !decision.allowed);
  const { policy = '', index = 0 } = refused?.decision.statement ?? {};
  return refused?.decision.reason === 'explicit-deny'
    ? `on the server, statement ${index + 1} of ${policy} denies it`
    : 'none of the policies that the server has for it allows it';
}

/**
 * Why the server answered otherwise than predicted, by comparing with what it holds: if its own policies explain the answer,
 * it has drifted; if they do not, our evaluator is wrong about them. `identity`: undefined for anonymous.
 */
export function explain(
  manifest: Manifest,
  estate: Estate,
  identity: ObservedIdentity | undefined,
  needs: Needs,
  answered: Outcome,
): Explanation {
  const found = byObserved(manifest, estate, identity ?? NOBODY, needs);
  if (found.outcome === answered) {
    return {
      cause: 'drift',
      why: answered === 'allowed' ? whyAllowed(identity ?? NOBODY, found) : whyRefused(identity ?? NOBODY, found),
    };
  }
  return {
    cause: 'model',
    why: `by what the server holds it should be ${found.outcome}: our evaluator and the server disagree, please report it`,
  };
}
