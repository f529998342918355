import type { Manifest, ManifestUser } from '../manifest/index.js';
import {
  describeCounterexample,
  NOTHING,
  proveContained,
  proveNoAdmin,
  proveNoPublicAccess,
  type Subject,
} from '../policies/index.js';
import { exceptionsOf } from './exceptions.js';
import { withBuckets } from './intent.js';
import { type Candidate, type Context, candidateOf, judge } from './judge.js';
import type { AccountProof, BucketProof, DeploymentProof, Grant, PublicProof } from './model.js';
import { bucketPoliciesOf } from './principals.js';
import { withSignIns } from './sign-ins.js';

/** How a bucket was declared for a user; `public` when its policy lets the user in like everybody named there. */
function grantOn({ bucketPolicies, options }: Context, { user, intent }: Candidate, bucket: string): Grant {
  const declared = intent.grants.get(bucket);
  const policy = bucketPolicies.get(bucket);
  if (declared !== undefined || policy === undefined) return declared ?? 'none';
  const byPolicyAlone: Subject = {
    principal: { kind: 'user', accessKey: user.name, policies: [] },
    bucketPolicies: { [bucket]: policy },
  };
  return proveContained(byPolicyAlone, NOTHING, options).result === 'proved' ? 'none' : 'public';
}

function proveUser(
  context: Context,
  user: ManifestUser,
): { readonly buckets: readonly BucketProof[]; readonly account: AccountProof } {
  const { manifest, options, owners } = context;
  const candidate = candidateOf(context, user);
  const { component, intent, subject } = candidate;
  const names = manifest.buckets.map(({ name }) => name);
  // One proof of everything, in the usual case the only one.
  const whole = proveContained(subject, intent.subject, options).result === 'proved';
  const elsewhere =
    component === undefined
      ? (who: Subject) => proveNoAdmin(who, options)
      : (who: Subject) => proveContained(who, withBuckets(intent.subject, names), options);
  const identity = { user: user.name, ...(component === undefined ? {} : { component }) };
  const buckets = names.map((bucket): BucketProof => {
    const onBucket = (who: Subject) => proveContained(who, intent.subject, { ...options, buckets: [bucket] });
    const owner = owners.get(bucket);
    return {
      ...identity,
      bucket,
      ...(owner === undefined ? {} : { owner }),
      grant: grantOn(context, candidate, bucket),
      ...(whole ? { result: 'proved' } : judge(context, candidate, onBucket, bucket)),
    };
  });
  const proved = whole && component !== undefined;
  return {
    buckets,
    account: { ...identity, ...(proved ? { result: 'proved' } : judge(context, candidate, elsewhere, undefined)) },
  };
}

function provePublic({ manifest, options, owners }: Context): readonly PublicProof[] {
  return manifest.buckets.flatMap(({ name, policy, publicAccessReason, publicAccessBlock }): PublicProof[] => {
    // Restricted, the policy does not count for the public (recorded: 07-buckets anonymous-public-get-blocked).
    if (policy === undefined || publicAccessBlock?.restrictPublicBuckets) return [];
    const proof = proveNoPublicAccess({ [name]: policy }, options);
    const owner = owners.get(name);
    const result = { bucket: name, ...(owner === undefined ? {} : { owner }), result: proof.result };
    if (proof.result === 'proved') return [result];
    const what =
      proof.result === 'unknown'
        ? `whether the public reaches bucket ${name} cannot be proved: ${proof.reason}`
        : describeCounterexample('anybody', proof.counterexample);
    return [
      {
        ...result,
        ...(proof.result === 'counterexample' ? { counterexample: proof.counterexample } : {}),
        message: `${what}; name access keys in its policy, or give the reason in publicAccessReason`,
        ...(publicAccessReason === undefined ? {} : { accepted: publicAccessReason }),
      },
    ];
  });
}

/** Ordered pairs of components of which the first keeps to what was declared on all buckets of the second. */
function isolationOf(
  { manifest: { components } }: Context,
  proofs: readonly BucketProof[],
): DeploymentProof['isolation'] {
  const open = new Set(
    proofs
      .filter(({ result, component, owner }) => result !== 'proved' && component !== undefined && owner !== undefined)
      .map(({ component, owner }) => `${component}\0${owner}`),
  );
  const pairs = components.flatMap((from) =>
    components.filter((to) => to !== from).map((to) => `${from.name}\0${to.name}`),
  );
  return { pairs: pairs.length, proved: pairs.filter((pair) => !open.has(pair)).length };
}

/** A message for each statement that allows too much, however many buckets it reaches. */
function problemsOf(proofs: readonly (BucketProof | AccountProof | PublicProof)[]): readonly string[] {
  const open = proofs.filter(({ message, accepted }) => message !== undefined && accepted === undefined);
  const byStatement = new Map<string, (typeof open)[number][]>();
  for (const proof of open) {
    const { policy, index } = proof.counterexample?.allowedBy ?? {};
    const bucket = 'bucket' in proof ? proof.bucket : '';
    const cause = policy === undefined || policy === 'bucket policy' ? bucket : `${policy} ${index}`;
    const key = `${'user' in proof ? proof.user : 'public'}\0${cause}`;
    byStatement.set(key, [...(byStatement.get(key) ?? []), proof]);
  }
  return [...byStatement.values()].map(([first, ...more]) => {
    const buckets = more.flatMap((proof) => ('bucket' in proof ? [proof.bucket] : []));
    const shown =
      buckets.length > 3 ? `${buckets.slice(0, 3).join(', ')} and ${buckets.length - 3} more` : buckets.join(', ');
    return buckets.length === 0
      ? (first?.message ?? '')
      : `${first?.message} (the same statement also reaches ${shown})`;
  });
}

/**
 * Proves from the manifest alone that nobody can do more than was declared: every user and every sign-in by a token on every
 * bucket, administration, and the public. What is not proved is a problem unless somebody wrote down why it is accepted.
 */
export function proveManifest(declared: Manifest): DeploymentProof {
  const manifest = withSignIns(declared);
  const context: Context = {
    manifest,
    bucketPolicies: new Map(Object.entries(bucketPoliciesOf(manifest))),
    options: { version: manifest.server.rustfsVersion, knownBuckets: manifest.buckets.map(({ name }) => name) },
    owners: new Map(
      manifest.components.flatMap(({ name, buckets }) => buckets.map((bucket) => [bucket, name] as const)),
    ),
  };
  const users = manifest.users.map((user) => proveUser(context, user));
  const buckets = users.flatMap((one) => one.buckets);
  const account = users.map((one) => one.account);
  const open = provePublic(context);
  return {
    buckets,
    account,
    public: open,
    isolation: isolationOf(context, buckets),
    exceptions: exceptionsOf(manifest),
    problems: problemsOf([...buckets, ...account, ...open]),
  };
}
