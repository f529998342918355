import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { staticConfigSchema } from '../../gateway/config/static.js';
import { ADMIN_TRICKS, LOGIN_PATHS, LOGIN_TRICKS } from './admin-tricks.js';
import { afterwards, emulator, gateway, OWN_HOST, raw, request, S3_HOST } from './fixture.js';

const ON = { s3: { oidc_login: true } };

test('exactly the paths of the login pass, as they came, with their query and without anybody’s credentials', async () => {
  const seen: { target: string | undefined; headers: Record<string, unknown> }[] = [];
  const upstream = createServer(({ url, headers }, response) => {
    seen.push({ target: url, headers });
    response.writeHead(302, { location: 'https://id.example.com/authorize?state=x' }).end();
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  afterwards(() => new Promise((resolve) => upstream.close(resolve)));
  const { port, logged } = await gateway(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, ON);
  const signed = ['Authorization: AWS4-HMAC-SHA256 x', 'x-amz-security-token: y', 'x-amz-date: z', 'Cookie: a=b'];
  for (const path of LOGIN_PATHS) {
    const { status, text } = await raw(port, request(`${path}?code=the-code&state=%2F`, S3_HOST, 'GET', signed));
    expect([status, /\r\nlocation: (\S+)/i.exec(text)?.[1]]).toEqual([302, 'https://id.example.com/authorize?state=x']);
  }
  expect(seen.map(({ target }) => target)).toEqual(LOGIN_PATHS.map((path) => `${path}?code=the-code&state=%2F`));
  for (const { headers } of seen) {
    expect(headers).toMatchObject({ host: S3_HOST, cookie: 'a=b', 'x-forwarded-proto': 'http' });
    for (const name of ['authorization', 'x-amz-security-token', 'x-amz-date']) expect(headers[name]).toBeUndefined();
  }
  expect(logged()).not.toContain('the-code');
});

test('no other path, no other method, no body, no other host', async () => {
  const upstream = await emulator();
  const { port } = await gateway(upstream.endpoint, ON);
  const statusOf = async (...args: Parameters<typeof request>) => (await raw(port, request(...args))).status;
  for (const path of [...ADMIN_TRICKS, ...LOGIN_TRICKS])
    for (const method of ['GET', 'POST', 'PUT', 'DELETE'])
      expect(`${method} ${path} ${[400, 403].includes(await statusOf(path, S3_HOST, method))}`).toBe(
        `${method} ${path} true`,
      );
  for (const path of LOGIN_PATHS) {
    for (const method of ['HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect([method, await statusOf(path, S3_HOST, method)]).toEqual([method, 403]);
    expect(await statusOf(path, 'bucket.s3.test')).toBe(403);
    expect(await statusOf(path, OWN_HOST)).toBe(404);
    const withBody = `${request(path, S3_HOST, 'GET', ['Content-Length: 1'])}x`;
    expect((await raw(port, withBody)).status).toBe(400);
  }
  expect(upstream.seen).toEqual([]);
});

test('off by default, and of no use without a virtual host', async () => {
  const upstream = await emulator();
  const { port } = await gateway(upstream.endpoint);
  for (const path of LOGIN_PATHS) expect((await raw(port, request(path, S3_HOST))).status).toBe(403);
  expect(upstream.seen).toEqual([]);
  const { error } = staticConfigSchema.safeParse({
    tls_identity: { type: 'none' },
    s3: { upstream: 'http://rustfs:9000', oidc_login: true },
  });
  expect(error?.issues.map(({ path, message }) => [path.join('.'), message])).toEqual([
    ['s3.oidc_login', 'the login is served at the hosts in s3.virtual_hosts, which are none'],
  ]);
});
