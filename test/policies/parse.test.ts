import { describe, expect, test } from 'vitest';
import { type ParseOptions, parsePolicy } from '../../policies/index.js';

const statement = { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app-data/*'] };

function messages(input: unknown, options: ParseOptions = { kind: 'iam' }): readonly string[] {
  const parsed = parsePolicy(input, options);
  return parsed.ok ? [] : parsed.problems.map(({ message }) => message);
}
const one = (change: object) => messages({ Version: '2012-10-17', Statement: [{ ...statement, ...change }] });

describe('parsePolicy', () => {
  test('accepts what RustFS accepts', () => {
    expect(one({})).toEqual([]);
    expect(one({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::app-data/*', Sid: 'Read' })).toEqual([]);
    expect(one({ Action: ['admin:*'], Resource: undefined })).toEqual([]);
    expect(one({ Action: undefined, NotAction: ['s3:DeleteBucket'] })).toEqual([]);
    expect(
      one({
        Condition: {
          'ForAnyValue:StringLikeIfExists': { 's3:prefix': ['home/*', ''] },
          NotIpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
        },
      }),
    ).toEqual([]);
  });

  test('reports all problems at once, each with its path', () => {
    const parsed = parsePolicy(
      { Version: '2008-10-17', Statement: [{ Effect: 'allow', Action: ['s3:Nope'], Resource: '*' }] },
      { kind: 'iam' },
    );
    expect(parsed.ok ? [] : parsed.problems.map(({ path }) => path)).toEqual([
      '$.Version',
      '$.Statement[0].Effect',
      '$.Statement[0].Action[0]',
      '$.Statement[0].Resource',
    ]);
  });

  const refused: readonly (readonly [title: string, change: object, message: string])[] = [
    [
      'a partial wildcard',
      { Action: ['s3:ListBucket*'] },
      '$.Statement[0].Action[0]: got "s3:ListBucket*"; RustFS takes exact action names or a whole family (s3:*), no partial wildcards; list the actions: s3:ListBucket, s3:ListBucketVersions, s3:ListBucketMultipartUploads',
    ],
    [
      'the wrong case',
      { Action: ['s3:getobject'] },
      '$.Statement[0].Action[0]: got "s3:getobject"; RustFS 1.0.1 does not know this action; write s3:GetObject',
    ],
    [
      'mixed families',
      { Action: ['s3:GetObject', 'admin:ListUsers'] },
      '$.Statement[0].Action: got ["s3:GetObject","admin:ListUsers"]; one statement cannot mix action families (s3, admin, sts, kms); write one statement for each family',
    ],
    [
      'Action beside NotAction',
      { NotAction: ['s3:PutObject'] },
      '$.Statement[0].NotAction: got ["s3:PutObject"]; Action and NotAction exclude each other; keep one of them',
    ],
    [
      'a bare star',
      { Resource: '*' },
      '$.Statement[0].Resource: got "*"; a resource must start with arn:aws:s3:::; write arn:aws:s3:::* for all buckets',
    ],
    [
      'a statement without resource',
      { Resource: undefined },
      '$.Statement[0].Resource: got nothing; a statement on S3 actions needs Resource or NotResource; write arn:aws:s3:::<bucket>',
    ],
    [
      'a principal in an IAM policy',
      { Principal: '*' },
      '$.Statement[0].Principal: got "*"; RustFS refuses unknown statement keys; leave it out: an IAM policy speaks of whom it is attached to',
    ],
    [
      'an unknown condition key',
      { Condition: { StringEquals: { 'aws:nope': 'x' } } },
      '$.Statement[0].Condition.StringEquals["aws:nope"]: got "aws:nope"; RustFS does not know this condition key; use a known key of aws:, s3:, jwt:, ldap:, sts: or svc:',
    ],
    [
      'an address that is none',
      { Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/33'] } } },
      '$.Statement[0].Condition.IpAddress["aws:SourceIp"]: got "10.0.0.0/33"; IpAddress takes addresses or CIDR blocks; write an address such as "10.0.0.0/8"',
    ],
    [
      'a time that is none',
      { Condition: { DateLessThan: { 'aws:CurrentTime': 'tomorrow' } } },
      '$.Statement[0].Condition.DateLessThan["aws:CurrentTime"]: got "tomorrow"; DateLessThan takes one RFC 3339 time; write a time such as "2026-01-31T00:00:00Z"',
    ],
  ];
  test.each(refused)('refuses %s', (_, change, message) => {
    expect(one(change)).toEqual([message]);
  });

  test('refuses Id in an IAM policy, which only bucket policies have', () => {
    expect(messages({ Id: 'x', Version: '2012-10-17', Statement: [statement] })).toEqual([
      '$.Id: got "x"; RustFS refuses unknown policy keys; write ID, or leave it out',
    ]);
    expect(
      messages(
        { Id: 'x', Version: '2012-10-17', Statement: [{ ...statement, Principal: '*' }] },
        { kind: 'bucket', bucket: 'app-data' },
      ),
    ).toEqual([]);
  });

  test('a bucket policy must not speak of another bucket', () => {
    expect(
      messages(
        { Version: '2012-10-17', Statement: [{ ...statement, Principal: { AWS: ['k'] } }] },
        { kind: 'bucket', bucket: 'other' },
      ),
    ).toEqual([
      '$.Statement[0].Resource[0]: got "arn:aws:s3:::app-data/*"; a policy of bucket other can only speak of that bucket; write arn:aws:s3:::other or arn:aws:s3:::other/*',
    ]);
  });

  test('knows what each version accepts', () => {
    const kms = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['kms:DescribeKey'], Resource: ['arn:aws:kms:::key/a'] }],
    };
    expect(messages(kms, { kind: 'iam', version: '1.0.1' })).toEqual([]);
    expect(messages(kms, { kind: 'iam', version: '1.0.0-beta.7' })).toHaveLength(2);
    const old = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['admin:KMSCreateKey'] }] };
    expect(messages(old, { kind: 'iam', version: '1.0.0-beta.7' })).toEqual([]);
    expect(messages(old, { kind: 'iam', version: '1.0.1' })).toHaveLength(1);
  });

  test('never throws, whatever it is given', () => {
    for (const input of [
      null,
      undefined,
      1,
      'x',
      [],
      { Statement: 1 },
      { Version: '2012-10-17', Statement: [null, 1, { Action: [1], Condition: [] }] },
    ]) {
      expect(messages(input).length).toBeGreaterThan(0);
    }
  });
});

test('condition keys by version', () => {
  const locked = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:PutObject'],
        Resource: ['arn:aws:s3:::a/*'],
        Condition: { StringEquals: { 's3:object-lock-mode': 'GOVERNANCE' } },
      },
    ],
  };
  expect(parsePolicy(locked, { kind: 'iam', version: '1.0.1' }).ok).toBe(true);
  expect(parsePolicy(locked, { kind: 'iam', version: '1.0.0-beta.7' })).toMatchObject({
    problems: [{ rule: 'RustFS 1.0.0-beta.7 does not know this condition key', value: 's3:object-lock-mode' }],
  });
});
