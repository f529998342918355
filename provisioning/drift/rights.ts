import {
  actionNames,
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
/** A session has no right that its user has not. */
const ADDS_NOTHING = 'sts:AssumeRole';
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
  if (!allowedBy) return 'it belongs to root';
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

interface Kind {
  readonly actions: string[];
  /** Where, with which conditions, and why. */
  readonly example: Counterexample;
}

/** Counterexamples that differ in nothing but their actions are one. */
function mergedKinds(a: Subject, b: Subject, { version, buckets }: RightsOptions, gaveUp: string[]): readonly Kind[] {
  const kinds = new Map<string, Kind>();
  try {
    const actions = [...actionNames(version)].filter((action) => action !== ADDS_NOTHING);
    for (const found of differences(a, b, { version, actions, knownBuckets: buckets })) {
      const { counterexample, unknown } = found;
      if (!counterexample) {
        gaveUp.push(`may be able to ${some(found.actions, MAX_ACTIONS)}: the proof was given up, because ${unknown}`);
        continue;
      }
      const { request, allowedBy } = counterexample;
      const key = JSON.stringify([request.bucket, request.key, request.conditions, allowedBy]);
      const known = kinds.get(key);
      if (known) known.actions.push(...found.actions);
      else kinds.set(key, { actions: [...found.actions], example: counterexample });
    }
  } catch (error) {
    if (!(error instanceof StateLimit)) throw error;
    gaveUp.push(`may be able to do more: the proof was given up, because ${error.message}`);
  }
  return [...kinds.values()];
}

/** What `a` may do that `b` may not, the most telling first. `origins`: where the policies of `a` come from. */
export function subjectsBeyond(
  a: Subject,
  b: Subject,
  options: RightsOptions,
  origins?: ObservedIdentity['origins'],
): readonly Right[] {
  const { kind, embeddedPolicy } = a.principal;
  if (kind === 'root' && !embeddedPolicy) return [{ text: 'has every right, as root has' }];
  const gaveUp: string[] = [];
  const told = mergedKinds(a, b, options, gaveUp).map(({ actions, example }) => {
    const named = [...new Set(actions)].sort((x, y) => rank(x) - rank(y));
    const isAdmin = named.some((action) => ADMINISTERS.has(action));
    const { bucket } = example.request;
    const isForeign = bucket !== undefined && !options.buckets.includes(bucket);
    const text = `could ${some(named, MAX_ACTIONS)}${targetOf(example)}, because ${reasonOf(example, origins)}`;
    return {
      text: isAdmin ? `is an administrator and ${text}` : text,
      ...(example.allowedBy ? { policy: example.allowedBy.policy } : {}),
      rank: rank(named[0] ?? '') + (isForeign ? TELLING.length : 0),
    };
  });
  return [
    ...told.sort((x, y) => x.rank - y.rank).map(({ rank: _, ...right }) => right),
    ...gaveUp.map((text) => ({ text })),
  ];
}

/** The same for identities to which the same bucket policies apply. */
export function rightsBeyond(
  a: Principal,
  b: Principal,
  options: RightsOptions,
  origins?: ObservedIdentity['origins'],
): readonly Right[] {
  const bucketPolicies = options.bucketPolicies ?? {};
  return subjectsBeyond({ principal: a, bucketPolicies }, { principal: b, bucketPolicies }, options, origins);
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
  return [...sentences.slice(0, MAX_SENTENCES), `… and ${sentences.length - MAX_SENTENCES} more`];
}
