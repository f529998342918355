import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AccessRequest,
  canonicalPolicy,
  evaluate,
  type PolicyDocument,
  type PolicyStatement,
  type Principal,
  type RustFsVersion,
} from '../../policies/index.js';

const policy = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const allow = (Action: string[], Resource: string[], more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const deny = (Action: string[], Resource: string[], more: Partial<PolicyStatement> = {}): PolicyStatement => ({
  Effect: 'Deny',
  Action,
  Resource,
  ...more,
});
const user = (...documents: PolicyDocument[]): Principal => ({
  kind: 'user',
  accessKey: 'app-svc',
  policies: documents.map((document, index) => ({ name: `p${index}`, document })),
});
const get = (key = 'a.txt', bucket = 'app-data'): AccessRequest => ({ action: 's3:GetObject', bucket, key });
const arn = (path: string) => `arn:aws:s3:::${path}`;

describe('evaluate', () => {
  test('names the statement that decided', () => {
    const reader = user(
      policy(
        allow(['s3:ListBucket'], [arn('app-data')]),
        allow(['s3:GetObject'], [arn('app-data/*')], { Sid: 'Read' }),
      ),
    );
    expect(evaluate(reader, get())).toEqual({
      allowed: true,
      reason: 'iam-allow',
      statement: { policy: 'p0', index: 1, sid: 'Read' },
    });
    expect(evaluate(reader, get('a.txt', 'other'))).toEqual({ allowed: false, reason: 'implicit-deny' });
  });

  test('a deny beats an allow of any policy', () => {
    const both = user(policy(allow(['s3:*'], [arn('*')])), policy(deny(['s3:GetObject'], [arn('app-data/secret/*')])));
    expect(evaluate(both, get('secret/x'))).toEqual({
      allowed: false,
      reason: 'explicit-deny',
      statement: { policy: 'p1', index: 0 },
    });
    expect(evaluate(both, get('open/x')).allowed).toBe(true);
  });

  test('bucket and object patterns', () => {
    const cases: readonly (readonly [pattern: string, request: AccessRequest, allowed: boolean])[] = [
      ['app-*/*', get('x', 'app-media'), true],
      ['app-*/*', get('x', 'other'), false],
      ['app-data', get('x'), false],
      ['app-data/?.txt', get('a.txt'), true],
      ['app-data/?.txt', get('ab.txt'), false],
      ['app-data/home/*', get('home/../secret'), false],
      ['app-data/*', get('x/../../other/y'), false],
    ];
    for (const [pattern, request, allowed] of cases) {
      expect([
        pattern,
        request.key,
        evaluate(user(policy(allow(['s3:GetObject'], [arn(pattern)]))), request).allowed,
      ]).toEqual([pattern, request.key, allowed]);
    }
  });

  test('NotAction and NotResource', () => {
    const all = user(policy({ Effect: 'Allow', NotAction: ['s3:DeleteObject'], Resource: [arn('app-data/*')] }));
    expect(evaluate(all, get()).allowed).toBe(true);
    expect(evaluate(all, { ...get(), action: 's3:DeleteObject' }).allowed).toBe(false);
    const except = user(policy({ Effect: 'Allow', Action: ['s3:GetObject'], NotResource: [arn('app-data/secret/*')] }));
    expect(evaluate(except, get()).allowed).toBe(true);
    expect(evaluate(except, get('secret/x')).allowed).toBe(false);
  });

  test('variables stand for the user, for a service account for its parent', () => {
    const home = policy(allow(['s3:GetObject'], [arn('homes/${aws:username}/*')]));
    expect(evaluate(user(home), get('app-svc/x', 'homes')).allowed).toBe(true);
    expect(evaluate(user(home), get('other/x', 'homes')).allowed).toBe(false);
    const account: Principal = { ...user(home), kind: 'service-account', accessKey: 'KEY', parentUser: 'alice' };
    expect(evaluate(account, get('alice/x', 'homes')).allowed).toBe(true);
    expect(evaluate(account, get('KEY/x', 'homes')).allowed).toBe(false);
  });

  test('an embedded policy narrows and never widens', () => {
    const reader = policy(allow(['s3:GetObject'], [arn('app-data/*')]));
    const narrowed: Principal = {
      ...user(reader),
      kind: 'service-account',
      embeddedPolicy: { name: 'e', document: policy(allow(['s3:*'], [arn('app-data/pub/*')])) },
    };
    expect(evaluate(narrowed, get('pub/x')).allowed).toBe(true);
    expect(evaluate(narrowed, get('x')).allowed).toBe(false);
    expect(evaluate(narrowed, { ...get('pub/x'), action: 's3:PutObject' }).allowed).toBe(false);
  });

  test('bucket policies: public access, access keys as principals, deny for everybody but their own repair', () => {
    const open = policy({
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject'],
      Resource: [arn('app-data/pub/*')],
    });
    const anonymous: Principal = { kind: 'anonymous', accessKey: '', policies: [] };
    expect(evaluate(anonymous, get('pub/x'), { bucketPolicy: open }).reason).toBe('bucket-policy-allow');
    expect(evaluate(anonymous, get('x'), { bucketPolicy: open }).allowed).toBe(false);
    const named = policy({
      Effect: 'Allow',
      Principal: { AWS: ['app-*'] },
      Action: ['s3:GetObject'],
      Resource: [arn('app-data/*')],
    });
    expect(evaluate(user(), get(), { bucketPolicy: named }).allowed).toBe(true);
    const closed = policy({
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: [arn('app-data'), arn('app-data/*')],
    });
    const root: Principal = { kind: 'root', accessKey: 'root', policies: [] };
    expect(evaluate(root, get(), { bucketPolicy: closed }).reason).toBe('explicit-deny');
    expect(evaluate(root, { action: 's3:PutBucketPolicy', bucket: 'app-data' }, { bucketPolicy: closed }).reason).toBe(
      'owner',
    );
  });

  test('an IAM deny beats a bucket policy only for destructive actions', () => {
    const denied = user(policy(deny(['s3:GetObject', 's3:DeleteObject'], [arn('app-data/*')])));
    const bucketPolicy = policy({
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:DeleteObject'],
      Resource: [arn('app-data/*')],
    });
    expect(evaluate(denied, get(), { bucketPolicy }).allowed).toBe(true);
    expect(evaluate(denied, { ...get(), action: 's3:DeleteObject' }, { bucketPolicy }).allowed).toBe(false);
  });

  const holds: readonly (readonly [
    condition: PolicyStatement['Condition'],
    given: AccessRequest['conditions'],
    allowed: boolean,
    version?: RustFsVersion,
  ])[] = [
    [{ StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
    [{ StringEquals: { 's3:prefix': 'a' } }, {}, false],
    [{ StringNotEquals: { 's3:prefix': 'a' } }, {}, true],
    [{ StringEqualsIgnoreCase: { 's3:prefix': 'A' } }, { 's3:prefix': 'a' }, true],
    [{ StringLike: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'home/x' }, true],
    [{ StringNotLike: { 's3:prefix': 'home/*' } }, { 's3:prefix': 'home/x' }, false],
    [{ StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, true],
    [{ 'ForAllValues:StringEquals': { 'jwt:groups': ['a', 'b'] } }, { 'jwt:groups': ['a', 'c'] }, false],
    [{ 'ForAllValues:StringEquals': { 'jwt:groups': ['a'] } }, {}, true],
    [{ 'ForAnyValue:StringEquals': { 'jwt:groups': ['a', 'b'] } }, { 'jwt:groups': ['c', 'b'] }, true],
    [{ 'ForAnyValue:StringEquals': { 'jwt:groups': ['a'] } }, {}, false],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '10.1.2.3' }, true],
    [{ NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '10.1.2.3' }, false],
    [{ Bool: { 'aws:SecureTransport': true } }, { 'aws:SecureTransport': 'true' }, true],
    [{ Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
    [{ Null: { 's3:prefix': 'true' } }, {}, true],
    [{ Null: { 's3:prefix': 'true' } }, { 's3:prefix': '' }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, true],
    [{ NumericGreaterThan: { 's3:max-keys': '10' } }, { 's3:max-keys': '10' }, false],
    [
      { DateLessThan: { 'aws:CurrentTime': '2026-06-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
      true,
      '1.0.1',
    ],
    [
      { DateLessThan: { 'aws:CurrentTime': '2026-06-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2026-01-01T00:00:00Z' },
      false,
      '1.0.0-beta.7',
    ],
  ];
  test.each(
    holds.map(([condition, given, allowed, version]) => ({
      condition,
      given,
      allowed,
      version: version ?? ('1.0.1' as const),
    })),
  )(
    'condition $condition with $given: $allowed ($version)',
    ({ condition: Condition, given: conditions, allowed, version }) => {
      const limited = user(
        policy({
          Effect: 'Allow',
          Action: ['s3:ListBucket'],
          Resource: [arn('app-data')],
          ...(Condition ? { Condition } : {}),
        }),
      );
      const request: AccessRequest = {
        action: 's3:ListBucket',
        bucket: 'app-data',
        ...(conditions ? { conditions } : {}),
      };
      expect(evaluate(limited, request, { version }).allowed).toBe(allowed);
    },
  );

  test('s3:* grants force deletion on beta.7 only, and denies it on both', () => {
    const all = user(policy(allow(['s3:*'], [arn('*')])));
    const request: AccessRequest = { action: 's3:ForceDeleteBucket', bucket: 'app-data' };
    expect(evaluate(all, request, { version: '1.0.1' }).allowed).toBe(false);
    expect(evaluate(all, request, { version: '1.0.0-beta.7' }).allowed).toBe(true);
    const named = user(policy(allow(['s3:ForceDeleteBucket'], [arn('*')])), policy(deny(['s3:*'], [arn('*')])));
    expect(evaluate(named, request, { version: '1.0.1' }).reason).toBe('explicit-deny');
  });

  const pattern = fc.stringMatching(/^[ab*?]{1,3}(\/[ab*?]{1,3})?$/);
  const statements = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    Action: fc.subarray(['s3:GetObject', 's3:PutObject', 's3:*'], { minLength: 1 }),
    Resource: fc.array(pattern.map(arn), { minLength: 1, maxLength: 2 }),
  });
  const documents = fc.array(statements, { minLength: 1, maxLength: 4 }).map((list): PolicyDocument => policy(...list));
  const requests = fc.record({
    action: fc.constantFrom('s3:GetObject', 's3:PutObject'),
    bucket: fc.stringMatching(/^[ab]{1,3}$/),
    key: fc.stringMatching(/^[ab]{1,3}$/),
  });

  test('a canonical policy decides like the original', () => {
    fc.assert(
      fc.property(
        documents,
        requests,
        (document, request) =>
          evaluate(user(document), request).allowed === evaluate(user(canonicalPolicy(document)), request).allowed,
      ),
    );
  });

  test('one more deny never allows more', () => {
    fc.assert(
      fc.property(documents, statements, requests, (document, extra, request) => {
        const denied = policy(...document.Statement, { ...extra, Effect: 'Deny' });
        return !evaluate(user(denied), request).allowed || evaluate(user(document), request).allowed;
      }),
    );
  });
});
