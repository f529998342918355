import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import {
  createWire,
  directorySecretStore,
  enrolDeclared,
  presentBrokenSessions,
  presentEndedSession,
  presentWithdrawn,
  type SecretStore,
  type Session,
  sessionCache,
  userSessions,
  userSignIn,
  verify,
} from '../../../provisioning/index.js';
import { createWorld, type World } from '../fixture.js';

let world: World;
let session: Session;
let users: SecretStore;
const declared = (manifest: Manifest) => {
  manifest.sessions = [{ user: 'backup-svc' }, { user: 'web-svc' }];
};

beforeAll(async () => {
  world = await createWorld({ shortestSession: 1 });
  await world.apply(declared);
  session = await world.open(declared);
  users = directorySecretStore(join(world.secretsDir, 'users'));
  expect(await enrolDeclared(session, users)).toEqual(['backup-svc', 'web-svc']);
});
afterAll(async () => {
  session.close();
  await world.close();
});

const sessionOf = (user: string) => userSessions(session.wire, users, user, {}).fetch();

test('nothing that can be made of a session works', async () => {
  const results = await presentBrokenSessions(session.wire, await sessionOf('web-svc'), await sessionOf('backup-svc'));
  expect(results.map(({ refused }) => refused)).toEqual(Array.from({ length: 7 }, () => true));
});

test('a session ends, and another lasts', async () => {
  const key = (await users.read('web-svc'))?.current;
  if (!key) throw new Error('not enrolled');
  expect(await presentEndedSession(session.wire, key)).toEqual({
    what: 'that has ended',
    refused: true,
    answer: '400 InvalidRequest',
  });
});

test('a withdrawn user is shut out, and enrolled anew; its cached session is not handed out again', async () => {
  const cache = sessionCache(userSessions(session.wire, users, 'web-svc', {}), join(world.secretsDir, 'sessions'));
  const before = await cache.current();
  expect(await cache.current()).toEqual(before);
  const results = await presentWithdrawn(session, users, 'web-svc');
  expect(results.map(({ what, answer }) => [what, answer])).toEqual([
    ['asked for with the secret of a withdrawn user', '403 SignatureDoesNotMatch'],
    ['of a user that was withdrawn since', '403 InvalidAccessKeyId'],
  ]);
  const after = await cache.current();
  expect(after.accessKeyId).not.toBe(before.accessKeyId);
  expect((await session.wire.send({ method: 'GET', path: '/web-assets' }, after)).status).toBe(200);
});

test('who can sign in is left alone, and who cannot any more is enrolled anew', async () => {
  expect(await enrolDeclared(session, users)).toEqual([]);
  await world.asRoot(
    'PUT',
    '/rustfs/admin/v3/set-user-secret-key',
    { accessKey: 'web-svc' },
    { secret_key: 'by-hand-1' },
  );
  await users.remove('backup-svc');
  expect(await enrolDeclared(session, users)).toEqual(['backup-svc', 'web-svc']);
  expect((await sessionOf('web-svc')).accessKeyId).not.toBe('');
});

test('a session policy narrows and never widens, by every probe', async () => {
  const policy = (name: string, Action: string[]) => ({
    name,
    document: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow' as const, Action, Resource: ['arn:aws:s3:::*'] }],
    },
  });
  const policies = [policy('reading alone', ['s3:GetObject', 's3:ListBucket']), policy('everything', ['s3:*'])];
  const signIns = await Promise.all(
    policies.map(async (narrow) => {
      const source = userSessions(session.wire, users, 'web-svc', { policy: JSON.stringify(narrow.document) });
      return userSignIn(session.manifest, 'web-svc', await source.fetch(), narrow);
    }),
  );
  const proof = await verify(session, { signIns });
  expect(proof.findings).toEqual([]);
  const may = proof.matrix
    .filter(({ accessKey, predicted }) => accessKey.startsWith('sign-in') && predicted.length > 0)
    .map(({ accessKey, bucket, predicted }) => `${accessKey}: ${predicted.join(' ')} on ${bucket}`);
  expect(may).toEqual([
    'sign-in of web-svc with a session policy for reading alone: list get on web-assets',
    'sign-in of web-svc with a session policy for reading alone: list get on web-uploads',
    'sign-in of web-svc with a session policy for everything: list get put delete on web-assets',
    'sign-in of web-svc with a session policy for everything: list get put delete on web-uploads',
  ]);
});

test('a server that takes everything is found out', async () => {
  const good = await sessionOf('web-svc');
  const body = `<r><AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken><Expiration>d</Expiration></r>`;
  const server = createServer((_, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const wire = createWire({ endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  try {
    const results = await presentBrokenSessions(wire, good, good);
    expect(results.map(({ refused, answer }) => [refused, answer])).toEqual(
      Array.from({ length: 7 }, () => [false, '200']),
    );
  } finally {
    wire.close();
    server.close();
  }
});
