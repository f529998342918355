import type { Manifest } from '../../manifest/index.js';
import { asList, opensToEveryone, type PolicyDocument, type Principal } from '../../policies/index.js';
import type { StoreContents } from '../secrets/read-store.js';
import { ANONYMOUS, declaredPrincipal, declaredUser } from '../verify/rights.js';
import { type RightsOptions, shorten, subjectsBeyond } from './rights.js';

/** A bucket's policy on the server, and the one that would be right. */
export interface BucketPolicies {
  readonly bucket: string;
  readonly observed: PolicyDocument | undefined;
  readonly declared: PolicyDocument | undefined;
}

/** Whom a bucket policy names in its Allow statements. */
function namedPrincipals(policy: PolicyDocument): readonly string[] {
  return policy.Statement.flatMap(({ Effect, Principal: named }) => {
    if (Effect !== 'Allow' || named === undefined || named === '*') return [];
    return 'AWS' in named ? asList(named.AWS) : asList(named.Service);
  });
}

const policyOf = (bucket: string, policy: PolicyDocument | undefined) => (policy ? { [bucket]: policy } : {});

/** What the server's policy gives to everybody, and to those whom it names. `isRestricted`: not to everybody, because of the public access block. */
export function bucketPolicyGives(
  { bucket, observed, declared }: BucketPolicies,
  isRestricted: boolean,
  options: RightsOptions,
): readonly string[] {
  if (observed === undefined) return [];
  const named = [...new Set(namedPrincipals(observed))].filter((name) => name !== '*').sort();
  const holders: readonly (readonly [who: string, principal: Principal])[] = [
    ...(opensToEveryone(observed) && !isRestricted ? [['anybody, without an access key,', ANONYMOUS] as const] : []),
    ...named.map((name) => [name, { kind: 'user', accessKey: name, policies: [] }] as const),
  ];
  // What everybody may do is not said again of those who are named.
  const said = new Set<string>();
  return holders.flatMap(([who, principal]) => {
    const beyond = subjectsBeyond(
      { principal, bucketPolicies: policyOf(bucket, observed) },
      { principal, bucketPolicies: policyOf(bucket, declared) },
      options,
    );
    const fresh = beyond.filter(({ text }) => !said.has(text));
    for (const { text } of fresh) said.add(text);
    return shorten(fresh.map(({ text }) => `${who} ${text}`));
  });
}

/** What declared identities may do because a declared Deny of the bucket's policy is gone. */
export function liftedDenies(
  { bucket, observed, declared }: BucketPolicies,
  manifest: Manifest,
  store: StoreContents,
  options: RightsOptions,
): readonly string[] {
  if (!declared?.Statement.some(({ Effect }) => Effect === 'Deny')) return [];
  const holders: readonly (readonly [who: string, principal: Principal])[] = [
    ...manifest.users.map((user) => [user.name, declaredUser(manifest, user)] as const),
    ...manifest.accessKeys.flatMap(({ name }) => {
      const id = store.get(name)?.current.accessKeyId;
      return id ? [[`access key ${name}`, declaredPrincipal(manifest, name, id)] as const] : [];
    }),
  ];
  // What everybody or somebody named gains by an Allow is said already.
  const without = (policy: PolicyDocument | undefined) =>
    policy && { ...policy, Statement: policy.Statement.filter(({ Effect }) => Effect === 'Deny') };
  return holders.flatMap(([who, principal]) =>
    subjectsBeyond(
      { principal, bucketPolicies: policyOf(bucket, without(observed)) },
      { principal, bucketPolicies: policyOf(bucket, without(declared)) },
      options,
    ).map(({ text }) => `${who} ${text}`),
  );
}
