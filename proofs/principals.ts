import { type Manifest, ManifestError } from '../manifest/index.js';
import { BUILTIN_POLICIES, type NamedPolicy, type PolicyDocument, type Subject } from '../policies/index.js';

/** A policy of the manifest, or one that is built into its RustFS version. @throws ManifestError if there is neither */
function policyNamed(manifest: Manifest, name: string, user: string): NamedPolicy {
  const declared = manifest.policies.find((policy) => policy.name === name)?.document;
  const document = declared ?? BUILTIN_POLICIES[manifest.server.rustfsVersion][name];
  if (document) return { name, document };
  throw new ManifestError(
    `policy ${name} of user ${user} is neither declared in the manifest nor built into RustFS ${manifest.server.rustfsVersion}: declare it, or correct the name`,
  );
}

/** Everything that gives a declared user rights: its own policies and those of its groups. Empty for a disabled user. */
export function policiesOfUser(manifest: Manifest, userName: string): readonly NamedPolicy[] {
  const user = manifest.users.find(({ name }) => name === userName);
  const groups = manifest.groups.filter(({ members }) => members.includes(userName));
  // One disabled group takes away all policies (source: manager.rs of both versions).
  if (!user?.enabled || groups.some(({ enabled }) => !enabled)) return [];
  const attached = new Set([...user.policies, ...groups.flatMap(({ policies }) => policies)]);
  return [...attached].map((name) => policyNamed(manifest, name, userName));
}

/** Declared bucket policies by bucket name. */
export function bucketPoliciesOf({ buckets }: Manifest): Readonly<Record<string, PolicyDocument>> {
  return Object.fromEntries(buckets.flatMap(({ name, policy }) => (policy ? [[name, policy]] : [])));
}

/** A declared user with all its rights; access keys below it can only have less. */
export function userSubject(manifest: Manifest, userName: string): Subject {
  return {
    principal: { kind: 'user', accessKey: userName, policies: policiesOfUser(manifest, userName) },
    bucketPolicies: bucketPoliciesOf(manifest),
  };
}
