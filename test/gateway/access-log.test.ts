import { expect, test } from 'vitest';
import { maskTarget, maskTokens } from '../../gateway/observe/mask.js';
import { gateway, raw, request, S3_HOST, until } from './fixture.js';
import { answering, rawUpstream } from './raw-upstream.js';

test.each([
  ['/b/k', undefined, '/b/k'],
  ['/b', 'list-type=2&prefix=a%2Fb&delimiter=/', '/b?list-type=2&prefix=a%2Fb&delimiter=/'],
  ['/b/k', 'uploads', '/b/k?uploads'],
  [
    '/b/k',
    'X-Amz-Credential=AK%2F2026&X-Amz-Expires=60&X-Amz-Signature=abc&X-Amz-Security-Token=def',
    '/b/k?X-Amz-Credential=AK%2F2026&X-Amz-Expires=60&X-Amz-Signature=***&X-Amz-Security-Token=***',
  ],
  ['/cb', 'code=abc&state=def&access_token=x&x', '/cb?code=***&state=***&access_token=***&***'],
  ['/b', '%58-Amz-Signature=abc', '/b?%58-Amz-Signature=***'],
  ['/b', '=x&&', '/b?=***&&'],
  ['/s3/alk_abcdSECRETsecret/x', undefined, '/s3/alk_***/x'],
])('%s ? %s', (path, query, shown) => {
  expect(maskTarget(path, query)).toBe(shown);
});

test('text of a client', () => {
  expect(maskTokens('agent alk_abcdSECRET and Bearer abc.def')).toBe('agent alk_*** and Bearer ***');
  expect(maskTarget(`/${'x'.repeat(5000)}`, undefined)).toHaveLength(1025);
});

test('one line for each request, with what is needed to follow it and nothing that is secret', async () => {
  const upstream = await rawUpstream(answering());
  const { port, lines, logged } = await gateway(upstream.url);
  const headers = [
    'Authorization: AWS4-HMAC-SHA256 Credential=AK/x, SignedHeaders=host, Signature=s3cr3t-signature',
    'X-Amz-Security-Token: s3cr3t-token',
    'Cookie: s3cr3t-cookie',
    'User-Agent: aws-sdk/1',
  ];
  const { text } = await raw(port, request('/b/k?X-Amz-Signature=s3cr3t-query&versionId=1', S3_HOST, 'GET', headers));
  await raw(port, 'nonsense s3cr3t\r\n\r\n');
  await until(() => lines.length >= 3, 'the lines');
  const line = lines.find(({ type }) => type === 'access');
  expect(line).toEqual({
    type: 'access',
    id: /\r\nX-Request-Id: (\S+)/.exec(text)?.[1],
    ...{ client: '127.0.0.1', protocol: 'http', method: 'GET', host: S3_HOST, route: 's3-pass-through', status: 200 },
    target: '/b/k?X-Amz-Signature=***&versionId=1',
    ...{ bytes_in: 0, bytes_out: 2, user_agent: 'aws-sdk/1' },
    duration_ms: expect.any(Number),
    upstream_ms: expect.any(Number),
  });
  expect(upstream.received[0]).toContain(`X-Request-Id: ${line?.id}\r\n`);
  expect(lines).toContainEqual({ type: 'malformed', code: expect.stringMatching(/^HPE_/), client: '127.0.0.1' });
  expect(logged()).not.toContain('s3cr3t');
});
