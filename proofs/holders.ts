import type { Manifest } from '../manifest/index.js';
import { opensToEveryone, type PolicyDocument, type Subject } from '../policies/index.js';
import { bucketPoliciesOf, policiesOfUser } from './principals.js';
import { describeUser, withSignIns } from './sign-ins.js';

/** Somebody who can make requests: who has an access key, a user without one, or the public. */
export interface Holder {
  /** `access key langfuse`, `user ops`, `sign-in at keycloak as obs`, `the public`: tells holders apart. */
  readonly name: string;
  /** Whose rights an access key has. */
  readonly user?: string;
  readonly subject: Subject;
}

export const PUBLIC = 'the public';

const isForEverybody = (statement: PolicyDocument['Statement'][number]) =>
  opensToEveryone({ Version: '2012-10-17', Statement: [statement] });

/** Bucket policies without what they allow to everybody: that is said once, of the public. */
function namedBucketPolicies(manifest: Manifest): Readonly<Record<string, PolicyDocument>> {
  return Object.fromEntries(
    Object.entries(bucketPoliciesOf(manifest)).map(([bucket, document]) => [
      bucket,
      { ...document, Statement: document.Statement.filter((statement) => !isForEverybody(statement)) },
    ]),
  );
}

function publicHolder(manifest: Manifest): Holder {
  const restricted = manifest.buckets.filter(({ publicAccessBlock }) => publicAccessBlock?.restrictPublicBuckets);
  const closed = new Set(restricted.map(({ name }) => name));
  const bucketPolicies = Object.fromEntries(
    Object.entries(bucketPoliciesOf(manifest)).filter(([bucket]) => !closed.has(bucket)),
  );
  return {
    name: PUBLIC,
    subject: { principal: { kind: 'anonymous', accessKey: '', policies: [] }, bucketPolicies },
  };
}

/** Everybody who holds rights by this manifest, each with all of them. */
export function holdersOf(declared: Manifest): readonly Holder[] {
  const manifest = withSignIns(declared);
  const bucketPolicies = namedBucketPolicies(manifest);
  const withKey = new Set(manifest.accessKeys.map(({ user }) => user));
  const keys = manifest.accessKeys.map(({ name, user, policy }): Holder => {
    const embedded = policy ? { embeddedPolicy: { name: `policy of access key ${name}`, document: policy } } : {};
    const policies = policiesOfUser(manifest, user);
    // The id of a key is made at the first deployment, so no declared bucket policy can name it.
    const principal = { kind: 'service-account', accessKey: '', parentUser: user, policies, ...embedded } as const;
    return { name: `access key ${name}`, user, subject: { principal, bucketPolicies } };
  });
  const users = manifest.users
    .filter(({ name }) => !withKey.has(name))
    .map(({ name }): Holder => {
      const policies = policiesOfUser(manifest, name);
      return {
        name: describeUser(name),
        subject: { principal: { kind: 'user', accessKey: name, policies }, bucketPolicies },
      };
    });
  return [...keys, ...users, publicHolder(manifest)];
}
