import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { respond } from '../../gateway/http/respond.js';
import { authenticate, type RouteFactory, requireScope } from '../../gateway/index.js';
import { bearerSettings, emulator, gateway, OWN_HOST, raw, request, S3_HOST, scratch } from './fixture.js';

const NOWHERE = 'http://127.0.0.1:1';

describe('/healthz', () => {
  test('is alknet’s ok on hosts of the gateway, and a bucket on an S3 host', async () => {
    const upstream = await emulator();
    const { port } = await gateway(upstream.endpoint);
    expect((await raw(port, request('/healthz', OWN_HOST))).text).toMatch(/^HTTP\/1\.1 200 [\s\S]*\r\n\r\nok$/);
    expect((await raw(port, request('/healthz', '127.0.0.1'))).status).toBe(200);
    expect((await raw(port, request('/healthz', S3_HOST))).text).toContain('<Code>AccessDenied</Code>');
    expect(upstream.seen.map(({ path }) => path)).toEqual(['/healthz']);
  });

  test('is not on hosts that are nobody’s', async () => {
    const { port } = await gateway(NOWHERE, { server_names: [OWN_HOST] });
    expect((await raw(port, request('/healthz', OWN_HOST))).status).toBe(200);
    expect((await raw(port, request('/healthz', 'other.test'))).status).toBe(404);
  });
});

describe('the decoy', () => {
  test('not found, for every other host and path', async () => {
    const { port } = await gateway(NOWHERE);
    for (const path of ['/', '/s3', '/rustfs/admin/v3/info', '/search', '/call', '/openapi.json']) {
      expect((await raw(port, request(path, OWN_HOST))).text).toMatch(/^HTTP\/1\.1 404 [\s\S]*\r\n\r\nnot found\n$/);
    }
    expect((await raw(port, request('/', 's3.test.evil'))).status).toBe(404);
    expect((await raw(port, request('/', 'xs3.test'))).status).toBe(404);
  });

  test('a redirection', async () => {
    const { port } = await gateway(NOWHERE, { decoy: { type: 'redirect', to: 'https://example.com/' } });
    const { text } = await raw(port, request('/x', OWN_HOST));
    expect(text).toMatch(/^HTTP\/1\.1 302 [\s\S]*\r\nlocation: https:\/\/example\.com\/\r\n/);
  });

  test('a site, and nothing beside it', async () => {
    const directory = await scratch();
    const root = join(directory, 'site');
    await mkdir(root);
    await writeFile(join(root, 'index.html'), '<p>hello');
    await writeFile(join(root, '.hidden'), 'hidden');
    await writeFile(join(directory, 'secret'), 'secret');
    const { port } = await gateway(NOWHERE, { decoy: { type: 'static_site', root } });
    expect((await raw(port, request('/', OWN_HOST))).text).toMatch(/^HTTP\/1\.1 200 [\s\S]*<p>hello$/);
    for (const path of ['/../secret', '/%2e%2e/secret', '/..%2fsecret', '/.hidden', '/%zz', '/missing']) {
      expect(`${path} ${(await raw(port, request(path, OWN_HOST))).status}`).toBe(`${path} 404`);
    }
  });
});

test('a further route comes before the gateway’s own, with its limits, identities and log', async () => {
  const signIn: RouteFactory = ({ identities, limiter }) => ({
    name: 'sign-in',
    matches: ({ target }) => target.path.startsWith('/sign-in'),
    async serve(exchange) {
      if (exchange.target.path === '/sign-in/broken') throw new TypeError('a defect');
      const identity = authenticate(exchange, identities, limiter);
      requireScope(identity, ['relay:connect']);
      respond(exchange, 200, identity.id);
    },
  });
  const { token, settings } = await bearerSettings(['relay:connect']);
  const { port, lines } = await gateway(NOWHERE, settings, [signIn]);
  const { text } = await raw(port, request('/sign-in', S3_HOST, 'GET', [`Authorization: Bearer ${token}`]));
  expect(text).toMatch(new RegExp(`^HTTP/1\\.1 200 [\\s\\S]*\\r\\n\\r\\n${token.slice(0, 8)}$`));
  expect((await raw(port, request('/sign-in', S3_HOST))).status).toBe(401);
  const broken = await raw(port, request('/sign-in/broken', S3_HOST));
  expect(broken.text).toContain('<Code>InternalError</Code><Message>the gateway failed</Message>');
  expect(lines.filter(({ type }) => type === 'access').map(({ route, status }) => [route, status])).toEqual([
    ['sign-in', 200],
    ['sign-in', 401],
    ['sign-in', 500],
  ]);
  expect(lines.find(({ type }) => type === 'error')?.error).toContain('TypeError: a defect');
});

test('metrics, on a listener of their own', async () => {
  const { port, metricsUrl } = await gateway(NOWHERE, { metrics: { listen_addr: '127.0.0.1:0' } });
  await raw(port, request('/healthz', OWN_HOST));
  await raw(port, 'nonsense\r\n\r\n');
  await raw(port, request('/bucket', S3_HOST));
  const text = await (await fetch(metricsUrl ?? '')).text();
  expect(text).toContain('gateway_requests_total{route="healthz",method="GET",status="200"} 1\n');
  expect(text).toContain('gateway_requests_total{route="s3-pass-through",method="GET",status="502"} 1\n');
  expect(text).toMatch(/gateway_malformed_total\{code="HPE_INVALID_\w+"\} 1\n/);
  expect(text).toMatch(/gateway_request_duration_seconds_count\{route="healthz"\} 1\n/);
  expect(text).not.toContain('bucket"');
  expect((await fetch((metricsUrl ?? '').replace('/metrics', '/'))).status).toBe(404);
  expect((await raw(port, request('/metrics', OWN_HOST))).status).toBe(404);
});
