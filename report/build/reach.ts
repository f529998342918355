import type { ManifestBucket } from '../../manifest/index.js';
import {
  actionLevel,
  actionNames,
  asList,
  type CompiledStatement,
  compilePolicy,
  globMatches,
  type RustFsVersion,
  S3_ARN_PREFIX,
  toBytes,
} from '../../policies/index.js';
import type { Identity, NamedDocument } from './identities.js';

/** The statements that speak of a bucket, and the actions that they allow there, conditions aside. */
export interface Reach {
  readonly actions: readonly string[];
  readonly statements: readonly { readonly document: string; readonly index: number }[];
}

export const NO_REACH: Reach = { actions: [], statements: [] };

/** Whether a pattern covers the bucket itself, and anything in it. */
function levelsOf(pattern: string, bucket: string): readonly ('bucket' | 'object')[] {
  // Some beginning of the pattern has to cover `bucket/`; what follows always covers some key.
  const inside = toBytes(`${bucket}/`);
  const reachesObjects = Array.from(pattern, (_, index) => pattern.slice(0, index + 1)).some((start) =>
    globMatches(start, inside),
  );
  return [
    ...(globMatches(pattern, toBytes(bucket)) ? (['bucket'] as const) : []),
    ...(reachesObjects ? (['object'] as const) : []),
  ];
}

/** A resource with the user's name filled in, and everything else that only a request knows as wildcard. */
function patternOf(arn: string, user: string | undefined): string {
  const path = arn.startsWith(S3_ARN_PREFIX) ? arn.slice(S3_ARN_PREFIX.length) : arn;
  return toBytes(path.replaceAll(/\$\{aws:(?:username|userid)\}/g, user ?? '*').replaceAll(/\$\{[^}]*\}/g, '*'));
}

type Statement = Pick<CompiledStatement, 'index' | 'effect' | 'coversAction' | 'source'>;

function reachedLevels({ source }: Statement, bucket: string, user: string | undefined): ReadonlySet<string> {
  if (source.NotResource === undefined) {
    return new Set(asList(source.Resource).flatMap((arn) => levelsOf(patternOf(arn, user), bucket)));
  }
  const excluded = asList(source.NotResource).map((arn) => patternOf(arn, user));
  const levels = new Set<string>();
  if (!excluded.some((pattern) => globMatches(pattern, toBytes(bucket)))) levels.add('bucket');
  // `bucket/*` and wider exclude every object; anything narrower leaves some.
  if (!excluded.some((pattern) => pattern.endsWith('*') && globMatches(pattern, toBytes(`${bucket}/`))))
    levels.add('object');
  return levels;
}

function statementsOf({ text }: NamedDocument, version: RustFsVersion): readonly Statement[] {
  const { allows, denies } = compilePolicy(text, { version });
  return [...allows, ...denies].sort((a, b) => a.index - b.index);
}

function speaksOf({ source }: Statement, user: string | undefined): boolean {
  const { Principal: principal } = source;
  if (principal === undefined) return false;
  const values = principal === '*' ? ['*'] : asList('AWS' in principal ? principal.AWS : principal.Service);
  return values.some((value) => globMatches(toBytes(value), toBytes(user ?? '')));
}

/** Works out {@link Reach} for one version; the S3 actions of a statement are looked up once. */
export function reachFinder(version: RustFsVersion): (identity: Identity, bucket: ManifestBucket) => Reach {
  const s3Actions = [...actionNames(version)].filter((action) => action.startsWith('s3:')).sort();
  const covered = new WeakMap<object, readonly string[]>();
  function actionsOf(statement: Statement): readonly string[] {
    const known = covered.get(statement.source) ?? s3Actions.filter(statement.coversAction);
    covered.set(statement.source, known);
    return known;
  }

  function within(documents: readonly NamedDocument[], bucket: string, user: string | undefined): Reach {
    const actions = new Set<string>();
    const statements: { document: string; index: number }[] = [];
    for (const document of documents) {
      for (const statement of statementsOf(document, version)) {
        if (document.kind === 'bucket-policy' && !speaksOf(statement, user)) continue;
        const levels = reachedLevels(statement, bucket, user);
        const reached = levels.size === 0 ? [] : actionsOf(statement).filter((name) => levels.has(actionLevel(name)));
        if (reached.length === 0) continue;
        statements.push({ document: document.id, index: statement.index });
        if (statement.effect === 'Allow') for (const name of reached) actions.add(name);
      }
    }
    return { actions: [...actions], statements };
  }

  return ({ rights, narrowedBy, user }, bucket) => {
    const given = within(rights, bucket.name, user);
    const narrowed = narrowedBy && within([narrowedBy], bucket.name, user);
    const byBucket = bucket.policy ? within([bucketDocument(bucket.name, bucket.policy)], bucket.name, user) : NO_REACH;
    if (given.statements.length + byBucket.statements.length === 0) return NO_REACH;
    const allowed = narrowed ? given.actions.filter((name) => narrowed.actions.includes(name)) : given.actions;
    return {
      actions: [...new Set([...allowed, ...byBucket.actions])].sort(),
      statements: [...given.statements, ...(narrowed?.statements ?? []), ...byBucket.statements],
    };
  };
}

export function bucketDocument(bucket: string, policy: NamedDocument['text']): NamedDocument {
  return { id: `bucket ${bucket}`, name: `policy of bucket ${bucket}`, kind: 'bucket-policy', text: policy };
}
