import type { Manifest, ManifestUser } from '../../manifest/index.js';
import {
  type AccessRequest,
  asList,
  type ConditionBlock,
  evaluate,
  globMatches,
  type NamedPolicy,
  type PolicyDocument,
  type PolicyStatement,
  type Principal,
  toBytes,
} from '../../policies/index.js';
import { policiesOfUser } from '../../proofs/index.js';
import { ProvisioningError } from '../errors.js';
import { isPredictable } from './conditions.js';
import type { Needs, Outcome } from './model.js';

/** What one identity may do by the manifest. */
export interface Rights {
  readonly principal: Principal;
  /** `unknown` when it depends on a condition whose value only the server knows. */
  predict(needs: Needs): Outcome | 'unknown';
  /** The same without the buckets' policies. */
  predictByIam(needs: Needs): Outcome | 'unknown';
  /** Condition keys that make predictions unknown. */
  readonly unpredictable: readonly string[];
  /** Resources that the Allow statements name, without the ARN prefix and with the identity's own name filled in. */
  readonly resources: readonly string[];
  /** False: nothing in the identity's own policies can apply to the bucket. Spares most of the work in large estates. */
  mayTouch(bucket: string): boolean;
}

export const ANONYMOUS: Principal = { kind: 'anonymous', accessKey: '', policies: [] };

/** A user as the manifest declares it, with the rights of its groups. */
export function declaredUser(manifest: Manifest, { name }: ManifestUser): Principal {
  return { kind: 'user', accessKey: name, policies: policiesOfUser(manifest, name) };
}

/** The identity behind an access key as the manifest declares it: rights of its user and the user's groups, narrowed by its own policy. */
export function declaredPrincipal(manifest: Manifest, keyName: string, accessKeyId: string): Principal {
  const key = manifest.accessKeys.find(({ name }) => name === keyName);
  const user = manifest.users.find(({ name }) => name === key?.user);
  if (!key || !user) throw new ProvisioningError(`access key ${keyName} has no user in the manifest: declare its user`);
  return {
    kind: 'service-account',
    accessKey: accessKeyId,
    parentUser: user.name,
    policies: policiesOfUser(manifest, user.name),
    ...(key.policy ? { embeddedPolicy: { name: `policy of access key ${keyName}`, document: key.policy } } : {}),
  };
}

/** The same document read in favour of the caller, or against it, where a condition cannot be told from here. */
interface Bounds {
  readonly permissive: PolicyDocument;
  readonly restrictive: PolicyDocument;
  readonly unpredictable: readonly string[];
}

function conditionKeys(condition: ConditionBlock | undefined): readonly string[] {
  return Object.values(condition ?? {}).flatMap((entries) => Object.keys(entries));
}

function without(condition: ConditionBlock | undefined, isGone: (key: string) => boolean): ConditionBlock {
  return Object.fromEntries(
    Object.entries(condition ?? {})
      .map(([operator, entries]) => [
        operator,
        Object.fromEntries(Object.entries(entries).filter(([key]) => !isGone(key))),
      ])
      .filter(([, entries]) => Object.keys(entries as object).length > 0),
  ) as ConditionBlock;
}

function boundsOf(document: PolicyDocument, endpoint: string): Bounds {
  const isUnpredictable = (key: string) => !isPredictable(key, endpoint);
  const unpredictable = document.Statement.flatMap(({ Condition }) => conditionKeys(Condition)).filter(isUnpredictable);
  if (unpredictable.length === 0) return { permissive: document, restrictive: document, unpredictable };
  /** `applies`: whose statements are taken as if the unpredictable conditions held; those of the other effect never apply. */
  const reading = (applies: PolicyStatement['Effect']): PolicyDocument => ({
    ...document,
    Statement: document.Statement.flatMap((statement) => {
      if (!conditionKeys(statement.Condition).some(isUnpredictable)) return [statement];
      return statement.Effect === applies
        ? [{ ...statement, Condition: without(statement.Condition, isUnpredictable) }]
        : [];
    }),
  });
  return { permissive: reading('Allow'), restrictive: reading('Deny'), unpredictable };
}

type Reading = 'permissive' | 'restrictive';

function readPrincipal(
  principal: Principal,
  bounds: (document: PolicyDocument) => Bounds,
  reading: Reading,
): Principal {
  const read = ({ name, document }: NamedPolicy): NamedPolicy => ({ name, document: bounds(document)[reading] });
  const { embeddedPolicy, ...rest } = principal;
  return {
    ...rest,
    policies: principal.policies.map(read),
    ...(embeddedPolicy ? { embeddedPolicy: read(embeddedPolicy) } : {}),
  };
}

/** Makes {@link Rights} for identities of one manifest; documents are prepared once for all of them. */
export function rightsFactory(manifest: Manifest, endpoint: string): (principal: Principal) => Rights {
  const version = manifest.server.rustfsVersion;
  const cache = new Map<PolicyDocument, Bounds>();
  const bounds = (document: PolicyDocument): Bounds => {
    const known = cache.get(document) ?? boundsOf(document, endpoint);
    cache.set(document, known);
    return known;
  };
  const buckets = new Map(manifest.buckets.map((bucket) => [bucket.name, bucket]));

  return (principal) => {
    const readings = {
      permissive: readPrincipal(principal, bounds, 'permissive'),
      restrictive: readPrincipal(principal, bounds, 'restrictive'),
    };
    function isAllowed(request: AccessRequest, reading: Reading, withBucketPolicies: boolean): boolean {
      const bucket = request.bucket === undefined ? undefined : buckets.get(request.bucket);
      // Restricted, a public bucket's policy does not count for the public (recorded: 07-buckets anonymous-public-get-blocked).
      const restricted = principal.kind === 'anonymous' && bucket?.publicAccessBlock?.restrictPublicBuckets === true;
      const policy = withBucketPolicies && !restricted ? bucket?.policy : undefined;
      const options = { version, ...(policy ? { bucketPolicy: bounds(policy)[reading] } : {}) };
      return evaluate(readings[reading], request, options).allowed;
    }
    const documents = [...principal.policies, ...(principal.embeddedPolicy ? [principal.embeddedPolicy] : [])].map(
      ({ document }) => document,
    );
    const bucketPolicies = manifest.buckets.flatMap(({ policy }) => (policy ? [policy] : []));
    const unpredictable = [
      ...new Set([...documents, ...bucketPolicies].flatMap((document) => bounds(document).unpredictable)),
    ].sort();
    function predict(needs: Needs, withBucketPolicies: boolean): Outcome | 'unknown' {
      const holds = (reading: Reading) =>
        needs.every((anyOf) => anyOf.some((request) => isAllowed(request, reading, withBucketPolicies)));
      if (holds('restrictive')) return 'allowed';
      return unpredictable.length > 0 && holds('permissive') ? 'unknown' : 'refused';
    }
    const resources = namedResources(principal);
    return {
      principal,
      predict: (needs) => predict(needs, true),
      predictByIam: (needs) => predict(needs, false),
      unpredictable,
      resources,
      mayTouch: bucketTest(principal, resources),
    };
  };
}

function allowStatements({ policies, embeddedPolicy }: Principal): readonly PolicyStatement[] {
  return [...policies, ...(embeddedPolicy ? [embeddedPolicy] : [])]
    .flatMap(({ document }) => document.Statement)
    .filter(({ Effect }) => Effect === 'Allow');
}

function namedResources(principal: Principal): readonly string[] {
  return allowStatements(principal)
    .flatMap(({ Resource }) => asList(Resource))
    .map((arn) =>
      arn.replace(/^arn:aws:s3:::/, '').replaceAll(/\$\{aws:(?:username|userid)\}/g, principal.parentUser ?? ''),
    );
}

/** Tells quickly which buckets the resources of an identity cover; by name alone, so true may still mean nothing. */
function bucketTest(principal: Principal, resources: readonly string[]): (bucket: string) => boolean {
  if (allowStatements(principal).some(({ NotResource }) => NotResource !== undefined)) return () => true;
  const names = [...new Set(resources.map((resource) => resource.split('/')[0] ?? ''))];
  const plain = new Set(names.filter((name) => !/[*?$]/.test(name)));
  const patterns = names.filter((name) => !plain.has(name));
  return (bucket) =>
    plain.has(bucket) || patterns.some((name) => name.includes('${') || globMatches(toBytes(name), toBytes(bucket)));
}
