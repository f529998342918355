import { type CompiledStatement, compilePolicy, type Pattern } from '../compile.js';
import type { NamedPolicy, RustFsVersion, StatementRef } from '../model.js';
import { POLICY_PROFILES } from '../profiles.js';
import { dependsOnRequest, expandVariables, type Variables, variablesOf } from '../variables.js';
import { type KeyTest, keyTestsOf } from './condition-cells.js';
import type { Glob, Globs } from './glob-automaton.js';
import type { Subject } from './model.js';

/** One statement as one identity sees it. */
export interface ProverStatement {
  readonly ref: StatementRef;
  readonly compiled: CompiledStatement;
  readonly resources: 'all' | 'only' | 'except';
  readonly globs: readonly Glob[];
  /** For a statement of a bucket policy: its bucket, and that bucket's objects. */
  readonly bucket?: readonly [Glob, Glob];
  readonly tests: readonly KeyTest[];
  /** Patterns that depend on the request: the statement is not exactly what is computed with. */
  readonly dynamic: boolean;
}

/** Policies that count together; a Deny beats an Allow. */
export interface Layer {
  readonly allows: readonly ProverStatement[];
  readonly denies: readonly ProverStatement[];
}

/** A subject, ready to be reasoned about. */
export interface Side {
  readonly subject: Subject;
  readonly isOwner: boolean;
  /** What narrows: an embedded or session policy. */
  readonly embedded?: Layer;
  readonly granted: Layer;
  /** The policies of all buckets, as far as they speak of this identity. */
  readonly bucket: Layer;
  readonly variables: Variables;
}

interface Preparation {
  readonly globs: Globs;
  readonly variables: Variables;
  readonly version: RustFsVersion;
  readonly accessKey: string;
}

function globsOf(patterns: readonly Pattern[], { globs, variables }: Preparation): readonly Glob[] {
  return patterns.map(({ source }) => globs.pattern(expandVariables(source, variables)));
}

function prepareStatement(
  policy: string,
  compiled: CompiledStatement,
  bucket: string | undefined,
  preparation: Preparation,
): ProverStatement {
  const { index, sid, source, resources, notResources, ignoresResources, conditions } = compiled;
  const { globs, variables, version } = preparation;
  const patterns = resources ?? notResources ?? [];
  const kind = ignoresResources ? 'all' : notResources && !resources ? 'except' : 'only';
  const tests = keyTestsOf(source.Condition, conditions, variables, POLICY_PROFILES[version].dateOperatorsInverted);
  return {
    ref: { policy, index, ...(sid ? { sid } : {}) },
    compiled,
    resources: kind,
    globs: kind === 'all' ? [] : globsOf(patterns, preparation),
    ...(bucket === undefined ? {} : { bucket: [globs.literal(bucket), globs.pattern(`${bucket}/*`)] as const }),
    tests,
    dynamic: kind !== 'all' && patterns.some(({ source: text }) => dependsOnRequest(text)),
  };
}

function layerOf(policies: readonly (NamedPolicy & { readonly bucket?: string })[], preparation: Preparation): Layer {
  const prepare = (effect: 'allows' | 'denies') =>
    policies.flatMap(({ name, document, bucket }) =>
      compilePolicy(document, preparation)
        [effect].filter(
          ({ principals }) =>
            bucket === undefined ||
            principals.some((pattern) => pattern.matches(preparation.accessKey, () => preparation.variables)),
        )
        .map((statement) => prepareStatement(name, statement, bucket, preparation)),
    );
  return { allows: prepare('allows'), denies: prepare('denies') };
}

export function prepareSide(subject: Subject, globs: Globs, version: RustFsVersion): Side {
  const { principal, bucketPolicies = {} } = subject;
  const { kind, embeddedPolicy, accessKey } = principal;
  const variables = variablesOf(principal, { action: '' });
  const preparation = { globs, variables, version, accessKey };
  const attached = kind === 'anonymous' || kind === 'root' ? [] : principal.policies;
  return {
    subject,
    isOwner: kind === 'root',
    ...(embeddedPolicy && kind !== 'anonymous' ? { embedded: layerOf([embeddedPolicy], preparation) } : {}),
    granted: layerOf(attached, preparation),
    bucket: layerOf(
      Object.entries(bucketPolicies).map(([bucket, document]) => ({ name: 'bucket policy', document, bucket })),
      preparation,
    ),
    variables,
  };
}

/** Every layer of a side. */
export function layersOf({ embedded, granted, bucket }: Side): readonly Layer[] {
  return [...(embedded ? [embedded] : []), granted, bucket];
}
