import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../../emulator/index.js';
import { RUSTFS_VERSIONS } from '../../../policies/index.js';
import { afterwards, ROOT, S3_HOST } from '../fixture.js';
import { fakeKeystone, PROJECT, serviceSignIn, tokenOf } from './fake-keystone.js';
import { bridgeWorld } from './world.js';

const SIGN_IN = 'POST /v3/auth/tokens';
const VALIDATE = 'GET /v3/auth/tokens';

async function broken(keystone: Readonly<Record<string, unknown>> = {}) {
  const fake = await fakeKeystone();
  const world = await bridgeWorld({ keystoneUrl: fake.url, keystone: { retry_after_secs: 0.001, ...keystone } });
  const reasons = () => world.gateway.lines.filter(({ type }) => type === 'keystone').map(({ error }) => error);
  return { fake, ...world, reasons };
}

describe('a Keystone that fails is 503, and the log says why', () => {
  test.each([
    ['an error', { status: 500 }, 'Keystone answered 500'],
    ['too many requests', { status: 429 }, 'Keystone answered 429'],
    ['no JSON', { status: 200, body: '<html>' }, "Keystone's answer (200) is not one of the Identity API v3"],
    ['another API', { status: 200, body: { access: {} } }, "Keystone's answer (200) is not one of the Identity API v3"],
    ['300 for every path', { status: 300, body: {} }, "Keystone's answer (300) is not one of the Identity API v3"],
    ['no right to ask', { status: 403 }, 'the service user may not do this: it needs the role service'],
    ['silence', 'silence', 'no answer in time'],
  ] as const)('%s', async (_, validation, reason) => {
    const { fake, as, reasons } = await broken({ timeout_secs: 0.2 });
    fake.validation = validation;
    const answer = await as('token')('GET', '/');
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(reasons()).toEqual([reason]);
  });

  test('a service user that Keystone refuses', async () => {
    const { fake, as, reasons, gateway } = await broken();
    fake.signIn = { status: 401 };
    expect((await as('token')('GET', '/')).status).toBe(503);
    expect(reasons()).toEqual(['Keystone refused the service user (401): check its name, secret and project']);
    expect(gateway.logged()).not.toContain('keystone-user-password');
  });

  test('a RustFS user that RustFS refuses is 502', async () => {
    const { as, asRoot, reasons } = await broken();
    await asRoot('DELETE', '/rustfs/admin/v3/remove-user', { accessKey: 'keystone-bridge' });
    const answer = await as('token')('GET', '/');
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('<Message>the storage server gave the gateway no session</Message>');
    expect(reasons()).toEqual(['RustFS gave no session (403 InvalidAccessKeyId)']);
  });

  test('while it is down nobody waits for it', async () => {
    const { fake, as } = await broken({ timeout_secs: 0.2, retry_after_secs: 60 });
    fake.validation = 'silence';
    expect((await as('token')('GET', '/')).status).toBe(503);
    const before = fake.calls.length;
    expect((await as('another')('GET', '/')).status).toBe(503);
    expect(fake.calls).toHaveLength(before);
  });

  test('a failure is not remembered as an answer', async () => {
    const { fake, as } = await broken();
    fake.validation = { status: 500 };
    expect((await as('token')('GET', '/')).status).toBe(503);
    fake.validation = tokenOf();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect((await as('token')('GET', '/')).status).toBe(200);
  });
});

describe('tokens', () => {
  test('the service token is used again until it ends, or Keystone takes it no more', async () => {
    const { fake, as } = await broken({ token_cache: { ttl_secs: 0.001 } });
    await as('one')('GET', '/');
    await as('two')('GET', '/');
    expect(fake.calls).toEqual([SIGN_IN, VALIDATE, VALIDATE]);
    fake.validation = { status: 401 };
    expect((await as('three')('GET', '/')).status).toBe(503);
    expect(fake.calls.slice(3)).toEqual([VALIDATE, SIGN_IN, VALIDATE]);
    fake.validation = tokenOf();
    fake.signIn = serviceSignIn('short', 1000);
    const { as: again } = await bridgeWorld({ keystoneUrl: fake.url });
    const before = fake.calls.length;
    await again('one')('GET', '/');
    await again('two')('GET', '/');
    expect(fake.calls.slice(before)).toEqual([SIGN_IN, VALIDATE, SIGN_IN, VALIDATE]);
  });

  test('an expired token is refused, and one that expires soon is not kept longer', async () => {
    const { fake, as } = await broken();
    fake.validation = tokenOf({ expires_at: new Date(Date.now() - 1000).toISOString() });
    const expired = await as('expired')('GET', '/');
    expect(expired.status).toBe(401);
    expect(expired.body).toContain('<Details>Token validation failed: token expired</Details>');
    fake.validation = tokenOf({ expires_at: new Date(Date.now() + 500).toISOString() });
    expect((await as('ending')('GET', '/')).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 600));
    fake.validation = { status: 404 };
    expect((await as('ending')('GET', '/')).status).toBe(401);
  });

  test('what cannot be a token never reaches Keystone', async () => {
    const { fake, as, send } = await broken();
    for (const token of ['', 'a b', 'x'.repeat(8193), '"quoted"'])
      expect((await as(token)('GET', '/')).status).toBe(401);
    expect((await send('GET', '/', { 'x-auth-token': 'one', 'x-storage-token': 'two' })).status).toBe(401);
    expect(fake.calls).toEqual([]);
  });

  test('a project id that could reach into another prefix is refused', async () => {
    const { fake, as } = await broken();
    fake.validation = tokenOf({ project: { id: 'short' } });
    const answer = await as('token')('GET', '/');
    expect([answer.status, answer.body.includes('must be 32 lower-case letters and digits')]).toEqual([403, true]);
  });

  test('wrong tokens from one address are limited', async () => {
    const { fake, send } = await broken({});
    fake.validation = { status: 404 };
    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await send('GET', '/', { 'x-auth-token': `wrong-${n}` })).status);
    expect(statuses).toEqual([401, 401, 401]);
    expect(fake.calls.filter((call) => call === VALIDATE)).toHaveLength(3);
  });
});

describe('what goes to RustFS', () => {
  test.each(RUSTFS_VERSIONS)('works with either version: %s', async (version) => {
    const emulator = await startEmulator({ ...ROOT, version });
    afterwards(() => emulator.close());
    const fake = await fakeKeystone();
    const { as } = await bridgeWorld({ keystoneUrl: fake.url, endpoint: emulator.endpoint });
    const admin = as('token');
    const steps = [
      await admin('GET', '/'),
      await admin('PUT', '/bkt'),
      await admin('PUT', '/bkt/key', 'x'),
      await admin('GET', '/bkt/key'),
      await admin('DELETE', '/bkt/key'),
      await admin('DELETE', '/bkt'),
    ];
    expect(steps.map(({ status }) => status)).toEqual([200, 200, 200, 200, 204, 204]);
    fake.validation = tokenOf({ roles: [{ name: 'member' }] });
    expect((await as('another')('PUT', '/bkt')).status).toBe(403);
  });

  test('neither tokens nor what its clients could pretend', async () => {
    const { as, gateway, storedBuckets } = await broken();
    const admin = as('secret-token');
    await admin('PUT', '/bkt');
    const pretended = {
      ...{ 'x-roles': 'admin', 'x-user-id': 'root', 'x-project-id': PROJECT, 'x-identity-status': 'Confirmed' },
      ...{ 'x-rustfs-force-delete': 'true', 'x-minio-source-mtime': '1', 'x-forwarded-for': '1.2.3.4' },
    };
    await admin('PUT', '/bkt/key', 'x', pretended);
    expect((await admin('DELETE', '/bkt', '', pretended)).status).toBe(409);
    expect(await storedBuckets()).toEqual([`${PROJECT}-bkt`]);
    expect(gateway.logged()).not.toContain('secret-token');
  });

  test('nothing that reaches beyond one bucket', async () => {
    const { as, reached } = await broken();
    const admin = as('token');
    await admin('PUT', '/bkt');
    const before = reached().length;
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const refused = [
      await admin('POST', '/', 'Action=AssumeRole&Version=2011-06-15', form),
      await admin('GET', '/?events=*'),
      await admin('HEAD', '/'),
      await admin('PUT', '/bkt?policy', '{}'),
      await admin('GET', '/bkt?policy'),
      await admin('PUT', '/bkt?replication', '<x/>'),
      await admin('POST', '/bkt', 'x', { 'content-type': 'multipart/form-data; boundary=x' }),
      await admin('GET', '/rustfs/admin/v3/list-users'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([501, 501, 501, 501, 501, 501, 403, 404]);
    expect(reached().slice(before)).toEqual([`GET /${PROJECT}-rustfs/admin/v3/list-users`]);
  });

  test('a bucket in the host name is the same bucket', async () => {
    const { as, storedBuckets } = await broken();
    const admin = as('token');
    expect((await admin('PUT', '/', '', { host: `bkt.${S3_HOST}` })).status).toBe(200);
    expect(await storedBuckets()).toEqual([`${PROJECT}-bkt`]);
    expect((await admin('PUT', '/a/b', 'x', { host: `bkt.${S3_HOST}` })).status).toBe(200);
    expect((await admin('GET', '/bkt/a/b')).body).toBe('x');
  });

  test('names that are none are refused before anything is asked of RustFS', async () => {
    const { as } = await broken();
    const admin = as('token');
    const messages = [];
    for (const path of ['/ab', '/UPPER', '/a..b', '/-ab', '/a%2Fb', `/${'n'.repeat(31)}`]) {
      const { status, body } = await admin('PUT', path);
      messages.push(`${status} ${/<Message>(.*)<\/Message>/.exec(body)?.[1]}`);
    }
    const invalid = '400 The specified bucket is not valid.';
    const long = '400 with the project in front, a bucket name may have 30 characters';
    expect(messages).toEqual([invalid, invalid, invalid, invalid, invalid, long]);
    expect((await admin('PUT', `/${'n'.repeat(30)}`)).status).toBe(200);
  });

  test('a session that RustFS has forgotten is replaced', async () => {
    const { as, asRoot, reached } = await broken();
    const admin = as('token');
    await admin('PUT', '/bkt');
    await asRoot('DELETE', '/rustfs/admin/v3/remove-user', { accessKey: 'keystone-bridge' });
    await asRoot(
      'PUT',
      '/rustfs/admin/v3/add-user',
      { accessKey: 'keystone-bridge' },
      { secretKey: 'keystone-bridge-secret', status: 'enabled' },
    );
    await asRoot('PUT', '/rustfs/admin/v3/set-user-or-group-policy', {
      ...{ policyName: 'keystone-bridge', userOrGroup: 'keystone-bridge', isGroup: 'false' },
    });
    const first = await admin('GET', '/bkt');
    expect([first.status, first.body.includes('<Code>InvalidAccessKeyId</Code>')]).toEqual([403, true]);
    expect((await admin('GET', '/bkt')).status).toBe(200);
    expect(reached().filter((line) => line === 'POST /')).toHaveLength(2);
  });
});
