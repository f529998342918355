import type { Manifest, ManifestUser } from '../manifest/index.js';
import {
  Access,
  accessPolicy,
  type NamedPolicy,
  type PolicyDocument,
  S3_ARN_PREFIX,
  type Subject,
  withoutBuckets,
} from '../policies/index.js';
import type { Grant } from './model.js';
import { bucketPoliciesOf, policiesOfUser } from './principals.js';

/** What was declared for one user: the most that its policies may give it. */
export interface Intent {
  readonly subject: Subject;
  /** How each bucket was declared for it; absent: not at all. */
  readonly grants: ReadonlyMap<string, Exclude<Grant, 'public' | 'none'>>;
}

/** Everything on these buckets, and nothing elsewhere. Since 1.0.1 `s3:*` leaves out what deletes by force. */
function everythingOn(buckets: readonly string[]): PolicyDocument {
  const Action = ['s3:*', 's3:ForceDeleteBucket', 's3:ForceDeleteObject'];
  const Resource = buckets.flatMap((bucket) => [`${S3_ARN_PREFIX}${bucket}`, `${S3_ARN_PREFIX}${bucket}/*`]);
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] };
}

const named = (document: PolicyDocument): NamedPolicy => ({ name: 'declared', document });

function accessOf({ actions, prefix }: { actions: readonly string[]; prefix?: string | undefined }): Access {
  return Access.custom(actions, prefix === undefined ? {} : { prefix });
}

/** Components that let `component` use their buckets. */
function sharers({ components }: Manifest, component: string) {
  return components.filter(({ shareWith }) => shareWith?.includes(component));
}

/**
 * The declared intent of a user. A component's user: its `access` on its own buckets, everything on buckets that are shared
 * with it, its grants. Any other user: what its policies say, but on the buckets of components only what was granted.
 */
export function intentOf(manifest: Manifest, user: ManifestUser): Intent {
  const own = manifest.components.filter((component) => component.user === user.name);
  const shared = own.flatMap(({ name }) => sharers(manifest, name)).flatMap(({ buckets }) => buckets);
  const granted = user.grants ?? [];
  const grants = new Map([
    ...granted.map(({ bucket }) => [bucket, 'granted'] as const),
    ...shared.map((bucket) => [bucket, 'shared'] as const),
    ...own.flatMap(({ buckets }) => buckets.map((bucket) => [bucket, 'own'] as const)),
  ]);
  const documents = [
    ...own.map(({ buckets, access }) => (access ? accessPolicy(accessOf(access), buckets) : everythingOn(buckets))),
    ...(shared.length > 0 ? [everythingOn(shared)] : []),
    ...granted.map(({ bucket, ...access }) => accessPolicy(accessOf(access), [bucket])),
  ];
  const bucketPolicies = bucketPoliciesOf(manifest);
  const declared: Subject = {
    principal: { kind: 'user', accessKey: user.name, policies: documents.map(named) },
    bucketPolicies,
  };
  if (own.length > 0) return { subject: declared, grants };
  const foreign = manifest.components.flatMap(({ buckets }) => buckets).filter((bucket) => !grants.has(bucket));
  const { principal } = withoutBuckets(
    { principal: { ...declared.principal, policies: policiesOfUser(manifest, user.name) } },
    foreign,
  );
  return { subject: { principal, bucketPolicies }, grants };
}

/** The subject with everything on these buckets besides, so that a proof is about what lies elsewhere. */
export function withBuckets({ principal, ...rest }: Subject, buckets: readonly string[]): Subject {
  return { ...rest, principal: { ...principal, policies: [...principal.policies, named(everythingOn(buckets))] } };
}
