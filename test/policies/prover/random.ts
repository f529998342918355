import type {
  AccessRequest,
  ConditionBlock,
  NamedPolicy,
  PolicyDocument,
  PolicyStatement,
  Principal,
} from '../../../policies/index.js';
import type { Subject } from '../../../policies/prover/model.js';

/** Numbers from a seed (mulberry32), so that a failure can be repeated. */
export function createRandom(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const pick = <T>(items: readonly T[]): T => items[Math.floor(next() * items.length)] as T;
  const some = <T>(items: readonly T[], most: number): T[] =>
    Array.from({ length: 1 + Math.floor(next() * most) }, () => pick(items));
  return { next, pick, some, chance: (probability: number) => next() < probability };
}
export type Random = ReturnType<typeof createRandom>;

export const ACTIONS = [
  's3:GetObject',
  's3:GetObjectVersion',
  's3:PutObject',
  's3:DeleteObject',
  's3:ForceDeleteObject',
  's3:ListBucket',
  's3:ListBucketVersions',
  's3:PutBucketPolicy',
  's3:ListAllMyBuckets',
  'admin:ListUsers',
  'sts:AssumeRole',
];
const PATTERNS = [
  '*',
  'a',
  'b',
  'ab',
  'a*',
  '?',
  '?b',
  'a/*',
  'b/*',
  '*/x',
  'a/x',
  'a/x*',
  'a/?',
  '?/x',
  'a*/x*y',
  '*b/*',
  'é/*',
  '??/*',
  'a/${aws:username}/*',
  '${aws:username}/*',
];
export const BUCKETS = ['a', 'b', 'ab', 'bb', 'c', 'é', 'u'];
const KEYS = ['x', 'y', 'xy', 'x/y', 'u/x', 'v/x', 'xzy', 'é'];
const TEXT_VALUES = ['x', 'X', 'y', 'x/', 'x/y', '', 'true', 'false', 'é', 'xx'];
const TEXT_PATTERNS = ['x', 'x*', '*', '?', 'X', 'x/*', '*y', 'true', ''];
const NUMBERS = ['1', '5', '10'];
const DATES = ['2026-01-01T00:00:00Z', '2026-06-01T00:00:00Z'];
const ADDRESSES = ['10.0.0.1', '10.1.0.1', '192.168.0.1', '::1', 'fd00::1', '::ffff:10.0.0.1'];
const BLOCKS = ['10.0.0.0/8', '10.0.0.0/16', '10.0.0.1', '0.0.0.0/0', '::/0', 'fd00::/8', '192.168.0.0/24'];

function conditions(random: Random): ConditionBlock {
  const { pick, some, chance } = random;
  const suffix = random.chance(0.2) ? 'IfExists' : '';
  const quantifier = random.chance(0.2) ? pick(['ForAnyValue:', 'ForAllValues:']) : '';
  const text = ['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike', 'StringEqualsIgnoreCase'];
  switch (pick(['text', 'text', 'text', 'two', 'null', 'bool', 'numeric', 'date', 'ip', 'identity'])) {
    case 'text':
      return {
        [`${quantifier}${pick(text)}${suffix}`]: { [pick(['s3:prefix', 'aws:Referer'])]: some(TEXT_PATTERNS, 2) },
      };
    case 'two':
      return {
        [`${pick(text)}${suffix}`]: { 's3:prefix': some(TEXT_PATTERNS, 2), 'aws:Referer': pick(TEXT_PATTERNS) },
      };
    case 'null':
      return { Null: { 's3:prefix': pick(['true', 'false']) } };
    case 'bool':
      return { [`Bool${suffix}`]: { 'aws:SecureTransport': pick(['true', 'false']) } };
    case 'numeric':
      return {
        [`${pick(['NumericEquals', 'NumericNotEquals', 'NumericLessThan', 'NumericGreaterThan', 'NumericGreaterThanEquals'])}${suffix}`]:
          {
            's3:max-keys': pick(NUMBERS),
          },
      };
    case 'date':
      return {
        [`${pick(['DateLessThan', 'DateGreaterThanEquals', 'DateEquals'])}${suffix}`]: {
          'aws:CurrentTime': pick(DATES),
        },
      };
    case 'ip':
      return { [`${pick(['IpAddress', 'NotIpAddress'])}${suffix}`]: { 'aws:SourceIp': some(BLOCKS, 2) } };
    default:
      return { StringEquals: chance(0.5) ? { 'aws:username': 'u' } : { 's3:prefix': '${aws:username}' } };
  }
}

function statement(random: Random, bucket?: string): PolicyStatement {
  const { pick, some, chance } = random;
  const family = bucket === undefined && chance(0.08) ? pick(['admin', 'sts']) : 's3';
  const s3 = ACTIONS.filter((action) => action.startsWith('s3:'));
  const names =
    family === 'admin' ? ['admin:ListUsers', 'admin:*'] : family === 'sts' ? ['sts:AssumeRole'] : [...s3, 's3:*'];
  const actions = some(names, 3);
  const arns = some(bucket === undefined ? PATTERNS : [bucket, `${bucket}/*`, `${bucket}/x*`], 2).map(
    (pattern) => `arn:aws:s3:::${pattern}`,
  );
  return {
    Effect: chance(0.3) ? 'Deny' : 'Allow',
    ...(chance(0.12) ? { NotAction: actions } : { Action: actions }),
    ...(chance(0.12) ? { NotResource: arns } : { Resource: arns }),
    ...(bucket === undefined ? {} : { Principal: pick(['*', { AWS: 'u' }, { AWS: ['k', 'v'] }] as const) }),
    ...(chance(0.35) ? { Condition: { ...conditions(random), ...(chance(0.2) ? conditions(random) : {}) } } : {}),
  };
}

function document(random: Random, most: number, bucket?: string): PolicyDocument {
  return {
    Version: '2012-10-17',
    Statement: Array.from({ length: 1 + Math.floor(random.next() * most) }, () => statement(random, bucket)),
  };
}

const named = (name: string, policy: PolicyDocument): NamedPolicy => ({ name, document: policy });

function principal(random: Random): Principal {
  const { chance, pick } = random;
  const policies = Array.from({ length: chance(0.25) ? 2 : 1 }, (_, index) => named(`p${index}`, document(random, 3)));
  if (chance(0.05)) return { kind: 'anonymous', accessKey: '', policies: [] };
  if (chance(0.03)) return { kind: 'root', accessKey: 'root', policies: [] };
  if (chance(0.2)) {
    const embeddedPolicy = named('embedded', document(random, 2));
    return {
      kind: 'service-account',
      accessKey: 'k',
      parentUser: 'u',
      policies,
      ...(chance(0.6) ? { embeddedPolicy } : {}),
    };
  }
  return { kind: 'user', accessKey: pick(['u', 'u', 'v']), policies };
}

/** Two subjects that are often related, so that containment is neither rare nor the rule. */
export function randomPair(random: Random): readonly [Subject, Subject] {
  const first = principal(random);
  const bucketPolicies = random.chance(0.3) ? { bucketPolicies: { a: document(random, 2, 'a') } } : {};
  const a = { principal: first, ...bucketPolicies };
  if (random.chance(0.5)) return [a, { principal: principal(random), ...(random.chance(0.5) ? bucketPolicies : {}) }];
  const extra = named('extra', document(random, 1));
  const b = {
    ...first,
    policies: random.chance(0.5) ? [...first.policies, extra] : [extra, ...first.policies.slice(1)],
  };
  return [a, { principal: b, ...bucketPolicies }];
}

export function randomRequest(random: Random): AccessRequest {
  const { pick, chance } = random;
  const action = pick(ACTIONS);
  const account = !action.startsWith('s3:') || action === 's3:ListAllMyBuckets';
  const isObject = /Object/.test(action);
  const values = <T extends string>(items: readonly T[]) => (chance(0.2) ? [pick(items), pick(items)] : pick(items));
  const conditionValues = {
    ...(chance(0.5) ? { 's3:prefix': values(TEXT_VALUES) } : {}),
    ...(chance(0.3) ? { 'aws:Referer': values(TEXT_VALUES) } : {}),
    ...(chance(0.4) ? { 'aws:SecureTransport': pick(['true', 'false']) } : {}),
    ...(chance(0.4) ? { 's3:max-keys': pick(['0', '1', '2', '5', '7', '10', '11', 'x']) } : {}),
    ...(chance(0.4)
      ? { 'aws:CurrentTime': pick(['2025-12-31T00:00:00Z', ...DATES, '2026-03-01T00:00:00Z', '2027-01-01T00:00:00Z']) }
      : {}),
    ...(chance(0.5) ? { 'aws:SourceIp': pick(ADDRESSES) } : {}),
  };
  return {
    action,
    ...(account ? {} : { bucket: pick(BUCKETS), ...(isObject ? { key: pick(KEYS) } : {}) }),
    ...(Object.keys(conditionValues).length > 0 ? { conditions: conditionValues } : {}),
  };
}
