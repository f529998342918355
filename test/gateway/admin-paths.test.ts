import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { ADMIN_TRICKS } from './admin-tricks.js';
import { bearerSettings, emulator, gateway, OWN_HOST, raw, request, S3_HOST } from './fixture.js';

/** What RustFS compares the raw path with (source 1.0.1 server/prefix.rs), and a decoded path for good measure. */
const INTERNAL =
  /^\/+(rustfs\/(admin|console|rpc|peer)|minio\/(admin|health)|_?iceberg\/v1|profile\/|node_service|health$|health\/(live|ready)$)/i;

function reachedInside(seen: readonly { readonly path: string }[]): string[] {
  return seen
    .map(({ path }) => path)
    .filter((path) => INTERNAL.test(path) || INTERNAL.test(path.replaceAll('%2F', '/')));
}

/** Hosts by which the pass-through can be asked for. */
const HOSTS = [S3_HOST, 'bucket.s3.test', 'rustfs.s3.test', 'S3.TEST:443', 's3.test.'];

describe('internal paths over raw sockets', () => {
  test.each(HOSTS)('Host: %s', async (host) => {
    const upstream = await emulator();
    const { port } = await gateway(upstream.endpoint);
    const methods = ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS'];
    for (const path of ADMIN_TRICKS) {
      for (const method of methods) {
        const { status } = await raw(port, request(path, host, method));
        expect(`${method} ${path} ${[400, 403].includes(status)}`).toBe(`${method} ${path} true`);
      }
    }
    expect(upstream.seen).toEqual([]);
  });

  test('other ways to name a target', async () => {
    const upstream = await emulator();
    const { port } = await gateway(upstream.endpoint);
    const targets = [
      'http://s3.test/rustfs/admin/v3/info',
      'http://x/rustfs/admin/v3/info',
      'HTTPS://s3.test:443/rustfs/admin/v3/info',
      '//s3.test/rustfs/admin/v3/info',
      '*',
      'rustfs/admin/v3/info',
      '/bucket#/../rustfs/admin',
      '/rustfs/admin#/bucket',
      '?/rustfs/admin',
      '/rustfs/admin/v3/info?/../../bucket',
    ];
    for (const target of targets) {
      const { status } = await raw(port, request(target, S3_HOST));
      expect(`${target} ${status >= 400 && status < 500}`).toBe(`${target} true`);
    }
    const connect = await raw(port, 'CONNECT 127.0.0.1:9000 HTTP/1.1\r\nHost: s3.test\r\n\r\n');
    expect(connect.status).toBe(0);
    expect(reachedInside(upstream.seen)).toEqual([]);
  });

  test('a bucket in the host and the rest in the path', async () => {
    const upstream = await emulator();
    const { port } = await gateway(upstream.endpoint);
    for (const path of ['/admin/v3/info', '/console', '/%61dmin', '//admin', '/x/../admin']) {
      expect((await raw(port, request(path, 'rustfs.s3.test'))).status).toBe(403);
    }
    expect((await raw(port, request('/ready', 'health.s3.test'))).status).toBe(403);
    expect(upstream.seen).toEqual([]);
  });

  test('headers that ask for another path', async () => {
    const upstream = await emulator();
    const { port } = await gateway(upstream.endpoint);
    const claims = ['X-Original-URL', 'X-Rewrite-URL', 'X-Original-URI', 'X-Forwarded-Prefix', 'X-Forwarded-Path'];
    for (const claim of claims) {
      const { status } = await raw(port, request('/bucket', S3_HOST, 'GET', [`${claim}: /rustfs/admin/v3/info`]));
      expect(status).toBe(403); // the emulator's answer to an unsigned request for a bucket
    }
    expect(upstream.seen.map(({ path }) => path)).toEqual(claims.map(() => '/bucket'));
  });
});

test('internal paths under /s3/ with a token that may do everything but administer', async () => {
  const upstream = await emulator();
  const { token, settings } = await bearerSettings(['s3:readonly', 's3:readwrite', 's3:admin']);
  const { port } = await gateway(upstream.endpoint, settings);
  const authorization = `Authorization: Bearer ${token}`;
  for (const path of ADMIN_TRICKS) {
    const { status } = await raw(port, request(`/s3${path}`, OWN_HOST, 'GET', [authorization]));
    // `/s3/health` alone is a route of the gateway itself.
    const expected = path === '/health' ? [200] : [400, 403];
    expect(`${path} ${expected.includes(status)}`).toBe(`${path} true`);
  }
  const { status } = await raw(port, request('/s3/admin/v3/info', OWN_HOST, 'GET', [authorization]));
  expect(status).toBe(403);
  expect(reachedInside(upstream.seen)).toEqual(['/health/ready']);
});

test('curl --path-as-is', async () => {
  const curl = await execa('curl', ['--version'], { reject: false });
  if (curl.exitCode !== 0) throw new Error('this test needs curl, which every CI image has');
  const upstream = await emulator();
  const { port } = await gateway(upstream.endpoint);
  const urls = ADMIN_TRICKS.filter((path) => !/[\\\s]/.test(path)).map((path) => `http://127.0.0.1:${port}${path}`);
  const { stdout } = await execa('curl', [
    ...['-s', '--path-as-is', '--globoff', '-H', `Host: ${S3_HOST}`, '-w', '%{http_code}\n'],
    ...urls.flatMap((url) => ['-o', '/dev/null', url]),
  ]);
  const codes = stdout.trim().split('\n');
  expect(codes).toHaveLength(urls.length);
  expect(new Set(codes)).toEqual(new Set(['403']));
  expect(upstream.seen).toEqual([]);
});
