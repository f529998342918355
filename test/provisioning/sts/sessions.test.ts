import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  assumeRole,
  createWire,
  directorySecretStore,
  enrolUser,
  type SecretStore,
  type SessionCredentials,
  serveCredentials,
  sessionCache,
  userSessions,
  type Wire,
  webIdentitySessions,
  withdrawUser,
} from '../../../provisioning/index.js';
import { createWorld, type World } from '../fixture.js';

let world: World;
let wire: Wire;
let users: SecretStore;
beforeEach(async () => {
  world = await createWorld();
  wire = createWire({ endpoint: world.endpoint });
  users = directorySecretStore(join(world.secretsDir, 'users'));
  await world.apply();
});
afterEach(async () => {
  wire.close();
  await world.close();
});

async function enrol(name: string, action: typeof enrolUser = enrolUser) {
  const session = await world.open();
  try {
    await action(session, users, name);
  } finally {
    session.close();
  }
}

const status = async (credentials: SessionCredentials, method: string, path: string) =>
  (await wire.send({ method, path, ...(method === 'PUT' ? { body: 'x' } : {}) }, credentials)).status;

describe('a session of an enrolled user', () => {
  test('has the rights of the user, or fewer by a session policy, and its access key stays good', async () => {
    await enrol('web-svc');
    const session = await userSessions(wire, users, 'web-svc', {}).fetch();
    expect(await status(session, 'PUT', '/web-uploads/a')).toBe(200);
    expect(await status(session, 'GET', '/backup-dumps/a')).toBe(403);
    const policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-uploads/*'] }],
    });
    const narrow = await userSessions(wire, users, 'web-svc', { policy }).fetch();
    expect(await status(narrow, 'GET', '/web-uploads/a')).toBe(200);
    expect(await status(narrow, 'PUT', '/web-uploads/a')).toBe(403);
    expect((await world.asKey('web', 'GET', '/web-uploads/a')).status).toBe(200);
    expect(await world.differences()).toEqual([]);
  });

  test('cannot be had any more, nor used on 1.0.1, once the user is withdrawn', async () => {
    await enrol('web-svc');
    const session = await userSessions(wire, users, 'web-svc', {}).fetch();
    await enrol('web-svc', withdrawUser);
    expect(await status(session, 'GET', '/web-uploads/a')).toBe(403);
    await expect(userSessions(wire, users, 'web-svc', {}).fetch()).rejects.toThrow(
      `the secret of user web-svc is not in secret store ${join(world.secretsDir, 'users')}: run cdktf-rustfs credentials enrol --user web-svc with the root credentials`,
    );
  });

  test('is not given to an access key', async () => {
    const { current } = (await directorySecretStore(world.secretsDir).read('web')) ?? {};
    if (!current) throw new Error('no key');
    await expect(assumeRole(wire, current)).rejects.toThrow(/^POST \/ failed: HTTP 403 AccessDenied Access Denied/);
  });

  test.each([
    [{ seconds: 899 }, 'a session of 899 seconds cannot be had: expected 900 to 43200'],
    [{ seconds: 43_201 }, 'a session of 43201 seconds cannot be had: expected 900 to 43200'],
    [{ seconds: Number.NaN }, 'a session of NaN seconds cannot be had: expected 900 to 43200'],
    [
      { policy: 'x'.repeat(2049) },
      "the session policy has 2049 bytes, and RustFS takes 2048: shorten it, or narrow the user's own policies",
    ],
  ])('is not asked for with %j', async (options, message) => {
    const source = userSessions(wire, users, 'web-svc', options);
    await enrol('web-svc');
    await expect(source.fetch()).rejects.toThrow(message);
  });
});

test('a user that is not in the manifest, not on the server or switched off cannot be enrolled', async () => {
  await expect(enrol('nobody')).rejects.toThrow('user nobody is not in the manifest: it declares backup-svc, web-svc');
  await world.asRoot('PUT', '/rustfs/admin/v3/set-user-status', { accessKey: 'web-svc', status: 'disabled' });
  await expect(enrol('web-svc')).rejects.toThrow(
    'user web-svc is switched off on the server: switch it on in the manifest and run apply',
  );
  await world.asRoot('DELETE', '/rustfs/admin/v3/remove-user', { accessKey: 'backup-svc' });
  await expect(enrol('backup-svc')).rejects.toThrow('user backup-svc is not on the server yet: run apply');
});

describe('the cache', () => {
  function counted(seconds: number, now: () => number) {
    let fetched = 0;
    return {
      count: () => fetched,
      source: {
        id: async () => 'test',
        fetch: async (): Promise<SessionCredentials> => ({
          accessKeyId: `key-${++fetched}`,
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: new Date(now() + seconds * 1000).toISOString(),
        }),
      },
    };
  }

  test('keeps a session until a quarter of its time is left, in memory and in a private file', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { source, count } = counted(3600, () => now);
    const directory = join(world.secretsDir, 'sessions');
    const cache = sessionCache(source, directory, () => now);
    const asked = await Promise.all([cache.current(), cache.current(), cache.current()]);
    expect(asked.map(({ accessKeyId }) => accessKeyId)).toEqual(['key-1', 'key-1', 'key-1']);
    now += 2699_000;
    expect((await cache.current()).accessKeyId).toBe('key-1');
    // Another process finds the file.
    expect((await sessionCache(source, directory, () => now).current()).accessKeyId).toBe('key-1');
    now += 2_000;
    expect((await cache.current()).accessKeyId).toBe('key-2');
    expect(count()).toBe(2);
    const [file = ''] = await readdir(directory);
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(join(directory, file), 'utf8'))).toMatchObject({
      credentials: { accessKeyId: 'key-2' },
    });
  });

  test('asks anew for a short session five minutes before its end, and when the file is broken', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { source } = counted(900, () => now);
    const directory = join(world.secretsDir, 'sessions');
    const cache = sessionCache(source, directory, () => now);
    await cache.current();
    now += 599_000;
    expect((await cache.current()).accessKeyId).toBe('key-1');
    now += 2_000;
    expect((await cache.current()).accessKeyId).toBe('key-2');
    await writeFile(join(directory, 'test.json'), '{ broken');
    expect((await sessionCache(source, directory, () => now).current()).accessKeyId).toBe('key-3');
  });
});

test('a session by a token is not handed out for the token of somebody else', async () => {
  const directory = join(world.secretsDir, 'sessions');
  const tokenFile = join(world.secretsDir, 'token');
  const source = webIdentitySessions(wire, tokenFile, {});
  const token = (sub: string) => new UnsecuredJWT({ iss: 'https://id.example.com', sub }).encode();
  await writeFile(tokenFile, token('wanda'));
  const cache = sessionCache(
    { ...source, fetch: async () => session((await readFile(tokenFile, 'utf8')).trim()) },
    directory,
  );
  const session = (text: string): SessionCredentials => ({
    accessKeyId: text,
    secretAccessKey: 's',
    sessionToken: 't',
    expiration: new Date(Date.now() + 3600_000).toISOString(),
  });
  expect((await cache.current()).accessKeyId).toBe(token('wanda'));
  await writeFile(tokenFile, token('otto'));
  expect((await cache.current()).accessKeyId).toBe(token('otto'));
});

test('the local endpoint answers only who knows its token, and only under its own name', async () => {
  await enrol('web-svc');
  const tokenFile = join(world.secretsDir, 'endpoint-token');
  const endpoint = await serveCredentials(sessionCache(userSessions(wire, users, 'web-svc', {})), { tokenFile });
  try {
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    const token = await readFile(tokenFile, 'utf8');
    const ask = async (headers: Record<string, string>, url = endpoint.url) => (await fetch(url, { headers })).status;
    expect(await ask({ authorization: token })).toBe(200);
    expect(await ask({ authorization: `${token}x` })).toBe(403);
    expect(await ask({})).toBe(403);
    expect(await ask({ authorization: token }, endpoint.url.replace('/credentials', '/'))).toBe(404);
    // fetch does not let the Host be set; the wire does.
    const local = createWire({ endpoint: endpoint.url.replace('/credentials', '') });
    const rebound = { method: 'GET', path: '/credentials', headers: { authorization: token, Host: 'evil.example' } };
    expect((await local.send(rebound, 'anonymous')).status).toBe(403);
    local.close();
  } finally {
    await endpoint.close();
  }
});
