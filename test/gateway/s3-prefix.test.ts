import { createHash } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { bearerSettings, emulator, gateway, OWN_HOST, ROOT, raw, request, until } from './fixture.js';
import { answering, rawUpstream } from './raw-upstream.js';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Record<string, unknown>;
}

/** A client that writes paths as they are, which fetch does not. */
function client(port: number, token: string | undefined) {
  return (method: string, path: string, body?: string | Buffer, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const outgoing = httpRequest(
        {
          ...{ host: '127.0.0.1', port, method, path },
          headers: {
            host: OWN_HOST,
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
            ...headers,
          },
        },
        (response) => {
          let text = '';
          response.setEncoding('latin1').on('data', (chunk) => {
            text += chunk;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
          );
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : Buffer.from(body)); // a string would have its head written as UTF-8
    });
}

async function setUp(scopes: readonly string[], options: { exposeAdmin?: boolean } = {}) {
  const upstream = await emulator();
  const { token, settings, directory } = await bearerSettings(scopes, options);
  const running = await gateway(upstream.endpoint, settings);
  return { upstream, token, directory, running, send: client(running.port, token) };
}

function code(body: string): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(body)?.[1];
}

describe('with s3:readwrite', () => {
  let send: ReturnType<typeof client>;
  let running: Awaited<ReturnType<typeof setUp>>['running'];
  let upstream: Awaited<ReturnType<typeof setUp>>['upstream'];
  let token: string;
  beforeEach(async () => {
    ({ send, running, upstream, token } = await setUp(['s3:readwrite']));
    expect((await send('PUT', '/s3/bucket')).status).toBe(200);
  });

  test.each([
    ['/s3/bucket/plain'],
    ['/s3/bucket/a%20b'],
    ['/s3/bucket/a+b'],
    ['/s3/bucket/a%2Bb'],
    ['/s3/bucket/a%2Fb'],
    ['/s3/bucket/a%252Fb'],
    ['/s3/bucket//a/b'],
    ['/s3/bucket/%C3%A9%F0%9F%98%80'],
    ["/s3/bucket/!'()*~$&=:@,;"],
    ['/s3/bucket/100%25'],
  ])('an object at %s', async (path) => {
    expect((await send('PUT', path, 'content')).status).toBe(200);
    expect(await send('GET', path)).toMatchObject({ status: 200, body: 'content' });
    expect((await send('DELETE', path)).status).toBe(204);
    expect((await send('GET', path)).status).toBe(404);
  });

  test('metadata, and query parameters with everything in them', async () => {
    const headers = { 'x-amz-meta-note': 'a  b', 'x-amz-meta-cafe': 'caf\u00c3\u00a9' };
    expect((await send('PUT', '/s3/bucket/dir/a%20b%26c', '1', headers)).status).toBe(200);
    const { headers: read } = await send('HEAD', '/s3/bucket/dir/a%20b%26c');
    expect(read['x-amz-meta-cafe']).toBe('=?UTF-8?B?Y2Fmw6k=?='); // RFC 2047, as RustFS writes it: café
    const listed = await send('GET', '/s3/bucket?list-type=2&prefix=dir%2Fa+b%26c&delimiter=&encoding-type=url');
    expect(listed.status).toBe(200);
    expect(listed.body).toContain('<KeyCount>1</KeyCount>');
  });

  test('a body with its SHA-256 is held to it', async () => {
    const sha256 = createHash('sha256').update('content').digest('hex');
    expect((await send('PUT', '/s3/bucket/k', 'content', { 'x-amz-content-sha256': sha256 })).status).toBe(200);
    const wrong = await send('PUT', '/s3/bucket/k', 'contenT', { 'x-amz-content-sha256': sha256 });
    expect(wrong.status).toBe(400);
  });

  test('a body with a trailing checksum', async () => {
    const body = '7\r\ncontent\r\n0\r\nx-amz-checksum-crc32:0CJBdQ==\r\n\r\n';
    const crc32 = { 'x-amz-trailer': 'x-amz-checksum-crc32', 'x-amz-decoded-content-length': '7' };
    const answer = await send('PUT', '/s3/bucket/k', body, {
      ...{ 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER', 'content-encoding': 'aws-chunked' },
      ...crc32,
    });
    // The checksum above is wrong on purpose: that it is found out shows that the trailer was read.
    expect(answer.status).toBe(400);
  });

  test.each([
    [
      'chunks signed by the client',
      'PUT',
      '/s3/bucket/k',
      { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' },
      501,
    ],
    ['a payload mode that is none', 'PUT', '/s3/bucket/k', { 'x-amz-content-sha256': 'whatever' }, 400],
    ['a presigned query', 'GET', '/s3/bucket/k?X-Amz-Signature=0', {}, 400],
    ['a parameter twice', 'GET', '/s3/bucket?prefix=a&prefix=b', {}, 400],
    ['a path that is no UTF-8', 'GET', '/s3/bucket/%ff', {}, 400],
    ['STS', 'POST', '/s3/', { 'content-type': 'application/x-www-form-urlencoded' }, 403],
    ['STS under another name', 'POST', '/s3', { 'content-type': 'text/plain' }, 403],
    ['STS with slashes', 'POST', '/s3//', { 'content-type': 'application/x-www-form-urlencoded' }, 403],
    ['an HTML form', 'POST', '/s3/bucket', { 'content-type': 'multipart/form-data; boundary=x' }, 403],
  ])('%s is refused', async (_, method, path, headers, status) => {
    const before = upstream.seen.length;
    expect((await send(method, path, 'Action=AssumeRole&Version=2011-06-15', headers)).status).toBe(status);
    expect(upstream.seen).toHaveLength(before);
  });

  test('the token appears neither at the upstream nor in the log', async () => {
    const recorder = await rawUpstream(answering());
    const { settings, token: other } = await bearerSettings(['s3:readwrite']);
    const { port, logged, lines } = await gateway(recorder.url, settings);
    const headers = [
      `Authorization: Bearer ${other}`,
      'Cookie: session=1',
      'X-Auth-Token: keystone',
      `User-Agent: x ${other}`,
    ];
    await raw(port, request(`/s3/bucket/${other}?token=${other}`, OWN_HOST, 'GET', headers.slice(0, 3)));
    await raw(port, request('/s3/bucket', OWN_HOST, 'GET', headers));
    await until(() => lines.filter(({ type }) => type === 'access').length === 2, 'two lines of log');
    const [first] = recorder.received;
    expect(first).toMatch(/\r\nAuthorization: AWS4-HMAC-SHA256 Credential=gatewayroot\//);
    expect(first).not.toMatch(/Bearer|Cookie|X-Auth-Token|keystone/i);
    expect(logged()).not.toContain(other);
    expect(logged()).not.toContain(ROOT.secretKey);
    expect(lines.find(({ type }) => type === 'access')).toMatchObject({
      route: 's3-prefix',
      identity: other.slice(0, 8),
      target: '/s3/bucket/alk_***?token=***',
    });
  });

  test('administration is refused', async () => {
    expect(await send('GET', '/s3/admin/v3/info')).toMatchObject({ status: 403 });
    expect(running.url).toMatch(/^http:/);
    expect(token).toMatch(/^alk_/);
  });
});

describe('scopes are flat', () => {
  test.each([
    [['s3:readonly'], 'GET', '/s3/', 200],
    [['s3:readonly'], 'PUT', '/s3/bucket', 403],
    [['s3:readonly'], 'DELETE', '/s3/bucket', 403],
    [['s3:readonly'], 'POST', '/s3/bucket?delete', 403],
    [['s3:readwrite'], 'GET', '/s3/', 200],
    [['s3:admin'], 'GET', '/s3/', 403],
    [['relay:connect', 'admin'], 'GET', '/s3/', 403],
    [[], 'GET', '/s3/', 403],
    [['s3:admin'], 'GET', '/s3/admin/v3/list-users', 200],
    [['s3:readwrite', 's3:readonly'], 'GET', '/s3/admin/v3/list-users', 403],
    [['s3:admin'], 'GET', '/s3/admin/v3/../v3/list-users', 400],
    [['s3:admin'], 'GET', '/s3/admin/v3//list-users', 400],
    [['s3:admin'], 'GET', '/s3/admin/v3/%6cist-users', 400],
    [['s3:admin'], 'GET', '/s3/admin', 400],
  ] as const)('%j: %s %s is %i', async (scopes, method, path, status) => {
    const { send } = await setUp(scopes, { exposeAdmin: true });
    expect((await send(method, path)).status).toBe(status);
  });

  test('what is missing is said', async () => {
    const { send, token } = await setUp(['s3:readonly']);
    const { body } = await send('PUT', '/s3/bucket');
    expect(body).toContain(`<Message>${token.slice(0, 8)} has none of the scopes s3:readwrite</Message>`);
  });
});

describe('who has no good token', () => {
  test.each([
    ['no header', undefined, 'a bearer token is needed'],
    ['a signature', 'AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y', 'a bearer token is needed'],
    ['Basic', 'Basic YTpi', 'a bearer token is needed'],
    [
      'an unknown key',
      `Bearer ${createApiKey({ scopes: [], description: '' }).token}`,
      'the bearer token is unknown or has expired',
    ],
    ['something else', 'Bearer x', 'the bearer token is unknown or has expired'],
  ])('%s: 401', async (_, authorization, message) => {
    const { running, upstream } = await setUp(['s3:readonly']);
    const { status, body, headers } = await client(running.port, undefined)(
      'GET',
      '/s3/',
      undefined,
      authorization === undefined ? {} : { authorization },
    );
    expect({ status, code: code(body), challenge: headers['www-authenticate'] }).toEqual({
      ...{ status: 401, code: 'AccessDenied', challenge: 'Bearer' },
    });
    expect(body).toContain(`<Message>${message}</Message>`);
    expect(upstream.seen).toEqual([]);
  });

  test('the prefix of a key is not enough', async () => {
    const { running, token } = await setUp(['s3:readonly']);
    expect((await client(running.port, `${token.slice(0, 8)}${'x'.repeat(40)}`)('GET', '/s3/')).status).toBe(401);
  });
});

test('/s3/health tells only whether the storage server is ready, to anyone', async () => {
  const { running } = await setUp([]);
  expect(await client(running.port, undefined)('GET', '/s3/health')).toMatchObject({ status: 200, body: 'ok' });
  const { settings } = await bearerSettings([]);
  const { port } = await gateway('http://127.0.0.1:1', settings);
  expect(await client(port, undefined)('GET', '/s3/health')).toMatchObject({
    status: 503,
    body: 'the storage server is not ready',
  });
});

test('a bearer key on the S3 host is pointed to /s3/, not passed on', async () => {
  const { running, upstream, token } = await setUp(['s3:readonly']);
  const { status, body } = await client(running.port, token)('GET', '/bucket', undefined, { host: 's3.test' });
  expect(status).toBe(401);
  expect(body).toContain('requests to this host are signed (SigV4); bearer tokens are for /s3/');
  expect(upstream.seen).toEqual([]);
});

test('a rotated credential is taken from its files while running', async () => {
  const { send, directory, running } = await setUp(['s3:readonly']);
  expect((await send('GET', '/s3/')).status).toBe(200);
  await writeFile(join(directory, 'new'), 'another-secret');
  await rename(join(directory, 'new'), join(directory, 'secret-key'));
  await until(async () => code((await send('GET', '/s3/')).body) === 'SignatureDoesNotMatch', 'the new secret in use');
  expect(running.lines).toContainEqual({ type: 'reload', what: 's3 credential' });
});
