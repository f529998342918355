import { actionLevel, S3_ACTIONS } from './actions.js';
import { S3_ARN_PREFIX } from './compile.js';
import { asList } from './lists.js';
import { DEFAULT_RUSTFS_VERSION, type PolicyDocument, type PolicyStatement, type RustFsVersion } from './model.js';
import { parsePolicy } from './parse.js';

export type LintCode =
  | 'invalid'
  | 'all-buckets'
  | 'all-actions'
  | 'never-matches'
  | 'missing-companion'
  | 'admin-action';

export interface LintFinding {
  readonly code: LintCode;
  /** `error`: wider than any component should be, or without effect. `hint`: may be meant. */
  readonly severity: 'error' | 'hint';
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export interface LintOptions {
  /** Shown in messages. */
  readonly name: string;
  /** @default iam */
  readonly kind?: 'iam' | 'bucket';
  /** @default 1.0.1 */
  readonly version?: RustFsVersion;
}

function* lintResources(statement: PolicyStatement, path: string, options: LintOptions): Generator<LintFinding> {
  const actions = asList(statement.Action).filter((action) => S3_ACTIONS.has(action));
  const wildcard = asList(statement.Action).some((action) => action === '*' || action === 's3:*');
  for (const [index, arn] of asList(statement.Resource).entries()) {
    if (!arn.startsWith(S3_ARN_PREFIX)) continue;
    const pattern = arn.slice(S3_ARN_PREFIX.length);
    const at = `${path}.Resource[${index}]`;
    const accountOnly = actions.length > 0 && !wildcard && actions.every((action) => actionLevel(action) === 'account');
    if (/^\*/.test(pattern) && !accountOnly) {
      yield {
        code: 'all-buckets',
        severity: 'error',
        path: at,
        message: `${options.name}: ${arn} covers every bucket of the server`,
        fix: 'name the buckets',
      };
    }
  }
}

/** An action whose level no resource of the statement has: an object action on a bucket ARN, or the reverse. */
function* lintLevels(statement: PolicyStatement, path: string, { name }: LintOptions): Generator<LintFinding> {
  const patterns = asList(statement.Resource).map((arn) => arn.replace(S3_ARN_PREFIX, ''));
  if (patterns.length === 0) return;
  const canBe = {
    account: true,
    bucket: patterns.some((p) => !p.includes('/') || /^[^/]*\*/.test(p)),
    object: patterns.some((p) => p.includes('/') || p.includes('*')),
  };
  for (const [index, action] of asList(statement.Action).entries()) {
    const level = S3_ACTIONS.get(action)?.level;
    if (level === undefined || canBe[level]) continue;
    const wanted = level === 'object' ? 'arn:aws:s3:::<bucket>/*' : 'arn:aws:s3:::<bucket>';
    yield {
      code: 'never-matches',
      severity: 'error',
      path: `${path}.Action[${index}]`,
      message: `${name}: ${action} works on ${level === 'object' ? 'objects' : 'buckets'}, but the statement only has ${asList(statement.Resource).join(', ')}, so it can never match`,
      fix: `give it ${wanted}`,
    };
  }
}

function* lintActions(statement: PolicyStatement, path: string, { name }: LintOptions): Generator<LintFinding> {
  for (const [index, action] of asList(statement.Action).entries()) {
    const at = `${path}.Action[${index}]`;
    if (action === '*' || action === 's3:*') {
      yield {
        code: 'all-actions',
        severity: 'error',
        path: at,
        message: `${name}: ${action} also grants bucket policies, deletion and every later action`,
        fix: 'list the actions',
      };
    } else if (/^(?:admin|kms):/.test(action)) {
      yield {
        code: 'admin-action',
        severity: 'error',
        path: at,
        message: `${name}: ${action} administers the server`,
        fix: 'leave it to root',
      };
    }
  }
}

const COMPANIONS: readonly (readonly [action: string, companion: string, why: string])[] = [
  ['s3:PutObject', 's3:AbortMultipartUpload', 'SDKs upload large objects in parts and abort failed uploads'],
  ['s3:ListBucket', 's3:GetBucketLocation', 'some SDKs ask for the bucket location before the first request'],
];

function* lintCompanions(document: PolicyDocument, { name }: LintOptions): Generator<LintFinding> {
  const granted = new Set(
    document.Statement.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => asList(Action)),
  );
  if (granted.has('s3:*') || granted.has('*')) return;
  for (const [action, companion, why] of COMPANIONS) {
    if (!granted.has(action) || granted.has(companion)) continue;
    yield {
      code: 'missing-companion',
      severity: 'hint',
      path: '$.Statement',
      message: `${name}: ${action} without ${companion}: ${why}`,
      fix: `add ${companion} if the application needs it`,
    };
  }
}

/** What is valid but unwise in a policy: too wide, without effect, or missing what SDKs need. */
export function lintPolicy(document: PolicyDocument, options: LintOptions): readonly LintFinding[] {
  const parsed = parsePolicy(document, {
    kind: options.kind ?? 'iam',
    version: options.version ?? DEFAULT_RUSTFS_VERSION,
  });
  if (!parsed.ok) {
    return parsed.problems.map(({ path, message, fix }) => ({
      code: 'invalid',
      severity: 'error',
      path,
      message: `${options.name}: ${message}`,
      fix,
    }));
  }
  const allows = [...document.Statement.entries()].filter(([, { Effect }]) => Effect === 'Allow');
  return [
    ...allows.flatMap(([index, statement]) => {
      const path = `$.Statement[${index}]`;
      return [
        ...lintActions(statement, path, options),
        ...lintResources(statement, path, options),
        ...lintLevels(statement, path, options),
      ];
    }),
    ...lintCompanions(document, options),
  ];
}
