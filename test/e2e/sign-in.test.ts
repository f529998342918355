import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { oidcFromEnvironment, startEmulator } from '../../emulator/index.js';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { API_KEY_TYPE, TOKEN_EXCHANGE } from '../../gateway/oidc/index.js';
import { Access, Bucket, ComponentStorage, OidcClaim, OidcProvider, RustFs } from '../../index.js';
import {
  assumeRoleWithWebIdentity,
  directorySecretStore,
  enrolUser,
  fetchKeys,
  forgeries,
  openSession,
  presentForgeries,
  type Session,
  tokenSignIn,
  userSessions,
  userSignIn,
  verify,
} from '../../provisioning/index.js';
import { written } from '../constructs/fixture.js';
import { begin, browser, finish, freePort, providerGateway, type TestProvider } from '../gateway/oidc/fixture.js';

const ROOT = { accessKeyId: 'signinrootkey', secretAccessKey: 'signin-root-secret' };

/** A RustFS binary to test against beside the emulator. */
const BINARY = process.env.RUSTFS_BINARY;
if (BINARY === undefined) console.info('skipped: sign-in against a RustFS process, because RUSTFS_BINARY is not set');

interface Server {
  readonly endpoint: string;
  close(): Promise<void>;
}

async function emulated(environment: Readonly<Record<string, string>>): Promise<Server> {
  return startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    oidc: oidcFromEnvironment(environment),
  });
}

async function live(environment: Readonly<Record<string, string>>): Promise<Server> {
  const port = await freePort();
  const data = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-live-'));
  const server = execa(BINARY ?? '', [data], {
    reject: false,
    stdio: 'ignore',
    env: {
      ...environment,
      RUSTFS_ADDRESS: `127.0.0.1:${port}`,
      RUSTFS_CONSOLE_ENABLE: 'false',
      RUST_MIN_STACK: '33554432',
      RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
      RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
    },
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const deadline = Date.now() + 50_000;
  while (
    !(await fetch(`${endpoint}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline) throw new Error('RustFS was not ready within 50 s');
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return {
    endpoint,
    async close() {
      server.kill('SIGTERM');
      await server;
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** Two components, and a bucket that who holds the claim value `team-reports` may read. */
function declare(provider: OidcProvider, endpoint: string) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'sign-in');
  const server = RustFs.external(stack, 'rustfs', { endpoint, oidc: [provider] });
  for (const name of ['web', 'backup'])
    new ComponentStorage(stack, name, { server, buckets: ['data'], access: Access.readWrite() });
  const reports = new Bucket(stack, 'reports', { server });
  reports.grantRead(new OidcClaim(stack, 'team-reports', { server, provider }));
  return written(app, 'sign-in').manifest;
}

async function exchange({ issuer, apiKey }: TestProvider): Promise<string> {
  const response = await fetch(`${issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: TOKEN_EXCHANGE,
      client_id: 'rustfs',
      subject_token: apiKey,
      subject_token_type: API_KEY_TYPE,
    }),
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

async function byBrowser(gateway: TestProvider): Promise<string> {
  const begun = await begin(gateway);
  const agent = browser();
  const back = await agent.submit(await agent.open(begun.url), { api_key: gateway.apiKey });
  return (await finish(gateway, back.url, begun)).id_token ?? '';
}

describe.each([
  ['the emulator', emulated, true],
  ['RustFS itself', live, BINARY !== undefined],
] as const)('who signs in at %s', (_, start, runs) => {
  let gateway: TestProvider;
  let server: Server;
  let session: Session;
  let directory: string;

  beforeEach(async () => {
    if (!runs) return;
    gateway = await providerGateway({
      key: createApiKey({ scopes: ['s3:team'], description: 'Wanda' }),
      oidc: { policies: { 's3:team': ['team-reports'] } },
    });
    const provider = OidcProvider.alknet({ issuer: gateway.issuer, clientId: 'rustfs' });
    server = await start({
      ...provider.environment('1.0.1'),
      RUSTFS_OUTBOUND_ALLOW_ORIGINS: gateway.issuer,
    });
    directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-sign-in-'));
    const manifest = declare(provider, server.endpoint);
    session = await openSession({ manifest, root: ROOT, store: directorySecretStore(join(directory, 'keys')) });
    await session.apply(await session.plan());
  });
  afterEach(async () => {
    if (!runs) return;
    session.close();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  test.skipIf(!runs)('at the gateway, or by AssumeRole, can do what was declared and nothing else', async () => {
    const { manifest, wire } = session;
    const users = directorySecretStore(join(directory, 'users'));
    await enrolUser(session, users, 'web-svc');
    const tokens = [await exchange(gateway), await byBrowser(gateway)];
    const signIns = [
      userSignIn(manifest, 'web-svc', await userSessions(wire, users, 'web-svc', {}).fetch()),
      ...(await Promise.all(
        tokens.map(async (token, n) => ({
          ...tokenSignIn(manifest, token, await assumeRoleWithWebIdentity(wire, token)),
          who: `sign-in ${n}`,
        })),
      )),
    ];
    const proof = await verify(session, { signIns });
    expect(proof.findings).toEqual([]);
    const may = proof.matrix
      .filter(({ accessKey, predicted }) => accessKey.startsWith('sign-in') && predicted.length > 0)
      .map(({ accessKey, bucket, predicted }) => `${accessKey}: ${predicted.join(' ')} on ${bucket}`);
    expect(may).toEqual([
      'sign-in of web-svc: list get put delete on web-data',
      'sign-in 0: list get on reports',
      'sign-in 1: list get on reports',
    ]);
    const [provider] = manifest.oidc?.providers ?? [];
    if (!provider) throw new Error('no provider');
    const forged = await presentForgeries(wire, await forgeries(tokens[0] ?? '', await fetchKeys(provider)));
    expect(forged.filter(({ refused }) => !refused)).toEqual([]);
    expect(forged).toHaveLength(8);
  });
});
