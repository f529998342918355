import {
  asList,
  type Counterexample,
  differences,
  type PolicyDocument,
  type Principal,
  type RustFsVersion,
  StateLimit,
  type Subject,
} from '../../policies/index.js';
import type { ObservedIdentity } from '../verify/explain.js';

/** Something that one side may do and the other may not. */
export interface Right {
  /** In words, without who: `could s3:GetObject web-assets/x, because policy …`. */
  readonly text: string;
  /** Policy whose statement allows it. Absent for root, and when it could not be told. */
  readonly policy?: string;
}

export interface RightsOptions {
  readonly version: RustFsVersion;
  /** Declared buckets: examples name them where they can. */
  readonly buckets: readonly string[];
  /** Policies of buckets that count for both sides. */
  readonly bucketPolicies?: Readonly<Record<string, PolicyDocument>>;
}

const NOBODY: Principal = { kind: 'anonymous', accessKey: '', policies: [] };

/** Whoever may do one of these can give itself every right. */
const ADMINISTERS = new Set(
  ['CreatePolicy', 'AttachUserOrGroupPolicy', 'UpdatePolicyAssociation', 'AddUserToGroup', 'ImportIAM'].map(
    (name) => `admin:${name}`,
  ),
);
/** Named first, when somebody may do them. */
const TELLING = [
  'admin:AttachUserOrGroupPolicy',
  's3:GetObject',
  's3:PutObject',
  's3:DeleteObject',
  's3:ListBucket',
  's3:PutBucketPolicy',
  's3:DeleteBucket',
];
const MAX_ACTIONS = 3;
const MAX_PATTERNS = 2;

function some(names: readonly string[], limit: number): string {
  const shown = names.slice(0, limit).join(', ');
  return names.length > limit ? `${shown} and ${names.length - limit} more` : shown;
}

function targetOf({ request: { bucket, key, conditions } }: Counterexample): string {
  const target = bucket === undefined ? '' : ` ${bucket}${key === undefined ? '' : `/${key}`}`;
  const given = Object.entries(conditions ?? {}).map(([name, value]) => `${name} ${asList(value).join(', ')}`);
  return `${target}${given.length > 0 ? ` with ${given.join(' and ')}` : ''}`;
}

function reasonOf({ allowedBy, allowingStatement, request }: Counterexample, origins?: ObservedIdentity['origins']) {
  if (!allowedBy) return 'it belongs to root, whom no policy restricts';
  const { Action, NotAction, Resource, NotResource } = allowingStatement ?? {};
  const actions = Action
    ? some(asList(Action), MAX_PATTERNS)
    : `everything but ${some(asList(NotAction), MAX_PATTERNS)}`;
  const resources = Resource
    ? ` on ${some(asList(Resource), MAX_PATTERNS)}`
    : NotResource
      ? ` on everything but ${some(asList(NotResource), MAX_PATTERNS)}`
      : '';
  const origin = origins?.get(allowedBy.policy);
  const policy =
    allowedBy.policy === 'bucket policy' ? `the policy of bucket ${request.bucket}` : `policy ${allowedBy.policy}`;
  return `${policy}${origin ? `, ${origin},` : ''} allows ${actions}${resources}`;
}

const rank = (action: string) => {
  const index = TELLING.indexOf(action);
  return index < 0 ? TELLING.length : index;
};

/** What `a` may do that `b` may not, the most telling first. `origins`: where the policies of `a` come from. */
export function rightsBeyond(
  a: Principal,
  b: Principal,
  { version, buckets, bucketPolicies }: RightsOptions,
  origins?: ObservedIdentity['origins'],
): readonly Right[] {
  const subject = (principal: Principal): Subject => ({ principal, ...(bucketPolicies ? { bucketPolicies } : {}) });
  return subjectsBeyond(subject(a), subject(b), { version, buckets }, origins);
}

/** The same for subjects with bucket policies of their own. */
export function subjectsBeyond(
  a: Subject,
  b: Subject,
  { version, buckets }: RightsOptions,
  origins?: ObservedIdentity['origins'],
): readonly Right[] {
  const found: (Right & { readonly rank: number })[] = [];
  try {
    for (const { actions, counterexample, unknown } of differences(a, b, { version, knownBuckets: buckets })) {
      if (!counterexample) {
        const text = `may be able to ${some(actions, MAX_ACTIONS)}: the proof was given up, because ${unknown}`;
        found.push({ text, rank: TELLING.length + 1 });
        continue;
      }
      const named = [...actions].sort((x, y) => rank(x) - rank(y));
      const isAdmin = actions.some((action) => ADMINISTERS.has(action));
      const foreign = counterexample.request.bucket !== undefined && !buckets.includes(counterexample.request.bucket);
      found.push({
        text: `${isAdmin ? 'is an administrator and ' : ''}could ${some(named, MAX_ACTIONS)}${targetOf(counterexample)}, because ${reasonOf(counterexample, origins)}`,
        ...(counterexample.allowedBy ? { policy: counterexample.allowedBy.policy } : {}),
        rank: rank(named[0] ?? '') + (foreign ? TELLING.length : 0),
      });
    }
  } catch (error) {
    if (!(error instanceof StateLimit)) throw error;
    found.push({ text: `may be able to do more: the proof was given up, because ${error.message}`, rank: 99 });
  }
  return found.sort((x, y) => x.rank - y.rank).map(({ rank: _, ...right }) => right);
}

/** Everything that an identity may do, compared with somebody without any right. */
export function rightsOf(identity: ObservedIdentity, options: RightsOptions): readonly Right[] {
  if (identity.powerless) return [];
  return rightsBeyond(identity.principal, NOBODY, options, identity.origins);
}

const MAX_SENTENCES = 3;

/** The first of the sentences, and how many there are beside them. */
export function shorten(sentences: readonly string[]): readonly string[] {
  if (sentences.length <= MAX_SENTENCES) return sentences;
  return [...sentences.slice(0, MAX_SENTENCES), `… and ${sentences.length - MAX_SENTENCES} more kinds of request`];
}
