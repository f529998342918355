import { describe, expect, test } from 'vitest';
import {
  accessDiff,
  describeCounterexample,
  evaluate,
  NOTHING,
  type PolicyStatement,
  proveIsolation,
  proveNoAdmin,
  proveNoPublicAccess,
  type Subject,
  type Tenant,
} from '../../../policies/index.js';

const subject = (...statements: PolicyStatement[]): Subject => ({
  principal: {
    kind: 'user',
    accessKey: 'app',
    policies: [{ name: 'p', document: { Version: '2012-10-17', Statement: statements } }],
  },
});
const allow = (Action: string | string[], ...resources: string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource: resources.map((resource) => `arn:aws:s3:::${resource}`),
});
const tenant = (name: string, ...statements: PolicyStatement[]): Tenant => ({
  name,
  subject: subject(...statements),
  buckets: [`${name}-a`, `${name}-b`],
});
const open = (Condition?: PolicyStatement['Condition']) => ({
  Version: '2012-10-17',
  Statement: [{ ...allow('s3:GetObject', 'pub/*'), Principal: '*' as const, ...(Condition ? { Condition } : {}) }],
});

describe('isolation', () => {
  const x = tenant('x', allow(['s3:GetObject', 's3:ListBucket'], 'x-*', 'x-*/*'));
  const y = tenant('y', allow('s3:*', 'y-a', 'y-a/*'));

  test('of everybody from everybody', () => {
    const proofs = proveIsolation([x, y, tenant('z')]);
    expect(proofs.map(({ from, to, proof }) => `${from} ${to} ${proof.result}`)).toEqual([
      'x y proved',
      'x z proved',
      'y x proved',
      'y z proved',
      'z x proved',
      'z y proved',
    ]);
  });

  test('is broken in the one pair that shares a prefix, and the evaluator agrees', () => {
    const intruder = tenant('x-a', allow('s3:PutObject', 'x-a*/*'));
    const proofs = proveIsolation([x, y, intruder]);
    const broken = proofs.filter(({ proof }) => proof.result !== 'proved');
    expect(broken.map(({ from, to }) => `${from} ${to}`)).toEqual(['x x-a', 'x-a x']);
    const proof = broken[1]?.proof;
    if (proof?.result !== 'counterexample') throw new Error('expected a counterexample');
    expect(proof.counterexample.request).toEqual({ action: 's3:PutObject', bucket: 'x-a', key: 'x' });
    expect(evaluate(intruder.subject.principal, proof.counterexample.request).allowed).toBe(true);
    expect(proveIsolation([x, { ...intruder, granted: ['x-a', 'x-b'] }])[1]?.proof).toEqual({ result: 'proved' });
  });

  test('counts what a bucket policy gives', () => {
    const bucketPolicies = {
      'y-b': { Version: '2012-10-17', Statement: [{ ...allow('s3:GetObject', 'y-b/*'), Principal: '*' as const }] },
    };
    const guest = { ...x, subject: { ...x.subject, bucketPolicies } };
    expect(proveIsolation([guest, y])[0]?.proof.result).toBe('counterexample');
  });
});

describe('public access and administration', () => {
  test('nobody gets in without a policy, and somebody does with one, also from one network alone', () => {
    expect(proveNoPublicAccess({})).toEqual({ result: 'proved' });
    expect(proveNoPublicAccess({ pub: open() }).result).toBe('counterexample');
    expect(proveNoPublicAccess({ pub: open({ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }) })).toMatchObject({
      counterexample: {
        request: { action: 's3:GetObject', bucket: 'pub', conditions: { 'aws:SourceIp': '10.0.0.0' } },
      },
    });
  });

  test('a policy for one access key is not public', () => {
    const named = { ...open(), Statement: [{ ...allow('s3:GetObject', 'pub/*'), Principal: { AWS: 'AKIAEXAMPLE' } }] };
    expect(proveNoPublicAccess({ pub: named })).toEqual({ result: 'proved' });
  });

  test('s3:* does not administer, admin:* and kms:* do', () => {
    expect(proveNoAdmin(subject(allow('s3:*', '*')))).toEqual({ result: 'proved' });
    expect(proveNoAdmin(subject({ Effect: 'Allow', Action: 'admin:*' }))).toMatchObject({ result: 'counterexample' });
    expect(proveNoAdmin(subject({ Effect: 'Allow', Action: 'kms:*' }))).toMatchObject({ result: 'counterexample' });
    expect(proveNoAdmin({ principal: { kind: 'root', accessKey: 'root', policies: [] } }).result).toBe(
      'counterexample',
    );
  });
});

describe('access diff', () => {
  const before = subject(allow(['s3:GetObject', 's3:PutObject'], 'a/*'));

  test('the same rights in other words are no change', () => {
    const after = subject(allow('s3:PutObject', 'a/*'), allow(['s3:GetObject'], 'a/x*', 'a/*'));
    expect(accessDiff(before, after)).toEqual({ gains: [], losses: [] });
  });

  test('what is gained and lost, by resource, with the most telling example', () => {
    const after = subject(allow('s3:GetObject', 'a/*'), allow(['s3:ListBucket', 's3:GetObject'], 'b*'));
    const { gains, losses } = accessDiff(before, after);
    expect(gains.map(({ actions, resource, example }) => [actions, resource, example?.request])).toEqual([
      [['s3:GetObject', 's3:ListBucket'], 'b*', { action: 's3:GetObject', bucket: 'b', key: 'x' }],
    ]);
    expect(losses.map(({ actions, resource }) => [actions, resource])).toEqual([[['s3:PutObject'], 'a/*']]);
  });

  test('a proof that takes too long is a change that cannot be told', () => {
    expect(accessDiff(before, NOTHING, { maxStates: 1 }).losses).toEqual([
      { actions: [], resource: '*', unknown: 'more than 1 states would have to be explored' },
    ]);
  });
});

test('a counterexample in words', () => {
  const [found] = accessDiff(NOTHING, {
    principal: NOTHING.principal,
    bucketPolicies: { pub: open({ StringLike: { 'aws:Referer': 'https://*' } }) },
  }).gains;
  if (!found?.example) throw new Error('expected an example');
  expect(describeCounterexample('anybody', found.example)).toBe(
    'anybody could s3:GetObject pub/x with aws:Referer https:// because the policy of bucket pub allows s3:GetObject on arn:aws:s3:::pub/*',
  );
});
