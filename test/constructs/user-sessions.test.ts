import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { Bucket, OidcClaim, OidcProvider, Policy, RustFs, ServiceUser, UserSessions } from '../../constructs/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import { synthesize, written } from './fixture.js';

test('users with sessions, in the manifest without an access key', () => {
  const { manifest } = synthesize((stack, server) => {
    for (const [name, seconds] of [['writer'], ['auditor', 900]] as const) {
      const user = new ServiceUser(stack, name, { server });
      new Bucket(stack, `${name}-data`, { server }).grantReadWrite(user);
      new UserSessions(stack, `${name}-sessions`, { server, user, ...(seconds && { seconds }) });
    }
  });
  expect([manifest.sessions, manifest.accessKeys]).toEqual([
    [{ seconds: 900, user: 'auditor' }, { user: 'writer' }],
    [],
  ]);
});

test.each([899, 43_201, 1000.5])('a session of %s seconds', (seconds) => {
  expect(() =>
    synthesize((stack, server) => {
      new UserSessions(stack, 'sessions', { server, user: new ServiceUser(stack, 'writer', { server }), seconds });
    }),
  ).toThrow(new Error(`invalid length of sessions of user writer (value: ${seconds}): expected 900 to 43200 seconds`));
});

test('declared twice', () => {
  expect(() =>
    synthesize((stack, server) => {
      const user = new ServiceUser(stack, 'writer', { server });
      for (const id of ['a', 'b']) new UserSessions(stack, id, { server, user });
    }),
  ).toThrow(
    new Error(
      'sessions of user "writer" is declared by test/b, but test/a already declares it; choose another name or share the first one',
    ),
  );
});

function onVersion(version: RustFsVersion, actions: readonly string[]) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000', version });
  const user = new ServiceUser(stack, 'writer', { server });
  new Bucket(stack, 'data', { server }).grantReadWrite(user);
  if (actions.length > 0)
    user.addPolicy(
      new Policy(stack, 'sts', {
        server,
        statements: [{ Effect: 'Allow', Action: actions }],
      }),
    );
  new UserSessions(stack, 'sessions', { server, user });
  return written(app, 'test').manifest.sessions;
}

test('beta.7 wants sts:AssumeRole among the policies, and 1.0.1 does not', () => {
  expect(onVersion('1.0.1', [])).toEqual([{ user: 'writer' }]);
  expect(() => onVersion('1.0.0-beta.7', [])).toThrow(
    'user writer would get no session: RustFS 1.0.0-beta.7 asks for sts:AssumeRole among its policies; add a policy that allows it',
  );
  expect(onVersion('1.0.0-beta.7', ['sts:AssumeRole'])).toEqual([{ user: 'writer' }]);
});

function external(endpoint: string, provider: OidcProvider) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  const server = RustFs.external(stack, 'rustfs', { endpoint, oidc: [provider] });
  new Bucket(stack, 'reports', { server }).grantRead(new OidcClaim(stack, 'auditors', { server, provider }));
  app.synth();
  return readFileSync(join(app.outdir, 'stacks', 'test', 'rustfs.env'), 'utf8');
}

test('a server elsewhere gets what it has to be started with as rustfs.env, without the secret', () => {
  const issuer = 'https://id.example.com';
  const provider = OidcProvider.generic({ issuer, clientId: 'rustfs', clientSecretFile: 'secrets/sso' });
  expect(external('https://s3.example.com', provider)).toBe(
    [
      'RUSTFS_IDENTITY_OPENID_ENABLE=on',
      'RUSTFS_IDENTITY_OPENID_CONFIG_URL=https://id.example.com/.well-known/openid-configuration',
      'RUSTFS_IDENTITY_OPENID_CLIENT_ID=rustfs',
      'RUSTFS_IDENTITY_OPENID_SCOPES=openid,profile,email',
      'RUSTFS_IDENTITY_OPENID_GROUPS_CLAIM=groups',
      'RUSTFS_IDENTITY_OPENID_CLAIM_NAME=groups',
      'RUSTFS_OUTBOUND_ALLOW_ORIGINS=https://id.example.com',
      '# RUSTFS_IDENTITY_OPENID_CLIENT_SECRET: what is in secrets/sso',
      '',
    ].join('\n'),
  );
});

test('a provider on this machine is none for a server elsewhere', () => {
  const provider = OidcProvider.generic({ issuer: 'http://localhost:8080', clientId: 'rustfs' });
  expect(external('http://127.0.0.1:9000', provider)).toContain('http://localhost:8080');
  expect(() => external('https://s3.example.com', provider)).toThrow(
    new Error(
      'OIDC provider default: RustFS at https://s3.example.com cannot reach http://localhost:8080, which is its own machine there; use a name that browsers, programs and RustFS all resolve',
    ),
  );
});
