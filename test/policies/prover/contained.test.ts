import { describe, expect, test } from 'vitest';
import type { ConditionBlock, PolicyDocument, PolicyStatement } from '../../../policies/index.js';
import { proveContained } from '../../../policies/prover/contained.js';
import type { ProveOptions, Subject } from '../../../policies/prover/model.js';

const subject = (...statements: PolicyStatement[]): Subject => ({
  principal: {
    kind: 'user',
    accessKey: 'app',
    policies: [{ name: 'p', document: { Version: '2012-10-17', Statement: statements } }],
  },
});
const allow = (Action: string, Resource: string, Condition?: ConditionBlock): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  Resource: `arn:aws:s3:::${Resource}`,
  ...(Condition ? { Condition } : {}),
});
const deny = (...args: Parameters<typeof allow>): PolicyStatement => ({ ...allow(...args), Effect: 'Deny' });
const get = (Condition?: ConditionBlock) => subject(allow('s3:GetObject', 'b/*', Condition));
const from = (...blocks: string[]) => ({ IpAddress: { 'aws:SourceIp': blocks } });

const request = (a: Subject, b: Subject, options?: ProveOptions) => {
  const proof = proveContained(a, b, options);
  return proof.result === 'counterexample' ? proof.counterexample.request : proof;
};

describe('resources', () => {
  test('a prefix is in a wider one, and not the other way round', () => {
    const [wide, narrow] = [subject(allow('s3:GetObject', 'b/*')), subject(allow('s3:GetObject', 'b/x*y'))];
    expect(request(narrow, wide)).toEqual({ result: 'proved' });
    expect(request(wide, narrow)).toEqual({ action: 's3:GetObject', bucket: 'b', key: 'y' });
  });

  test('langfuse-* reaches a bucket of somebody else', () => {
    const own = subject(allow('s3:ListBucket', 'langfuse-events'));
    expect(request(subject(allow('s3:ListBucket', 'langfuse-*')), own, { knownBuckets: ['langfuse-keys'] })).toEqual({
      action: 's3:ListBucket',
      bucket: 'langfuse-keys',
    });
  });

  test('a Deny takes away, wherever it is', () => {
    const open = subject(allow('s3:*', '*'));
    const closed = subject(allow('s3:*', '*'), deny('s3:PutObject', 'b/secret/*'));
    expect(request(closed, open)).toEqual({ result: 'proved' });
    expect(request(open, closed)).toMatchObject({ action: 's3:PutObject', bucket: 'b', key: 'secret/x' });
  });

  test('a name that only paths with dots could reach is not reached: RustFS cleans paths first', () => {
    const dots = subject(allow('s3:GetObject', 'b/../c'));
    expect(request(dots, subject())).toEqual({ result: 'proved' });
  });
});

describe('statement by statement', () => {
  test('twenty patterns with wildcards in the middle are contained in themselves, without their product', () => {
    const infix = subject(
      ...Array.from({ length: 20 }, (_, index) => allow('s3:GetObject', `*-${index}/*/k${index}*`)),
    );
    expect(request(infix, infix)).toEqual({ result: 'proved' });
  });

  test('the same condition on the name is not the same for another identity', () => {
    const statement = allow('s3:GetObject', 'b/*', { StringEquals: { 'aws:username': 'app' } });
    const other = subject(statement);
    const stranger: Subject = { principal: { ...other.principal, accessKey: 'stranger' } };
    expect(request(other, stranger)).toEqual({ action: 's3:GetObject', bucket: 'b', key: 'x' });
  });
});

describe('condition values', () => {
  test('two halves of a network are the network; one half is not', () => {
    const network = get(from('10.0.0.0/8'));
    expect(request(network, get(from('10.0.0.0/9', '10.128.0.0/9')))).toEqual({ result: 'proved' });
    expect(request(network, get(from('10.0.0.0/9')))).toMatchObject({
      conditions: { 'aws:SourceIp': '10.255.255.255' },
    });
    expect(request(network, get(from('10.0.0.0/9', '10.128.0.0/10', '10.224.0.0/11')))).toMatchObject({
      conditions: { 'aws:SourceIp': '10.192.0.0' },
    });
  });

  test('an IPv4 network is also reached through addresses that IPv6 maps to it', () => {
    const a = get(from('10.0.0.0/8'));
    const b = subject(allow('s3:GetObject', 'b/*'), deny('s3:GetObject', 'b/*', from('10.0.0.0/8')));
    expect(request(a, b)).toMatchObject({ conditions: { 'aws:SourceIp': expect.stringMatching(/^10\.|:ffff:a00/) } });
    expect(request(get(from('::/0')), get(from('::/1', '8000::/1')))).toEqual({ result: 'proved' });
  });

  test('a request with three values of one key', () => {
    const has = (value: string) => ({ StringEquals: { 'aws:Referer': value } });
    const all = get({
      StringEquals: { 'aws:Referer': 'x' },
      StringEqualsIgnoreCase: { 'aws:Referer': 'y' },
      StringLike: { 'aws:Referer': 'z*' },
    });
    expect(request(all, subject())).toMatchObject({ conditions: { 'aws:Referer': ['x', 'y', 'z'] } });
    const never = subject(allow('s3:GetObject', 'b/*'), deny('s3:GetObject', 'b/*', has('z')));
    expect(request(all, never)).toMatchObject({ conditions: { 'aws:Referer': ['x', 'y', 'z'] } });
  });

  test('absent keys: Null, IfExists and negated operators', () => {
    const unless = get({ StringNotEquals: { 's3:prefix': 'x' } });
    expect(request(unless, get({ Null: { 's3:prefix': 'false' } }))).toEqual({
      action: 's3:GetObject',
      bucket: 'b',
      key: 'x',
    });
    expect(
      request(
        get({ Bool: { 'aws:SecureTransport': 'true' } }),
        get({ BoolIfExists: { 'aws:SecureTransport': 'true' } }),
      ),
    ).toEqual({
      result: 'proved',
    });
  });

  test('numbers and dates at their boundaries', () => {
    const most = (operator: string, value: string) => get({ [operator]: { 's3:max-keys': value } });
    expect(request(most('NumericLessThan', '11'), most('NumericLessThanEquals', '10'))).toEqual({ result: 'proved' });
    expect(request(most('NumericLessThanEquals', '11'), most('NumericLessThan', '11'))).toMatchObject({
      conditions: { 's3:max-keys': '11' },
    });
  });

  test('what cannot be told is unknown, with the reason', () => {
    const both = get({ StringEquals: { 'aws:SourceIp': '10.0.0.1' } });
    expect(request(both, get(from('10.0.0.1')))).toEqual({
      result: 'unknown',
      reason: 'aws:SourceIp is compared as text and as ip',
    });
    const folded = get({ StringEqualsIgnoreCase: { 's3:prefix': 'kelvin' } });
    expect(request(folded, get({ StringLike: { 's3:prefix': ['k*', 'K*'] } }))).toEqual({
      result: 'unknown',
      reason: 's3:prefix is compared ignoring case, with k or letters outside ASCII',
    });
    const referer = subject(allow('s3:GetObject', 'b/${aws:Referer}/*'));
    expect(request(referer, subject(allow('s3:GetObject', 'b/*')))).toEqual({
      result: 'unknown',
      reason: 'a resource pattern depends on the request',
    });
    expect(request(get(from('10.0.0.0/8')), get(from('10.0.0.0/9')), { maxStates: 3 })).toEqual({
      result: 'unknown',
      reason: 'more than 3 states would have to be explored',
    });
  });
});

describe('identities', () => {
  const home: PolicyDocument = { Version: '2012-10-17', Statement: [allow('s3:GetObject', 'homes/${aws:username}/*')] };
  const of = (accessKey: string): Subject => ({
    principal: { kind: 'user', accessKey, policies: [{ name: 'home', document: home }] },
  });

  test('one policy with a variable gives two users different rights', () => {
    expect(request(of('ann'), of('ann'))).toEqual({ result: 'proved' });
    expect(request(of('ann'), of('bob'))).toEqual({ action: 's3:GetObject', bucket: 'homes', key: 'ann/x' });
  });

  test('the embedded policy of a service account only narrows', () => {
    const wide = subject(allow('s3:*', '*'));
    const narrowed: Subject = {
      principal: {
        ...wide.principal,
        kind: 'service-account',
        parentUser: 'app',
        embeddedPolicy: {
          name: 'only',
          document: { Version: '2012-10-17', Statement: [allow('s3:GetObject', 'b/*')] },
        },
      },
    };
    expect(request(narrowed, get())).toEqual({ result: 'proved' });
    expect(request(wide, narrowed)).toMatchObject({ action: expect.stringMatching(/^s3:/) });
  });

  test('for deletions an IAM Deny beats the bucket policy, for reads the bucket policy wins', () => {
    const bucketPolicies = {
      b: { Version: '2012-10-17', Statement: [{ ...allow('s3:*', 'b/*'), Principal: '*' as const }] },
    };
    const denied: Subject = { ...subject(deny('s3:*', 'b/*')), bucketPolicies };
    // Deletion first: it must not stand for the read, though both are covered by the same statements.
    const actions = ['s3:DeleteObject', 's3:GetObject'];
    expect(request(denied, subject(), { actions })).toEqual({ action: 's3:GetObject', bucket: 'b', key: 'x' });
    expect(request(denied, subject(), { actions: ['s3:DeleteObject'] })).toEqual({ result: 'proved' });
  });

  test('root is contained in nobody', () => {
    const root: Subject = { principal: { kind: 'root', accessKey: 'root', policies: [] } };
    expect(request(root, subject(allow('s3:*', '*')), { actions: ['s3:GetObject'] })).toEqual({ result: 'proved' });
    expect(request(root, subject(allow('s3:*', '*')))).toEqual({
      action: 's3:ForceDeleteObject',
      bucket: 'x',
      key: 'x',
    });
  });
});
