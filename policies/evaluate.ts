import { type CompiledStatement, compilePolicy, resourceText } from './compile.js';
import { canonicalConditionKey } from './condition-keys.js';
import type { ConditionContext } from './conditions.js';
import { cleanResource } from './glob.js';
import { asList } from './lists.js';
import {
  type AccessRequest,
  DEFAULT_RUSTFS_VERSION,
  type Decision,
  type NamedPolicy,
  type PolicyDocument,
  type Principal,
  type RustFsVersion,
  type StatementRef,
} from './model.js';
import { type Variables, variablesOf } from './variables.js';

export interface EvaluateOptions {
  /** Policy of the bucket that the request is about, if it has one. */
  readonly bucketPolicy?: PolicyDocument;
  /** @default 1.0.1 */
  readonly version?: RustFsVersion;
}

/** A request with everything that matching needs computed at most once. */
interface Question extends ConditionContext {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: string;
  readonly bucketResource: string;
  variables(): Variables;
}

/** Condition keys whose value is the identity itself. */
function identityValue(principal: Principal, key: string): readonly string[] {
  const username = principal.parentUser ?? principal.accessKey;
  return (key === 'aws:username' || key === 'aws:userid') && username !== '' ? [username] : [];
}

function questionOf(principal: Principal, request: AccessRequest): Question {
  let variables: Variables | undefined;
  const bucketResource = request.bucket === undefined ? '' : cleanResource(resourceText(request.bucket));
  return {
    principal,
    action: request.action,
    bucketResource,
    resource:
      request.bucket === undefined || !request.key
        ? bucketResource
        : cleanResource(resourceText(request.bucket, request.key)),
    variables() {
      variables ??= variablesOf(principal, request);
      return variables;
    },
    values: (key) => {
      const given =
        request.conditions?.[key] ?? (key === 's3:versionid' ? request.conditions?.['s3:VersionId'] : undefined);
      return given === undefined ? identityValue(principal, canonicalConditionKey(key)) : asList(given);
    },
  };
}

const LIST_ACTIONS = new Set(['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads']);

function resourceApplies(statement: CompiledStatement, question: Question): boolean {
  if (statement.ignoresResources) return true;
  const text =
    statement.usesPrefixCondition && LIST_ACTIONS.has(question.action) ? question.bucketResource : question.resource;
  const { resources, notResources } = statement;
  if (resources) return resources.some((pattern) => pattern.matches(text, question.variables));
  return notResources !== undefined && !notResources.some((pattern) => pattern.matches(text, question.variables));
}

function applies(statement: CompiledStatement, question: Question): boolean {
  return (
    statement.coversAction(question.action) &&
    resourceApplies(statement, question) &&
    statement.conditions.every((condition) => condition.holds(question))
  );
}

type Verdict = { readonly effect: 'allow' | 'deny'; readonly statement: StatementRef } | undefined;

const refer = (policy: string, { index, sid }: CompiledStatement): StatementRef => ({
  policy,
  index,
  ...(sid ? { sid } : {}),
});

/** Deny wins over allow across the union; undefined when no statement speaks of the request. */
function verdictOf(policies: readonly NamedPolicy[], question: Question, version: RustFsVersion): Verdict {
  for (const { name, document } of policies) {
    const deny = compilePolicy(document, { version }).denies.find((statement) => applies(statement, question));
    if (deny) return { effect: 'deny', statement: refer(name, deny) };
  }
  for (const { name, document } of policies) {
    const allow = compilePolicy(document, { version }).allows.find((statement) => applies(statement, question));
    if (allow) return { effect: 'allow', statement: refer(name, allow) };
  }
  return undefined;
}

function bucketVerdict(document: PolicyDocument | undefined, question: Question, version: RustFsVersion): Verdict {
  if (document === undefined) return undefined;
  const speaksOf = (statement: CompiledStatement) =>
    statement.principals.some((pattern) => pattern.matches(question.principal.accessKey, question.variables)) &&
    applies(statement, question);
  const { denies, allows } = compilePolicy(document, { version });
  const deny = denies.find(speaksOf);
  if (deny) return { effect: 'deny', statement: refer('bucket policy', deny) };
  const allow = allows.find(speaksOf);
  return allow && { effect: 'allow', statement: refer('bucket policy', allow) };
}

/** What root may always do to a bucket policy, so that a Deny cannot lock everybody out (reference: bucket policy rules). */
export const OWNER_ALWAYS = new Set(['s3:GetBucketPolicy', 's3:PutBucketPolicy', 's3:DeleteBucketPolicy']);

/** Actions for which an IAM Deny beats an Allow of the bucket policy; for the others the bucket policy wins (source: access.rs). */
export const IAM_DENY_BEATS_BUCKET_ALLOW =
  /^s3:(?:Delete|ForceDelete|ListBucketVersions$|BypassGovernanceRetention$|ReplicateDelete$)/;

function iamVerdict(principal: Principal, question: Question, version: RustFsVersion): Verdict | 'owner' {
  if (principal.kind === 'anonymous') return undefined;
  const embedded = principal.embeddedPolicy && verdictOf([principal.embeddedPolicy], question, version);
  if (principal.embeddedPolicy && embedded?.effect !== 'allow') return embedded;
  if (principal.kind === 'root') return embedded ?? 'owner';
  const granted = verdictOf(principal.policies, question, version);
  return granted;
}

/**
 * What RustFS answers to one request of one identity, with the statement that decided.
 *
 * Root owns everything but what a bucket policy denies; an embedded or session policy can only narrow; a Deny beats an
 * Allow; a bucket policy's Allow counts like an IAM Allow. Facts: RustFS 1.0.1 and 1.0.0-beta.7 source and recordings.
 */
export function evaluate(principal: Principal, request: AccessRequest, options: EvaluateOptions = {}): Decision {
  const version = options.version ?? DEFAULT_RUSTFS_VERSION;
  const question = questionOf(principal, request);
  const bucket = bucketVerdict(options.bucketPolicy, question, version);
  const iam = iamVerdict(principal, question, version);
  if (bucket?.effect === 'deny' && !(iam === 'owner' && OWNER_ALWAYS.has(request.action))) {
    return { allowed: false, reason: 'explicit-deny', statement: bucket.statement };
  }
  if (iam === 'owner') return { allowed: true, reason: 'owner' };
  if (iam?.effect === 'deny' && (bucket === undefined || IAM_DENY_BEATS_BUCKET_ALLOW.test(request.action))) {
    return { allowed: false, reason: 'explicit-deny', statement: iam.statement };
  }
  if (iam?.effect === 'allow') return { allowed: true, reason: 'iam-allow', statement: iam.statement };
  if (bucket) return { allowed: true, reason: 'bucket-policy-allow', statement: bucket.statement };
  return { allowed: false, reason: 'implicit-deny' };
}
