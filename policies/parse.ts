import { actionNames, isAcceptedAction } from './actions.js';
import { S3_ARN_PREFIX } from './compile.js';
import { globMatches } from './glob.js';
import { DEFAULT_RUSTFS_VERSION, type PolicyDocument, type RustFsVersion } from './model.js';
import { checkConditions } from './parse-conditions.js';
import { isObject, type Json, type PolicyProblem, Problems, strings } from './problems.js';
import { POLICY_PROFILES } from './profiles.js';

export interface ParseOptions {
  readonly kind: 'iam' | 'bucket';
  /** Bucket policies only: every resource has to be this bucket or lie in it. */
  readonly bucket?: string;
  /** @default 1.0.1 */
  readonly version?: RustFsVersion;
}

export type ParseResult =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problems: readonly PolicyProblem[] };

const KMS_ARN = /^arn:aws:kms:::(?:\*|key\/[^/\\]+|alias\/[^\\]+)$/;
const STATEMENT_KEYS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];

function suggestActions(action: string, version: RustFsVersion): string {
  const names = [...actionNames(version)];
  if (action.includes('*') || action.includes('?')) {
    const meant = names.filter((name) => globMatches(action, name));
    return meant.length > 0 ? `list the actions: ${meant.join(', ')}` : 'write exact action names';
  }
  const near = names.filter(
    (name) => name.toLowerCase() === action.toLowerCase() || name.toLowerCase().endsWith(`:${action.toLowerCase()}`),
  );
  return near.length > 0 ? `write ${near.join(' or ')}` : 'write an action name that this RustFS version knows';
}

function checkActions(value: unknown, path: string, version: RustFsVersion, problems: Problems): ReadonlySet<string> {
  const families = new Set<string>();
  for (const [itemPath, action] of strings(value, path, problems)) {
    families.add(action === '*' ? 's3' : (action.split(':', 1)[0] ?? ''));
    if (isAcceptedAction(action, version)) continue;
    const rule = /[*?]/.test(action)
      ? 'RustFS takes exact action names or a whole family (s3:*), no partial wildcards'
      : `RustFS ${version} does not know this action`;
    problems.add(itemPath, action, rule, suggestActions(action, version));
  }
  return families;
}

function checkResource(
  path: string,
  resource: string,
  options: ParseOptions,
  kmsAllowed: boolean,
  problems: Problems,
): void {
  if (resource.startsWith(S3_ARN_PREFIX)) {
    const pattern = resource.slice(S3_ARN_PREFIX.length);
    if (pattern === '' || pattern.startsWith('/')) {
      problems.add(
        path,
        resource,
        'the part after arn:aws:s3::: must not be empty or start with /',
        `write ${S3_ARN_PREFIX}<bucket> or ${S3_ARN_PREFIX}<bucket>/*`,
      );
    } else if (
      options.bucket !== undefined &&
      pattern !== options.bucket &&
      !pattern.startsWith(`${options.bucket}/`)
    ) {
      problems.add(
        path,
        resource,
        `a policy of bucket ${options.bucket} can only speak of that bucket`,
        `write ${S3_ARN_PREFIX}${options.bucket} or ${S3_ARN_PREFIX}${options.bucket}/*`,
      );
    }
    return;
  }
  if (kmsAllowed && KMS_ARN.test(resource)) return;
  const fix =
    resource === '*'
      ? `write ${S3_ARN_PREFIX}* for all buckets`
      : `write ${S3_ARN_PREFIX}<bucket> or ${S3_ARN_PREFIX}<bucket>/<key pattern>`;
  problems.add(path, resource, 'a resource must start with arn:aws:s3:::', fix);
}

function checkPrincipal(value: unknown, path: string, problems: Problems): void {
  if (value === '*') return;
  const fix = 'write "*" or {"AWS": ["<access key>"]}';
  if (!isObject(value)) {
    problems.add(path, value, 'a bucket policy statement needs a Principal', fix);
    return;
  }
  for (const [key, keys] of Object.entries(value)) {
    if (key === 'AWS' || key === 'Service') strings(keys, `${path}.${key}`, problems);
    else problems.add(`${path}.${key}`, keys, 'a Principal has only AWS or Service', fix);
  }
  if (Object.keys(value).length === 0) problems.add(path, value, 'a Principal must name somebody', fix);
}

function checkStatement(
  statement: unknown,
  path: string,
  options: ParseOptions,
  version: RustFsVersion,
  problems: Problems,
): void {
  if (!isObject(statement)) {
    problems.add(path, statement, 'a statement must be an object', 'write {"Effect": …, "Action": …, "Resource": …}');
    return;
  }
  const allowed = options.kind === 'bucket' ? [...STATEMENT_KEYS, 'Principal'] : STATEMENT_KEYS;
  for (const key of Object.keys(statement).filter((name) => !allowed.includes(name))) {
    const fix =
      key === 'Principal'
        ? 'leave it out: an IAM policy speaks of whom it is attached to'
        : `use only ${allowed.join(', ')}`;
    problems.add(`${path}.${key}`, statement[key], 'RustFS refuses unknown statement keys', fix);
  }
  if (statement.Sid !== undefined && typeof statement.Sid !== 'string')
    problems.add(`${path}.Sid`, statement.Sid, 'must be a string', 'write a string');
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny') {
    problems.add(`${path}.Effect`, statement.Effect, 'must be exactly Allow or Deny', 'write "Allow" or "Deny"');
  }
  if (options.kind === 'bucket') checkPrincipal(statement.Principal, `${path}.Principal`, problems);
  const families = checkActionPart(statement, path, version, problems);
  checkResourcePart(statement, path, families, options, problems);
  if (statement.Condition !== undefined) checkConditions(statement.Condition, `${path}.Condition`, version, problems);
}

/** Families of `Action`; empty for `NotAction`. */
function checkActionPart(
  statement: Json,
  path: string,
  version: RustFsVersion,
  problems: Problems,
): ReadonlySet<string> {
  const { Action: action, NotAction: notAction } = statement;
  const isEmpty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  if (isEmpty(action) && isEmpty(notAction)) {
    problems.add(`${path}.Action`, action, 'a statement needs Action or NotAction', 'list at least one action');
    return new Set();
  }
  if (!isEmpty(action) && !isEmpty(notAction)) {
    problems.add(`${path}.NotAction`, notAction, 'Action and NotAction exclude each other', 'keep one of them');
  }
  if (!isEmpty(notAction)) checkActions(notAction, `${path}.NotAction`, version, problems);
  if (isEmpty(action)) return new Set();
  const families = checkActions(action, `${path}.Action`, version, problems);
  if (families.size > 1) {
    problems.add(
      `${path}.Action`,
      action,
      'one statement cannot mix action families (s3, admin, sts, kms)',
      'write one statement for each family',
    );
  }
  return families;
}

function checkResourcePart(
  statement: Json,
  path: string,
  families: ReadonlySet<string>,
  options: ParseOptions,
  problems: Problems,
): void {
  const { Resource: resource, NotResource: notResource } = statement;
  if (resource !== undefined && notResource !== undefined) {
    problems.add(`${path}.NotResource`, notResource, 'Resource and NotResource exclude each other', 'keep one of them');
  }
  const needsResource = options.kind === 'bucket' || families.size === 0 || families.has('s3');
  const isEmpty = (value: unknown) => value === undefined || (Array.isArray(value) && value.length === 0);
  if (needsResource && isEmpty(resource) && isEmpty(notResource)) {
    problems.add(
      `${path}.Resource`,
      resource,
      'a statement on S3 actions needs Resource or NotResource',
      `write ${S3_ARN_PREFIX}${options.bucket ?? '<bucket>'}`,
    );
  }
  const kmsAllowed =
    families.size === 1 &&
    families.has('kms') &&
    POLICY_PROFILES[options.version ?? DEFAULT_RUSTFS_VERSION].kmsResources;
  for (const [key, value] of [
    ['Resource', resource],
    ['NotResource', notResource],
  ] as const) {
    if (value === undefined) continue;
    for (const [itemPath, text] of strings(value, `${path}.${key}`, problems))
      checkResource(itemPath, text, options, kmsAllowed, problems);
  }
}

/**
 * Checks a document against every rule of RustFS' parser and reports all problems at once (source: rustfs-policy;
 * recorded: 03-policies, 07-buckets of both versions).
 */
export function parsePolicy(input: unknown, options: ParseOptions): ParseResult {
  const version = options.version ?? DEFAULT_RUSTFS_VERSION;
  const problems = new Problems();
  const idKey = options.kind === 'iam' ? 'ID' : 'Id';
  if (!isObject(input)) {
    problems.add('$', input, 'a policy must be a JSON object', 'write {"Version": "2012-10-17", "Statement": […]}');
    return { ok: false, problems: problems.list };
  }
  for (const key of Object.keys(input).filter((name) => ![idKey, 'Version', 'Statement'].includes(name))) {
    const fix = key === 'Id' ? 'write ID, or leave it out' : `use only ${idKey}, Version and Statement`;
    problems.add(`$.${key}`, input[key], 'RustFS refuses unknown policy keys', fix);
  }
  if (input[idKey] !== undefined && typeof input[idKey] !== 'string')
    problems.add(`$.${idKey}`, input[idKey], 'must be a string', 'write a string');
  if (input.Version !== '2012-10-17')
    problems.add('$.Version', input.Version, 'must be exactly 2012-10-17', 'write "2012-10-17"');
  if (Array.isArray(input.Statement)) {
    input.Statement.forEach((statement: unknown, index) => {
      checkStatement(statement, `$.Statement[${index}]`, options, version, problems);
    });
  } else
    problems.add(
      '$.Statement',
      input.Statement,
      'must be a list of statements',
      'write a list, even for one statement',
    );
  return problems.list.length > 0
    ? { ok: false, problems: problems.list }
    : { ok: true, document: input as unknown as PolicyDocument };
}
