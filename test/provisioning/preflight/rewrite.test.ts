import { expect, test } from 'vitest';
import type { PolicyStatement } from '../../../policies/index.js';
import { withActionBeside, withoutUnknownActions } from '../../../provisioning/preflight/rewrite.js';

const up = (...Statement: PolicyStatement[]) =>
  withoutUnknownActions({ Version: '2012-10-17', Statement }, '1.0.0-beta.7', '1.0.1')?.Statement;
const down = (...Statement: PolicyStatement[]) =>
  withoutUnknownActions({ Version: '2012-10-17', Statement }, '1.0.1', '1.0.0-beta.7')?.Statement;
const INFO: PolicyStatement = { Effect: 'Allow', Action: ['admin:ServerInfo'] };

test('an Allow loses the action, and nothing is given instead', () => {
  expect(up({ Effect: 'Allow', Action: ['admin:KMSCreateKey', 'admin:ServerInfo'] })).toEqual([INFO]);
  expect(up(INFO, { Effect: 'Allow', Action: 'admin:KMSKeyStatus' })).toEqual([INFO]);
  expect(down({ Effect: 'Allow', Action: ['kms:Configure', 'kms:*'], Resource: ['arn:aws:kms:::*'] })).toEqual([
    { Effect: 'Allow', Action: ['kms:*'], Resource: ['arn:aws:kms:::*'] },
  ]);
});

test('a document with nothing left keeps one statement that matches nothing, because RustFS takes no empty document', () => {
  expect(up({ Effect: 'Allow', Action: ['admin:KMSCreateKey'] })).toEqual([
    { Sid: 'NothingLeft', Effect: 'Allow', Action: ['s3:GetObject'], NotResource: ['arn:aws:s3:::*'] },
  ]);
});

test('a Deny of KMS actions becomes a Deny of all of them', () => {
  const Condition = { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } };
  expect(up({ Sid: 'no', Effect: 'Deny', Action: ['admin:KMSCreateKey', 'admin:Heal'], Condition })).toEqual([
    { Sid: 'no', Effect: 'Deny', Action: ['admin:Heal'], Condition },
    { Effect: 'Deny', Action: ['kms:*'], Condition },
  ]);
});

test('what only a person can decide is left alone: exceptions of NotAction, and other denied actions', () => {
  expect(up({ Effect: 'Allow', NotAction: ['admin:KMSCreateKey'] })).toBeUndefined();
  expect(down({ Effect: 'Deny', Action: ['s3:ForceDeleteObject'], Resource: ['arn:aws:s3:::a/*'] })).toBeUndefined();
});

test('an action is added beside another one in statements that allow it', () => {
  const deny: PolicyStatement = { Effect: 'Deny', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::b/*'] };
  const document = {
    Version: '2012-10-17',
    Statement: [{ ...deny, Effect: 'Allow' as const, Action: 's3:GetObject' }, deny],
  };
  expect(withActionBeside(document, 's3:GetObject', 's3:GetObjectVersion').Statement).toEqual([
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectVersion'], Resource: ['arn:aws:s3:::b/*'] },
    deny,
  ]);
});
