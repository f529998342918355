import { expect, test } from 'vitest';
import { Access, accessPolicy, lintPolicy, parsePolicy, validatePolicyName } from '../../policies/index.js';

test('readWrite is exactly list, get, put and delete, each on the resource that it needs', () => {
  expect(accessPolicy(Access.readWrite(), ['app-b', 'app-a'])).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::app-a', 'arn:aws:s3:::app-b'] },
      {
        Effect: 'Allow',
        Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
        Resource: ['arn:aws:s3:::app-a/*', 'arn:aws:s3:::app-b/*'],
      },
    ],
  });
});

test('append has no delete, writeOnly neither read nor list, readOnly no write', () => {
  expect(Access.append().actions).toEqual(['s3:GetObject', 's3:ListBucket', 's3:PutObject']);
  expect(Access.writeOnly().actions).toEqual(['s3:PutObject']);
  expect(Access.readOnly().actions).toEqual(['s3:GetObject', 's3:ListBucket']);
});

test('a prefix narrows objects and lists', () => {
  expect(accessPolicy(Access.readOnly({ prefix: 'home/' }), ['app-a']).Statement).toEqual([
    {
      Effect: 'Allow',
      Action: ['s3:ListBucket'],
      Resource: ['arn:aws:s3:::app-a'],
      Condition: { StringLike: { 's3:prefix': ['home/*'] } },
    },
    { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app-a/home/*'] },
  ]);
});

test('errors say what is wrong and the way out', () => {
  expect(() => Access.custom(['s3:Get*'])).toThrow(
    'access takes exact S3 action names, got s3:Get*; name each action, such as s3:GetObject',
  );
  expect(() => Access.custom([])).toThrow(
    'access needs at least one action, got none; name exact S3 actions such as s3:GetObject',
  );
  expect(() => Access.readOnly({ prefix: '/home' })).toThrow(
    'access prefix must be plain text without leading slash and wildcards, got "/home"; write for instance "home/"',
  );
  expect(() => accessPolicy(Access.readOnly(), [])).toThrow(
    'an access policy needs at least one bucket, got none; name the buckets it is for',
  );
});

test('every template is valid for both versions', () => {
  for (const access of [
    Access.readOnly({ multipart: true, location: true }),
    Access.readWrite({ prefix: 'x/' }),
    Access.append(),
    Access.writeOnly(),
  ]) {
    for (const version of ['1.0.1', '1.0.0-beta.7'] as const) {
      expect(parsePolicy(accessPolicy(access, ['app-a']), { kind: 'iam', version }).ok).toBe(true);
    }
  }
});

test('the linter finds what is too wide or without effect', () => {
  const lint = (Action: string[], Resource: string[]) =>
    lintPolicy({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] }, { name: 'p' }).filter(
      ({ severity }) => severity === 'error',
    );
  expect(lint(['s3:GetObject'], ['arn:aws:s3:::app-a/*'])).toEqual([]);
  expect(lint(['s3:*'], ['arn:aws:s3:::app-a/*']).map(({ message }) => message)).toEqual([
    'p: s3:* also grants bucket policies, deletion and every later action',
  ]);
  expect(lint(['s3:GetObject'], ['arn:aws:s3:::*']).map(({ message }) => message)).toEqual([
    'p: arn:aws:s3:::* covers every bucket of the server',
  ]);
  expect(lint(['s3:GetObject'], ['arn:aws:s3:::app-a']).map(({ message }) => message)).toEqual([
    'p: s3:GetObject works on objects, but the statement only has arn:aws:s3:::app-a, so it can never match',
  ]);
});

test('policy names that RustFS accepts but should not', () => {
  expect(validatePolicyName('app-storage')).toEqual([]);
  expect(validatePolicyName('readwrite')).toEqual([
    'policy name "readwrite" is a built-in policy of RustFS 1.0.1, which it would overwrite; choose another name',
  ]);
  expect(validatePolicyName('a b', '1.0.0-beta.7')).toEqual([
    'policy name "a b" contains white space, which RustFS 1.0.1 refuses and attachments cannot name; use - or _',
  ]);
});
