import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import { type EmulatorOptions, oidcFromEnvironment, startEmulator } from '../../../emulator/index.js';
import { createWire, type Wire } from '../../../provisioning/index.js';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../../oidc/issuer.js';

const ROOT = { accessKeyId: 'oidcroot', secretAccessKey: 'oidcroot-secret' };
const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function issuer(): Promise<TestIssuer> {
  const started = await startIssuer();
  cleanups.push(() => started.close());
  return started;
}

async function server(environment: Record<string, string>, options: Partial<EmulatorOptions> = {}) {
  const emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    oidc: oidcFromEnvironment({ RUSTFS_IDENTITY_OPENID_CLIENT_ID: CLIENT_ID, ...environment }),
    ...options,
  });
  const wire = createWire({ endpoint: emulator.endpoint });
  cleanups.push(() => wire.close());
  cleanups.push(() => emulator.close());
  return { ...emulator, wire };
}

async function signIn(wire: Wire, token: string) {
  const form = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', WebIdentityToken: token };
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  const answer = await wire.send(
    { method: 'POST', path: '/', headers, body: new URLSearchParams(form).toString() },
    'anonymous',
  );
  const text = answer.body.toString();
  const found = (name: string) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1] ?? '';
  const names = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'] as const;
  const [accessKeyId, secretAccessKey, sessionToken] = names.map(found);
  return {
    status: answer.status,
    message: found('Message'),
    credentials: {
      accessKeyId: accessKeyId ?? '',
      secretAccessKey: secretAccessKey ?? '',
      sessionToken: sessionToken ?? '',
    },
  };
}

const allowing = ({ url }: TestIssuer) => ({
  RUSTFS_IDENTITY_OPENID_CONFIG_URL: url,
  RUSTFS_OUTBOUND_ALLOW_ORIGINS: url,
});

const admin = (wire: Wire, path: string, query: Record<string, string>, body?: unknown, method = 'PUT') =>
  wire.send(
    {
      method,
      path: `/rustfs/admin/v3/${path}`,
      query,
      ...(body ? { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } } : {}),
    },
    ROOT,
  );

describe('discovery', () => {
  test('a provider at a loopback address is left out by 1.0.1 unless its origin is allowed; beta.7 asks it', async () => {
    const { url } = await issuer();
    const environment = { RUSTFS_IDENTITY_OPENID_CONFIG_URL: url };
    const current = await server(environment);
    expect(current.oidcProblems).toEqual([
      `OIDC provider default is left out: outbound URL host '127.0.0.1' is not allowed: loopback address; add ${url} to RUSTFS_OUTBOUND_ALLOW_ORIGINS (comma-separated) and restart RustFS to allow this operator-owned OIDC provider (origin only, no path)`,
    ]);
    expect((await server(environment, { version: '1.0.0-beta.7' })).oidcProblems).toEqual([]);
  });

  test('another issuer than the configured one is refused; 1.0.1 can be told which to expect', async () => {
    const started = await startIssuer('https://id.example.com');
    cleanups.push(() => started.close());
    const plain = await server(allowing(started));
    expect(plain.oidcProblems).toEqual([
      `OIDC provider default is left out: the discovery document says issuer https://id.example.com, but ${started.url} is configured`,
    ]);
    const told = await server({
      ...allowing(started),
      RUSTFS_IDENTITY_OPENID_ISSUER: 'https://id.example.com',
    });
    expect(told.oidcProblems).toEqual([]);
    expect((await signIn(told.wire, await started.mint({ groups: ['readonly'] }))).status).toBe(200);
  });
});

describe('rights', () => {
  test('policies of an IAM group that the token names replace what the claims say', async () => {
    const started = await issuer();
    const { wire } = await server(allowing(started));
    await admin(wire, 'add-user', { accessKey: 'someone' }, { secretKey: 'someone-secret', status: 'enabled' });
    const members = { group: 'readwrite', members: ['someone'], isRemove: false, groupStatus: 'enabled' };
    await admin(wire, 'update-group-members', {}, members);
    await admin(wire, 'set-user-or-group-policy', {
      policyName: 'readonly',
      userOrGroup: 'readwrite',
      isGroup: 'true',
    });
    await wire.send({ method: 'PUT', path: '/box' }, ROOT);
    const { credentials } = await signIn(wire, await started.mint({ groups: ['readwrite'] }));
    expect((await wire.send({ method: 'PUT', path: '/box/key', body: 'x' }, credentials)).status).toBe(403);
    expect((await wire.send({ method: 'GET', path: '/box/key' }, credentials)).status).toBe(404);
  });

  test('a policy that is deleted after the sign-in takes all rights away', async () => {
    const started = await issuer();
    const { wire } = await server(allowing(started));
    const Statement = [{ Effect: 'Allow', Action: ['s3:ListAllMyBuckets'], Resource: ['arn:aws:s3:::*'] }];
    await admin(wire, 'add-canned-policy', { name: 'lister' }, { Version: '2012-10-17', Statement });
    const { credentials } = await signIn(wire, await started.mint({ groups: ['lister', 'readonly'] }));
    const list = () => wire.send({ method: 'GET', path: '/' }, credentials);
    expect((await list()).status).toBe(200);
    await admin(wire, 'remove-canned-policy', { name: 'lister' }, undefined, 'DELETE');
    expect((await list()).status).toBe(403);
  });

  test('role policies replace the claims on 1.0.1 and come on top on beta.7', async () => {
    const started = await issuer();
    const environment = { ...allowing(started), RUSTFS_IDENTITY_OPENID_ROLE_POLICY: 'writeonly' };
    const token = await started.mint({ groups: ['readonly'] });
    const mayRead = async (version: '1.0.1' | '1.0.0-beta.7') => {
      const { wire } = await server(environment, { version });
      await wire.send({ method: 'PUT', path: '/box' }, ROOT);
      const { credentials } = await signIn(wire, token);
      return (await wire.send({ method: 'GET', path: '/box/none' }, credentials)).status;
    };
    expect([await mayRead('1.0.1'), await mayRead('1.0.0-beta.7')]).toEqual([403, 404]);
  });

  test('a key that the provider has rotated in is fetched when a token names it', async () => {
    const started = await issuer();
    const { wire } = await server(allowing(started));
    const before = await started.mint({ groups: ['readonly'] });
    expect((await signIn(wire, before)).status).toBe(200);
    await started.rotate();
    expect((await signIn(wire, await started.mint({ groups: ['readonly'] }))).status).toBe(200);
    expect(await signIn(wire, before)).toMatchObject({
      status: 403,
      message:
        'token verification failed: ID token verification failed after JWKS refresh: Signature verification failed',
    });
  });
});

test('the AWS SDK signs in with a token and uses the session', async () => {
  const started = await issuer();
  const { endpoint, wire } = await server(allowing(started));
  await wire.send({ method: 'PUT', path: '/box' }, ROOT);
  const { credentials } = await signIn(wire, await started.mint({ groups: ['consoleAdmin'] }));
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  cleanups.push(() => client.destroy());
  const { Buckets } = await client.send(new ListBucketsCommand({}));
  expect(Buckets?.map(({ Name }) => Name)).toEqual(['box']);
});

test("the console's login begins, and is not emulated further", async () => {
  const started = await issuer();
  const { endpoint } = await server(allowing(started));
  const get = (path: string) => fetch(`${endpoint}/rustfs/admin/v3/oidc/${path}`, { redirect: 'manual' });
  const begun = await get('authorize/default?redirect_after=/');
  const location = new URL(begun.headers.get('location') ?? '');
  expect([begun.status, location.origin + location.pathname]).toEqual([302, `${started.url}/authorize`]);
  expect(Object.fromEntries(location.searchParams)).toMatchObject({
    response_type: 'code',
    client_id: CLIENT_ID,
    code_challenge_method: 'S256',
    redirect_uri: `${endpoint}/rustfs/admin/v3/oidc/callback/default`,
    scope: 'openid openid profile email',
  });
  expect((await get('authorize/default?redirect_after=https://evil.example')).status).toBe(400);
  expect((await get('callback/default?code=x&state=y')).status).toBe(501);
});
