import { type CompiledCondition, compileConditions } from './conditions.js';
import { compileGlob, toBytes } from './glob.js';
import { asList } from './lists.js';
import {
  DEFAULT_RUSTFS_VERSION,
  type OneOrMany,
  type PolicyDocument,
  type PolicyStatement,
  type RustFsVersion,
} from './model.js';
import { POLICY_PROFILES, type PolicyProfile } from './profiles.js';
import { expandVariables, hasVariables, type Variables } from './variables.js';

export const S3_ARN_PREFIX = 'arn:aws:s3:::';
const FORCE_DELETE = new Set(['s3:ForceDeleteBucket', 's3:ForceDeleteObject']);

/** A resource or action pattern, ready to be matched. */
export interface Pattern {
  /** As written, for resources without the ARN prefix. */
  readonly source: string;
  matches(text: string, variables: () => Variables): boolean;
}

export interface CompiledStatement {
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  /** True when the statement's action part covers the action. */
  coversAction(action: string): boolean;
  /** Undefined when the statement has none. */
  readonly resources?: readonly Pattern[];
  readonly notResources?: readonly Pattern[];
  /** Admin and STS statements apply whatever their resource says (source: rustfs-policy `statement.rs`). */
  readonly ignoresResources: boolean;
  readonly conditions: readonly CompiledCondition[];
  /** Access keys of a bucket policy statement, as patterns. */
  readonly principals: readonly Pattern[];
  /** A condition on `s3:prefix`: list actions are then matched with the bucket alone (source: `build_resource`). */
  readonly usesPrefixCondition: boolean;
  readonly source: PolicyStatement;
}

export interface CompiledPolicy {
  readonly denies: readonly CompiledStatement[];
  readonly allows: readonly CompiledStatement[];
}

function globPattern(source: string): Pattern {
  if (hasVariables(source)) {
    return { source, matches: (text, variables) => compileGlob(expandVariables(source, variables()))(text) };
  }
  const matches = compileGlob(source);
  return { source, matches };
}

function resourcePatterns(resources: OneOrMany<string> | undefined): readonly Pattern[] | undefined {
  if (resources === undefined) return undefined;
  return asList(resources).map((arn) =>
    globPattern(arn.startsWith(S3_ARN_PREFIX) ? arn.slice(S3_ARN_PREFIX.length) : arn),
  );
}

/** `s3:*` and `*` cover a whole family; every other name covers itself (and GetObjectVersion also GetObject). */
function covers(names: readonly string[], action: string): boolean {
  return names.some((name) => {
    if (name === action) return true;
    if (name === '*') return action.startsWith('s3:');
    if (name.endsWith(':*')) return action.startsWith(name.slice(0, -1));
    return name === 's3:GetObjectVersion' && action === 's3:GetObject';
  });
}

function actionTest(statement: PolicyStatement, profile: PolicyProfile): (action: string) => boolean {
  const names = asList(statement.Action);
  const excluded = asList(statement.NotAction);
  const explicitOnly = statement.Effect === 'Allow' && !profile.wildcardGrantsForceDelete;
  const test = (action: string) => {
    if (statement.NotAction !== undefined)
      return !covers(excluded, action) && !(explicitOnly && FORCE_DELETE.has(action));
    if (explicitOnly && FORCE_DELETE.has(action)) return names.includes(action);
    return covers(names, action);
  };
  const known = new Map<string, boolean>();
  return (action) => {
    const remembered = known.get(action);
    if (remembered !== undefined) return remembered;
    const result = test(action);
    known.set(action, result);
    return result;
  };
}

function principalPatterns({ Principal: principal }: PolicyStatement): readonly Pattern[] {
  if (principal === undefined) return [];
  if (principal === '*') return [globPattern('*')];
  return asList('AWS' in principal ? principal.AWS : principal.Service).map(globPattern);
}

function compileStatement(statement: PolicyStatement, index: number, profile: PolicyProfile): CompiledStatement {
  const conditions = compileConditions(statement.Condition, profile.dateOperatorsInverted);
  const resources = resourcePatterns(statement.Resource);
  const notResources = resourcePatterns(statement.NotResource);
  const names = asList(statement.Action);
  return {
    index,
    ...(statement.Sid ? { sid: statement.Sid } : {}),
    effect: statement.Effect,
    coversAction: actionTest(statement, profile),
    ...(resources ? { resources } : {}),
    ...(notResources ? { notResources } : {}),
    ignoresResources: names.some((name) => !name.startsWith('s3:') && name !== '*'),
    conditions,
    principals: principalPatterns(statement),
    usesPrefixCondition: conditions.some(({ keys }) => keys.includes('s3:prefix')),
    source: statement,
  };
}

const cache: Readonly<Record<RustFsVersion, WeakMap<PolicyDocument, CompiledPolicy>>> = {
  '1.0.1': new WeakMap(),
  '1.0.0-beta.7': new WeakMap(),
};

/** Compiles a document that `parsePolicy` accepted. The same document object is compiled once per version. */
export function compilePolicy(
  document: PolicyDocument,
  { version = DEFAULT_RUSTFS_VERSION }: { version?: RustFsVersion } = {},
): CompiledPolicy {
  const known = cache[version].get(document);
  if (known) return known;
  const statements = document.Statement.map((statement, index) =>
    compileStatement(statement, index, POLICY_PROFILES[version]),
  );
  const compiled = {
    denies: statements.filter(({ effect }) => effect === 'Deny'),
    allows: statements.filter(({ effect }) => effect === 'Allow'),
  };
  cache[version].set(document, compiled);
  return compiled;
}

/** A text as patterns are matched against it. */
export function resourceText(bucket: string, key?: string): string {
  return toBytes(key === undefined || key === '' ? bucket : `${bucket}/${key}`);
}
