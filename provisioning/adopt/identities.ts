import type { Manifest } from '../../manifest/index.js';
import {
  BUILTIN_POLICIES,
  canonicalPolicy,
  type PolicyDocument,
  parsePolicy,
  validatePolicyName,
} from '../../policies/index.js';
import type { Estate, ObservedAccessKey } from '../estate.js';
import { declaredUserExpression } from './module.js';
import { Code, type Printable, printExpression } from './source.js';
import { documentProblem, isBroad, REVIEW } from './statements.js';

/** Props of a construct without server and name, or why there is none. */
export type Source = { readonly props: Readonly<Record<string, Printable>> } | { readonly problem: string };

/** What identities refer to: variables of the objects that are adopted, and what is declared already. */
export interface References {
  readonly manifest: Manifest;
  readonly estate: Estate;
  /** Variables by `kind name` of what is adopted. */
  readonly variables: ReadonlyMap<string, string>;
}

/** Names that `Policy.builtIn` takes. */
const NAMED_BUILTINS = new Set(['readonly', 'readwrite', 'writeonly', 'diagnostics', 'consoleAdmin']);

export function policySource(name: string, { manifest, estate }: Pick<References, 'manifest' | 'estate'>): Source {
  const version = manifest.server.rustfsVersion;
  const [nameProblem] = validatePolicyName(name, version);
  if (nameProblem) return { problem: nameProblem };
  const document = estate.policies.get(name) as PolicyDocument;
  const parsed = parsePolicy(document, { kind: 'iam', version });
  if (!parsed.ok) return { problem: `RustFS ${version} would not take it: ${parsed.problems[0]?.message}` };
  const problem = documentProblem(document);
  if (problem) return { problem };
  return {
    props: {
      statements: canonicalPolicy(document).Statement as unknown as Printable,
      allowBroad: isBroad(document, name, version) ? REVIEW : undefined,
    },
  };
}

/** Expressions for attached policies, or the one that cannot be referred to. */
function policyReferences(names: readonly string[], { manifest, variables }: References): readonly Code[] | string {
  const codes: Code[] = [];
  for (const name of [...names].sort()) {
    const variable = variables.get(`policy ${name}`);
    const isBuiltIn = Object.hasOwn(BUILTIN_POLICIES[manifest.server.rustfsVersion], name);
    const isDeclared = manifest.policies.some((policy) => policy.name === name);
    if (variable) codes.push(new Code(variable));
    else if (NAMED_BUILTINS.has(name) && !isDeclared) codes.push(new Code(`Policy.builtIn(${printExpression(name)})`));
    else if (isDeclared || isBuiltIn) codes.push(new Code(printExpression({ policyName: name })));
    else return name;
  }
  return codes;
}

const missingPolicy = (name: string) => ({
  problem: `policy ${name}, which is attached to it, is not on the server or not adopted`,
});

export function userSource(name: string, references: References): Source {
  if (!/^[^\s,=/]{3,}$/.test(name)) return { problem: 'its name is none that ServiceUser takes' };
  const { policies = [], enabled } = references.estate.users.get(name) ?? {};
  const codes = policyReferences(policies, references);
  if (typeof codes === 'string') return missingPolicy(codes);
  return { props: { policies: codes.length > 0 ? codes : undefined, enabled: enabled === false ? false : undefined } };
}

/** The variable of an adopted user, or the expression for a declared one. */
function userReference(name: string, { manifest, variables }: References): Code | undefined {
  const variable = variables.get(`user ${name}`);
  if (variable) return new Code(variable);
  return manifest.users.some((user) => user.name === name) ? declaredUserExpression(name) : undefined;
}

export function groupSource(name: string, references: References): Source {
  if (!/^[^\s,=/\\]+$/.test(name)) return { problem: 'its name is none that Group takes' };
  const { members = [], policies = [], enabled } = references.estate.groups.get(name) ?? {};
  const codes = policyReferences(policies, references);
  if (typeof codes === 'string') return missingPolicy(codes);
  const users: Code[] = [];
  for (const member of [...members].sort()) {
    const user = userReference(member, references);
    if (!user) return { problem: `its member ${member} is not on the server or not adopted` };
    users.push(user);
  }
  return { props: { members: users, policies: codes, enabled: enabled === false ? false : undefined } };
}

export function accessKeySource(
  key: ObservedAccessKey,
  rootAccessKey: string | undefined,
  references: References,
): Source {
  if (key.parent === rootAccessKey) return { problem: 'it belongs to root; give its holder a user of its own' };
  if (!key.enabled) return { problem: 'it is switched off, and a declared key is always on' };
  const user = userReference(key.parent, references);
  if (!user) return { problem: `its parent ${key.parent} is no user of the server, or not adopted` };
  const policy = key.embeddedPolicy && canonicalPolicy(key.embeddedPolicy);
  if (policy) {
    const version = references.manifest.server.rustfsVersion;
    const parsed = parsePolicy(policy, { kind: 'iam', version });
    if (!parsed.ok) return { problem: `RustFS ${version} would not take its policy: ${parsed.problems[0]?.message}` };
  }
  return { props: { user, policy: policy as unknown as Printable } };
}
