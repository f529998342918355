import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalPolicy, type PolicyDocument, policiesEqual } from '../../policies/index.js';

const declared: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:GetObject'],
      Resource: 'arn:aws:s3:::a/*',
      Condition: { StringLike: { 's3:prefix': ['home/*'] } },
    },
  ],
};
/** The same as RustFS beta.7 gives it back: other order, empty fields, one-element lists as strings. */
const echoed = {
  ID: '',
  Version: '2012-10-17',
  Statement: [
    {
      Sid: '',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: ['arn:aws:s3:::a/*'],
      Condition: { StringLike: { 's3:prefix': 'home/*' } },
    },
  ],
} as PolicyDocument;

test('what the server echoes is equal to what was declared', () => {
  expect(policiesEqual(declared, echoed)).toBe(true);
  expect(canonicalPolicy(echoed)).toEqual({
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['s3:GetObject', 's3:PutObject'],
        Resource: ['arn:aws:s3:::a/*'],
        Condition: { StringLike: { 's3:prefix': ['home/*'] } },
      },
    ],
  });
});

test('every difference that matters is seen', () => {
  const [statement] = declared.Statement;
  if (!statement) throw new Error('no statement');
  const { Condition: _, ...unconditional } = statement;
  for (const Statement of [
    [unconditional],
    [{ ...statement, Effect: 'Deny' as const }],
    [{ ...statement, Action: ['s3:GetObject'] }],
    [{ ...statement, Resource: 'arn:aws:s3:::b/*' }],
    [{ ...statement, Sid: 'x' }],
    [{ ...statement, Condition: { StringLike: { 's3:prefix': ['home/*', ''] } } }],
  ]) {
    expect(policiesEqual(declared, { Version: '2012-10-17', Statement })).toBe(false);
  }
});

test('order and repetition never matter, and canonical is final', () => {
  const statement = fc.record({
    Effect: fc.constantFrom('Allow' as const, 'Deny' as const),
    Action: fc.array(fc.constantFrom('s3:GetObject', 's3:PutObject', 's3:ListBucket'), { minLength: 1 }),
    Resource: fc.array(fc.constantFrom('arn:aws:s3:::a', 'arn:aws:s3:::b/*'), { minLength: 1 }),
  });
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), (Statement) => {
      const document: PolicyDocument = { Version: '2012-10-17', Statement };
      const shuffled: PolicyDocument = {
        Version: '2012-10-17',
        Statement: [...Statement, ...Statement]
          .reverse()
          .map((item) => ({ ...item, Action: [...item.Action].reverse() })),
      };
      expect(policiesEqual(document, shuffled)).toBe(true);
      expect(canonicalPolicy(canonicalPolicy(document))).toEqual(canonicalPolicy(document));
    }),
  );
});
