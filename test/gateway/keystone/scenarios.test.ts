import { beforeAll, expect, test } from 'vitest';
import { describeWithKeystone } from './suite.js';
import { bridgeWorld, observed } from './world.js';

/** "Test Scenarios" of document 001, in its order, against a real Keystone and the emulator. */
describeWithKeystone('scenarios of document 001', (suite) => {
  let project: string;
  beforeAll(async () => {
    project = await suite.keystone.project('scenarios');
  });
  const world = () => bridgeWorld({ keystoneUrl: suite.url });

  test('1: get a Keystone token', async () => {
    const answer = await fetch(`${suite.url}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        auth: {
          identity: {
            methods: ['password'],
            password: { user: { name: 'admin', domain: { name: 'Default' }, password: 'keystone-admin-password' } },
          },
          scope: { project: { name: 'admin', domain: { name: 'Default' } } },
        },
      }),
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-subject-token')).toMatch(/^gAAAAA[\w-]+$/);
  });

  test('2: list buckets with a Keystone token', async () => {
    const { as, gateway } = await world();
    const admin = await suite.token(project, 'admin');
    const none = await as(admin)('GET', '/');
    expect(none.status).toBe(200);
    expect(none.body).not.toContain('<Bucket>');
    expect((await as(admin)('PUT', '/listed')).status).toBe(200);
    const one = await as(admin)('GET', '/');
    expect(one.status).toBe(200);
    expect([...one.body.matchAll(/<Name>(.*?)<\/Name>/g)].map(([, name]) => name)).toEqual(['listed']);
    expect(one.body).not.toContain(project);
    const line = gateway.lines.find(({ type, method }) => type === 'access' && method === 'GET');
    expect(line).toMatchObject({ route: 'keystone', status: 200 });
    expect(line?.identity).toMatch(/^keystone:[0-9a-f]{32}$/);
  });

  test('3, 4, 5: create a bucket, upload and download an object', async () => {
    const { as, storedBuckets } = await world();
    const admin = as(await suite.token(project, 'admin'));
    expect((await admin('PUT', '/test-keystone-bucket')).status).toBe(200);
    expect(await storedBuckets()).toEqual([`${project}-test-keystone-bucket`]);
    expect((await admin('PUT', '/test-keystone-bucket/test.txt', 'Hello from Keystone!\n')).status).toBe(200);
    const downloaded = await admin('GET', '/test-keystone-bucket/test.txt');
    expect(downloaded.status).toBe(200);
    expect(downloaded.body).toBe('Hello from Keystone!\n');
  });

  test('6: an invalid token is refused, without falling back to anything', async () => {
    const { as, reached, gateway } = await world();
    const before = reached().length;
    const answer = await as('invalid-token-12345')('GET', '/');
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/xml');
    expect(answer.headers['www-authenticate']).toBe('Keystone');
    expect(answer.body.replace(/<RequestId>.*<\/RequestId>/, '')).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Error><Code>InvalidToken</Code><Message>Invalid Keystone token</Message>' +
        '<Details>Token validation failed: Keystone does not know it</Details></Error>',
    );
    const signature = `AWS4-HMAC-SHA256 Credential=gatewayroot/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`;
    const signed = await as('invalid-token-12345')('GET', '/', '', { authorization: signature });
    expect(signed.status).toBe(401);
    expect(reached().slice(before)).toEqual([]);
    expect(gateway.logged()).not.toContain('invalid-token-12345');
  });

  test('7: without a token, S3 authentication as ever', async () => {
    const { send, reached } = await world();
    const answer = await send('GET', '/');
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('<Code>AccessDenied</Code>');
    expect(reached().at(-1)).toBe('GET /');
  });

  test('8, 9: who has the role admin deletes a bucket, who has member does not', async () => {
    const { as, storedBuckets } = await world();
    const admin = as(await suite.token(project, 'admin'));
    const member = as(await suite.token(project, 'member'));
    expect((await admin('PUT', '/shared')).status).toBe(200);
    const refused = await member('DELETE', '/shared');
    expect(refused.status).toBe(403);
    expect(refused.body).toContain('<Code>AccessDenied</Code>');
    expect(await storedBuckets()).toEqual([`${project}-shared`]);
    expect((await admin('DELETE', '/shared')).status).toBe(204);
    expect(await storedBuckets()).toEqual([]);
  });

  test('10: the second request asks Keystone nothing', async () => {
    const watched = await observed(suite.url);
    const { as } = await bridgeWorld({ keystoneUrl: watched.url });
    const admin = as(await suite.token(project, 'admin'));
    expect((await admin('GET', '/')).status).toBe(200);
    expect(watched.calls).toEqual(['POST /v3/auth/tokens', 'GET /v3/auth/tokens']);
    expect((await admin('GET', '/')).status).toBe(200);
    expect(watched.calls).toHaveLength(2);
  });
});
