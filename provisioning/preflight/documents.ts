import {
  asList,
  BUILTIN_POLICIES,
  globMatches,
  type PolicyDocument,
  type PolicyStatement,
  policiesEqual,
  S3_ARN_PREFIX,
} from '../../policies/index.js';
import type { PreflightEstate } from './model.js';

/** A policy document with where it stands. */
export interface Placed {
  readonly kind: 'iam' | 'embedded' | 'bucket';
  /** Name of the policy, access key or bucket. */
  readonly name: string;
  readonly document: PolicyDocument;
  /** Declared: the stack has to change, or the next apply puts it back. */
  readonly declared: boolean;
  /** For people. */
  readonly object: string;
}

const KINDS = { iam: 'policy', embedded: 'embedded policy of access key', bucket: 'policy of bucket' } as const;

/** Every policy that the server holds or the manifest declares; those that are built in change with the version. */
export function documentsOf({ manifest, server, from }: PreflightEstate): readonly Placed[] {
  const { policies = [], accessKeys = [], buckets = [] } = manifest ?? {};
  const declared = [
    ...policies.map(({ name, document }) => ({ kind: 'iam' as const, name, document })),
    ...accessKeys.flatMap(({ name, policy }) =>
      policy ? [{ kind: 'embedded' as const, name, document: policy }] : [],
    ),
    ...buckets.flatMap(({ name, policy }) => (policy ? [{ kind: 'bucket' as const, name, document: policy }] : [])),
  ];
  const held = [
    ...[...(server?.estate.policies ?? [])]
      .filter(([name]) => !Object.hasOwn(BUILTIN_POLICIES[from], name))
      .map(([name, document]) => ({ kind: 'iam' as const, name, document })),
    ...[...(server?.estate.accessKeys.values() ?? [])].flatMap(({ accessKeyId, name, embeddedPolicy }) =>
      embeddedPolicy ? [{ kind: 'embedded' as const, name: name ?? accessKeyId, document: embeddedPolicy }] : [],
    ),
    ...[...(server?.estate.buckets ?? [])].flatMap(([name, { policy }]) =>
      policy ? [{ kind: 'bucket' as const, name, document: policy as PolicyDocument }] : [],
    ),
  ];
  const same = (one: Omit<Placed, 'declared' | 'object'>) => (other: typeof one) =>
    other.kind === one.kind && other.name === one.name;
  const onlyDeclared = declared.filter((one) => {
    const other = held.find(same(one));
    return other === undefined || !policiesEqual(other.document, one.document);
  });
  return [
    ...held.map((one) => ({ ...one, declared: declared.some(same(one)), object: `${KINDS[one.kind]} ${one.name}` })),
    ...onlyDeclared.map((one) => ({
      ...one,
      declared: true,
      object: `${KINDS[one.kind]} ${one.name} in the manifest`,
    })),
  ];
}

export const actionsIn = (statement: PolicyStatement): readonly string[] => asList(statement.Action);

/** Actions that a document allows somewhere, as they are written. */
export function allowedActions({ Statement }: PolicyDocument): ReadonlySet<string> {
  return new Set(Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(actionsIn));
}

/** Buckets of the estate that keep versions, and that a statement speaks of. */
export function versionedBuckets({ manifest, server }: PreflightEstate, statement: PolicyStatement): readonly string[] {
  const all = new Map(server?.estate.buckets ?? []);
  for (const { name, ...config } of manifest?.buckets ?? []) if (!all.has(name)) all.set(name, config);
  const patterns = asList(statement.Resource);
  return [...all]
    .filter(([, { versioning }]) => versioning !== undefined)
    .map(([name]) => name)
    .filter((name) =>
      patterns.some(
        (pattern) =>
          globMatches(pattern, S3_ARN_PREFIX + name) || globMatches(pattern.replace(/\/.*$/, ''), S3_ARN_PREFIX + name),
      ),
    );
}
