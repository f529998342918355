import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratch } from '../fixture.js';
import { describeWithKeystone } from './suite.js';
import { bridgeWorld, observed } from './world.js';

/** What document 001 promises beyond its scenarios, against a real Keystone and the emulator. */
describeWithKeystone('Keystone tokens', (suite) => {
  test('projects do not reach each other, whatever they try', async () => {
    const [red, blue] = [await suite.keystone.project('red'), await suite.keystone.project('blue')];
    const { as, storedBuckets } = await bridgeWorld({ keystoneUrl: suite.url });
    const [inRed, inBlue] = [as(await suite.token(red, 'admin')), as(await suite.token(blue, 'admin'))];
    expect((await inRed('PUT', '/data')).status).toBe(200);
    expect((await inRed('PUT', '/data/secret', 'red secret')).status).toBe(200);
    const own = await inBlue('GET', '/data/secret');
    expect([own.status, own.body.includes('<Code>NoSuchBucket</Code>')]).toEqual([404, true]);
    expect((await inBlue('PUT', '/data')).status).toBe(200); // each has a bucket of that name
    expect((await inBlue('PUT', '/data/x', '', { 'x-amz-copy-source': `/${red}-data/secret` })).status).toBe(400);
    expect((await inBlue('PUT', '/data/x', '', { 'x-amz-copy-source': '/data/secret' })).status).toBe(404);
    const tricks = [
      ...[`/${red}-data/secret`, `/..%2F${red}-data/secret`, `/data/../../${red}-data/secret`, '//data/secret'],
    ];
    const answers = await Promise.all(tricks.map((path) => inBlue('GET', path)));
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 403, 400]);
    expect(answers.map(({ body }) => body).join('')).not.toContain('red secret');
    expect((await inBlue('GET', '/')).body).not.toContain(red);
    expect((await storedBuckets()).sort()).toEqual([`${blue}-data`, `${red}-data`].sort());
  });

  test('each role has the rights of the table, and no more', async () => {
    const project = await suite.keystone.project('roles');
    const { as, send } = await bridgeWorld({ keystoneUrl: suite.url });
    const admin = as(await suite.token(project, 'admin'));
    await admin('PUT', '/bkt');
    await admin('PUT', '/bkt/key', 'x');
    const statuses = async (role: string) => {
      const user = as(await suite.token(project, role));
      const steps = [
        await user('GET', '/bkt?list-type=2'),
        await user('GET', '/bkt/key'),
        await user('PUT', '/bkt/new', 'y'),
        await user('DELETE', '/bkt/new'),
        await user('PUT', '/another'),
        await user('GET', '/bkt?lifecycle'),
      ];
      return steps.map(({ status }) => status);
    };
    expect(await statuses('member')).toEqual([200, 200, 403, 403, 403, 403]);
    expect(await statuses('Member')).toEqual([200, 200, 200, 204, 403, 403]);
    expect(await statuses('ResellerAdmin')).toEqual([200, 200, 200, 204, 200, 404]);
    const reader = await as(await suite.token(project, 'reader'))('GET', '/');
    expect(reader.status).toBe(403);
    expect(reader.body).toContain('<Message>the user has only roles that give nothing here: reader</Message>');
    const unscoped = await suite.keystone.token(await suite.user(project, 'admin'));
    const answer = await send('GET', '/', { 'x-auth-token': unscoped });
    expect(answer.status).toBe(403);
    expect(answer.body).toContain(
      '<Message>the token is for no project: ask Keystone for one that is scoped to a project</Message>',
    );
  });

  test('the table can be changed', async () => {
    const project = await suite.keystone.project('table');
    const roles = { reader: 'ReadOnlyPolicy', member: 'ReadWritePolicy', auditor: ['s3:ListBucket'], admin: null };
    const { as } = await bridgeWorld({ keystoneUrl: suite.url, keystone: { roles } });
    const owner = as(await suite.token(project, 'ResellerAdmin'));
    await owner('PUT', '/bkt');
    expect((await as(await suite.token(project, 'reader'))('GET', '/bkt')).status).toBe(200);
    expect((await as(await suite.token(project, 'member'))('PUT', '/bkt/key', 'x')).status).toBe(200);
    const auditor = as(await suite.token(project, 'auditor'));
    expect((await auditor('GET', '/bkt')).status).toBe(200);
    expect((await auditor('GET', '/bkt/key')).status).toBe(403);
    // Keystone's admin implies member and reader, so what is left is theirs.
    expect((await as(await suite.token(project, 'admin'))('DELETE', '/bkt')).status).toBe(403);
  });

  test('a revoked token and a changed role count once the cache forgets', async () => {
    const project = await suite.keystone.project('revocation');
    const user = await suite.user(project, 'admin');
    const token = await suite.keystone.token(user, project);
    const cached = await bridgeWorld({ keystoneUrl: suite.url });
    const fresh = await bridgeWorld({ keystoneUrl: suite.url, keystone: { token_cache: { ttl_secs: 0.001 } } });
    expect((await cached.as(token)('PUT', '/bkt')).status).toBe(200);
    expect((await fresh.as(token)('PUT', '/bkt')).status).toBe(200);
    await suite.keystone.revoke(token);
    expect((await fresh.as(token)('GET', '/bkt')).status).toBe(401);
    expect((await cached.as(token)('GET', '/bkt')).status).toBe(200); // at most token_cache.ttl_secs

    await suite.keystone.withdraw(user, project, 'admin');
    await suite.keystone.grant(user, project, 'member');
    const changed = fresh.as(await suite.keystone.token(user, project));
    expect((await changed('GET', '/bkt')).status).toBe(200);
    expect((await changed('DELETE', '/bkt')).status).toBe(403);
  });

  test('without Keystone: 503 at once for new tokens, while known ones go on working', async () => {
    const project = await suite.keystone.project('outage');
    const watched = await observed(suite.url);
    const { as, gateway } = await bridgeWorld({ keystoneUrl: watched.url });
    const [known, unknown] = [await suite.token(project, 'admin'), await suite.token(project, 'admin')];
    expect((await as(known)('PUT', '/bkt')).status).toBe(200);
    await watched.stop();
    expect((await as(known)('PUT', '/bkt/key', 'x')).status).toBe(200);
    for (const _ of [1, 2]) {
      const answer = await as(unknown)('GET', '/');
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('2');
      expect(answer.body).toContain(
        '<Code>ServiceUnavailable</Code><Message>Keystone does not answer; try again later</Message>',
      );
    }
    expect(gateway.lines.filter(({ type }) => type === 'keystone')).toEqual([
      { type: 'keystone', call: 'validate', error: expect.stringContaining('ECONNREFUSED') },
    ]);
  });

  test('1,000 requests at a time with one token are one validation and one session', async () => {
    const project = await suite.keystone.project('crowd');
    const watched = await observed(suite.url);
    const { as, reached } = await bridgeWorld({ keystoneUrl: watched.url });
    const admin = as(await suite.token(project, 'admin'));
    const answers = await Promise.all(Array.from({ length: 1000 }, () => admin('GET', '/none')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404]));
    expect(watched.calls).toEqual(['POST /v3/auth/tokens', 'GET /v3/auth/tokens']);
    expect(reached().filter((line) => line === 'POST /')).toHaveLength(1);
  });

  test('application credentials are tokens with the roles they were made for', async () => {
    const { keystone } = suite;
    const project = await keystone.project('applications');
    const user = await suite.user(project, 'admin');
    const token = await keystone.token(user, project);
    const { as } = await bridgeWorld({ keystoneUrl: suite.url });
    await as(token)('PUT', '/bkt');
    const narrow = await keystone.applicationCredential(user, token, ['member']);
    const application = as(await keystone.applicationCredentialToken(narrow));
    expect((await application('GET', '/bkt')).status).toBe(200);
    expect((await application('PUT', '/bkt/key', 'x')).status).toBe(403);
  });

  test('the bridge itself may sign in with an application credential', async () => {
    const { keystone } = suite;
    const service = await keystone.project('service-2');
    const user = await suite.user(service, 'service');
    const { id, secret } = await keystone.applicationCredential(user, await keystone.token(user, service));
    const secret_file = join(await scratch(), 'secret');
    await writeFile(secret_file, secret);
    const service_user = { type: 'application_credential', id, secret_file };
    const { as } = await bridgeWorld({ keystoneUrl: suite.url, keystone: { service_user } });
    const project = await keystone.project('plain');
    expect((await as(await suite.token(project, 'admin'))('GET', '/')).status).toBe(200);
  });

  test('X-Storage-Token is the same as X-Auth-Token; two different ones are refused', async () => {
    const project = await suite.keystone.project('headers');
    const { send } = await bridgeWorld({ keystoneUrl: suite.url });
    const [one, other] = [await suite.token(project, 'admin'), await suite.token(project, 'admin')];
    expect((await send('GET', '/', { 'x-storage-token': one })).status).toBe(200);
    expect((await send('GET', '/', { 'x-storage-token': one, 'x-auth-token': one })).status).toBe(200);
    expect((await send('GET', '/', { 'x-storage-token': one, 'x-auth-token': other })).status).toBe(401);
  });

  test('a bucket comes into being with its first object, for who may write', async () => {
    const project = await suite.keystone.project('implicit');
    const { as, storedBuckets } = await bridgeWorld({ keystoneUrl: suite.url, keystone: { implicit_tenants: true } });
    const [writer, reader] = [as(await suite.token(project, 'Member')), as(await suite.token(project, 'member'))];
    expect((await reader('PUT', '/first/key', 'x')).status).toBe(403);
    expect((await reader('GET', '/first/key')).status).toBe(404);
    expect(await storedBuckets()).toEqual([]);
    const crowd = await Promise.all([1, 2, 3, 4].map((n) => writer('PUT', `/first/key-${n}`, 'x')));
    expect(crowd.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await storedBuckets()).toEqual([`${project}-first`]);
  });

  test('objects pass as they are, whatever they hold', async () => {
    const project = await suite.keystone.project('bytes');
    const { as, gateway } = await bridgeWorld({ keystoneUrl: suite.url, keystone: { separator: '--' } });
    const token = await suite.token(project, 'admin');
    const admin = as(token);
    await admin('PUT', '/bkt');
    const body = Buffer.from(`<Name>${project}--bkt</Name>`.repeat(100_000));
    const sha256 = createHash('sha256').update(body).digest('hex');
    expect(
      (await admin('PUT', '/bkt/doc.xml', body, { 'content-type': 'application/xml', 'x-amz-content-sha256': sha256 }))
        .status,
    ).toBe(200);
    const read = await admin('GET', '/bkt/doc.xml');
    expect(createHash('sha256').update(read.body).digest('hex')).toBe(sha256);
    expect(gateway.logged()).not.toContain(token.slice(0, 40));
  });
});
