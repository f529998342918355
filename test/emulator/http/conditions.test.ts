import { describe, expect, test } from 'vitest';
import { type ConditionSource, listConditions, requestConditions } from '../../../emulator/http/conditions.js';
import { parseQuery } from '../../../emulator/http/query.js';

const SOURCE: ConditionSource = {
  headers: {},
  query: parseQuery(''),
  time: new Date('2026-01-02T03:04:05.678Z'),
  remoteAddress: '192.168.1.7',
  principal: { kind: 'user', accessKey: 'alice', policies: [] },
  groups: [],
  signature: 'header',
};

test('a signed request of a user', () => {
  const source: ConditionSource = {
    ...SOURCE,
    headers: {
      'user-agent': 'curl/8',
      referer: 'http://page',
      'x-amz-acl': 'private',
      'x-amz-object-lock-mode': 'GOVERNANCE',
      'x-amz-tagging': 'a=b',
      userid: 'root',
    },
    query: parseQuery('versionId=v1&prefix=a'),
    groups: ['team'],
  };
  expect(requestConditions(source)).toEqual({
    'aws:CurrentTime': '2026-01-02T03:04:05.678Z',
    'aws:EpochTime': '1767323045',
    'aws:SecureTransport': 'false',
    'aws:SourceIp': '192.168.1.7',
    'aws:UserAgent': 'curl/8',
    'aws:Referer': 'http://page',
    'aws:principaltype': 'User',
    'aws:username': 'alice',
    'aws:userid': 'alice',
    'aws:groups': ['team'],
    's3:authType': 'REST-HEADER',
    's3:signatureversion': 'AWS4-HMAC-SHA256',
    's3:x-amz-acl': 'private',
    's3:object-lock-mode': 'GOVERNANCE',
    's3:versionid': 'v1',
  });
});

test('an anonymous request has no name', () => {
  const anonymous: ConditionSource = {
    ...SOURCE,
    principal: { kind: 'anonymous', accessKey: '', policies: [] },
    signature: 'none',
  };
  const conditions = requestConditions(anonymous);
  expect(conditions['aws:principaltype']).toBe('Anonymous');
  expect(conditions['s3:authType']).toBe('Anonymous');
  expect(conditions).not.toHaveProperty('aws:username');
  expect(conditions).not.toHaveProperty('s3:signatureversion');
});

test('a service account has the name of its parent', () => {
  const principal = { kind: 'service-account', accessKey: 'key', parentUser: 'alice', policies: [] } as const;
  expect(requestConditions({ ...SOURCE, principal, signature: 'presigned' })).toMatchObject({
    'aws:username': 'alice',
    'aws:principaltype': 'AssumedRole',
    's3:authType': 'REST-QUERY-STRING',
  });
});

describe('a proxy', () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9, 10.0.0.1', 'x-forwarded-proto': 'HTTPS' };

  test('on a private address is believed', () => {
    expect(requestConditions({ ...SOURCE, headers: forwarded })).toMatchObject({
      'aws:SourceIp': '203.0.113.9',
      'aws:SecureTransport': 'true',
    });
  });

  test('on a public address is not', () => {
    expect(requestConditions({ ...SOURCE, headers: forwarded, remoteAddress: '198.51.100.1' })).toMatchObject({
      'aws:SourceIp': '198.51.100.1',
      'aws:SecureTransport': 'false',
    });
  });

  test('must name an address', () => {
    expect(requestConditions({ ...SOURCE, headers: { 'x-forwarded-for': 'unknown' } })).toMatchObject({
      'aws:SourceIp': '192.168.1.7',
    });
  });
});

test('listings have conditions of their own', () => {
  expect(listConditions(parseQuery('prefix=a/&delimiter=/&max-keys=5&marker=x'))).toEqual({
    's3:prefix': ['a/'],
    's3:delimiter': ['/'],
    's3:max-keys': ['5'],
  });
  expect(listConditions(parseQuery('list-type=2'))).toEqual({});
});
