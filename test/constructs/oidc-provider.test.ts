import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  Bucket,
  ComponentStorage,
  OidcClaim,
  OidcProvider,
  Policy,
  RustFs,
  type RustFsProps,
} from '../../constructs/index.js';
import { Access } from '../../policies/index.js';
import { written } from './fixture.js';

const keycloak = () =>
  OidcProvider.keycloak({
    url: 'https://id.example.com',
    realm: 'storage',
    clientId: 'rustfs',
    claimPrefix: 'team-',
    clientSecretFile: 'secrets/keycloak-client',
  });

function synthesize(props: RustFsProps, declare: (stack: TerraformStack, server: RustFs) => void) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  declare(stack, new RustFs(stack, 'rustfs', props));
  return written(app, 'test');
}

/** Variables and entrypoint of the server's container. */
function container(terraform: string) {
  const { resource } = JSON.parse(terraform) as {
    resource: { docker_container: Record<string, { env?: string[]; entrypoint: string[]; upload: object[] }> };
  };
  const server = Object.values(resource.docker_container).find(({ env }) => env !== undefined);
  const env = Object.fromEntries((server?.env ?? []).map((line) => line.split(/=(.*)/s).slice(0, 2)));
  return { ...server, env: Object.fromEntries(Object.entries(env).filter(([name]) => /OPENID|OUTBOUND/.test(name))) };
}

test('a provider is environment, a claim value is a policy, and the secret is a path', () => {
  const keycloakProvider = keycloak();
  const { manifest, terraform } = synthesize({ oidc: [keycloakProvider] }, (stack, server) => {
    const bucket = new Bucket(stack, 'reports', { server });
    bucket.grantRead(new OidcClaim(stack, 'obs', { server, provider: keycloakProvider }));
  });
  expect(manifest.oidc?.providers).toMatchObject([
    {
      id: 'keycloak',
      issuer: 'https://id.example.com/realms/storage',
      clientId: 'rustfs',
      claims: [{ value: 'obs', policies: ['team-obs'], grants: [{ bucket: 'reports' }] }],
    },
  ]);
  expect(manifest.policies.map(({ name }) => name)).toEqual(['team-obs']);
  const { env, entrypoint, upload } = container(terraform);
  expect(env).toEqual({
    RUSTFS_IDENTITY_OPENID_ENABLE_keycloak: 'on',
    RUSTFS_IDENTITY_OPENID_CONFIG_URL_keycloak:
      'https://id.example.com/realms/storage/.well-known/openid-configuration',
    RUSTFS_IDENTITY_OPENID_CLIENT_ID_keycloak: 'rustfs',
    RUSTFS_IDENTITY_OPENID_SCOPES_keycloak: 'openid,profile,email',
    RUSTFS_IDENTITY_OPENID_GROUPS_CLAIM_keycloak: 'groups',
    RUSTFS_IDENTITY_OPENID_CLAIM_NAME_keycloak: 'groups',
    RUSTFS_IDENTITY_OPENID_CLAIM_PREFIX_keycloak: 'team-',
    RUSTFS_OUTBOUND_ALLOW_ORIGINS: 'https://id.example.com',
  });
  expect(entrypoint).toEqual([
    '/bin/sh',
    '-c',
    'export RUSTFS_SSE_S3_MASTER_KEY="$(cat /etc/rustfs/sse-s3-master-key)" && export RUSTFS_IDENTITY_OPENID_CLIENT_SECRET_keycloak="$(cat /etc/rustfs/oidc/keycloak)" && exec /entrypoint.sh "$@"',
    'entrypoint',
  ]);
  expect(upload).toContainEqual({
    file: '/etc/rustfs/oidc/keycloak',
    permissions: '0444',
    source: expect.stringMatching(/^\$\{path\.module\}\/.*\/secrets\/keycloak-client$/),
  });
});

test('each kind of provider has its issuer, its claim, and on beta.7 a user name that no IAM user has', () => {
  const common = { clientId: 'rustfs' };
  const all = [
    keycloak(),
    OidcProvider.authentik({ ...common, url: 'https://auth.example.com/', application: 'rustfs' }),
    OidcProvider.entra({ ...common, tenantId: '11111111-2222-3333-4444-555555555555' }),
    OidcProvider.alknet({ ...common, issuer: 'https://gateway.example.com' }),
    OidcProvider.generic({ ...common, issuer: 'https://id.example.org' }),
  ];
  expect(all.map(({ id, issuer }) => [id, issuer])).toEqual([
    ['keycloak', 'https://id.example.com/realms/storage'],
    ['authentik', 'https://auth.example.com/application/o/rustfs/'],
    ['entra', 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0'],
    ['alknet', 'https://gateway.example.com'],
    ['default', 'https://id.example.org'],
  ]);
  const values = (field: string, version: '1.0.1' | '1.0.0-beta.7') =>
    all.map(
      (provider) =>
        Object.entries(provider.environment(version)).find(([name]) =>
          name.startsWith(`RUSTFS_IDENTITY_OPENID_${field}`),
        )?.[1],
    );
  expect(values('GROUPS_CLAIM', '1.0.1')).toEqual(['groups', 'groups', 'roles', 'policy', 'groups']);
  expect(values('CLAIM_NAME', '1.0.1')).toEqual(['groups', 'groups', 'roles', 'policy', 'groups']);
  expect(values('USERNAME_CLAIM', '1.0.1')).toEqual([undefined, undefined, undefined, 'sub', undefined]);
  expect(values('USERNAME_CLAIM', '1.0.0-beta.7')).toEqual(['sub', 'sub', 'sub', 'sub', 'sub']);
});

describe('fails at synth', () => {
  const cases: [string, RustFsProps, (stack: TerraformStack, server: RustFs) => void, string][] = [
    [
      'an issuer that is another machine inside the container',
      { oidc: [OidcProvider.generic({ issuer: 'http://localhost:8080', clientId: 'x' })] },
      () => {},
      'OIDC provider default: RustFS in its container cannot reach http://localhost:8080, which is the container itself there; use a name that browsers and the container both resolve, such as host.docker.internal, or set discoveryUrl to its address inside the Docker network',
    ],
    [
      'a redirect URI that RustFS does not answer',
      {},
      () =>
        OidcProvider.generic({ issuer: 'https://a.b', clientId: 'x', redirectUri: 'https://s3.example.com/callback' }),
      'invalid redirectUri of OIDC provider default (value: https://s3.example.com/callback): RustFS answers at /rustfs/admin/v3/oidc/callback/default',
    ],
    [
      'a claim value of a provider that the server does not have',
      {},
      (stack, server) => new OidcClaim(stack, 'obs', { server, provider: keycloak() }),
      "claim value obs: the server does not know OIDC provider keycloak; name the provider in the server's oidc",
    ],
    [
      'a claim value that RustFS maps to another policy',
      { oidc: [keycloak()] },
      (stack, server) =>
        new OidcClaim(stack, 'obs', { server, provider: keycloak(), policies: [Policy.builtIn('readonly')] }),
      'claim value obs of OIDC provider keycloak is declared to give readonly, but RustFS will make team-obs of it; name the policy team-obs, or declare a group obs with these policies',
    ],
    [
      'a claim value without rights',
      { oidc: [keycloak()] },
      (stack, server) => new OidcClaim(stack, 'obs', { server, provider: keycloak() }),
      'claim value obs of OIDC provider keycloak gives no right; grant it something, or name its policies',
    ],
    [
      'a role policy that nobody declares',
      { oidc: [OidcProvider.generic({ issuer: 'https://a.b', clientId: 'x', rolePolicies: ['everybody'] })] },
      () => {},
      'OIDC provider default gives policy everybody, which is neither declared nor built into RustFS 1.0.1',
    ],
    [
      'a provider that gives nobody anything',
      { oidc: [OidcProvider.generic({ issuer: 'https://a.b', clientId: 'x' })] },
      () => {},
      'OIDC provider default gives nobody any right; declare claim values, or role policies that everybody gets',
    ],
  ];
  test.each(cases)('%s', (_, props, declare, message) => {
    expect(() => synthesize(props, declare)).toThrow(message);
  });

  test("a claim value that reaches a component's bucket without a grant: it is proved like a user", () => {
    const generic = OidcProvider.generic({ issuer: 'https://id.example.org', clientId: 'rustfs' });
    const declare = (grant: boolean) => () =>
      synthesize({ oidc: [generic] }, (stack, server) => {
        const web = new ComponentStorage(stack, 'web', { server, buckets: ['uploads'], access: Access.readWrite() });
        const [bucket] = web.buckets;
        if (grant && bucket) bucket.grantRead(new OidcClaim(stack, 'obs', { server, provider: generic }));
        else {
          const statement = { Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-*/*'] } as const;
          const policy = new Policy(stack, 'obs', { server, statements: [statement] });
          new OidcClaim(stack, 'claim', { server, provider: generic, value: 'obs', policies: [policy] });
        }
      });
    expect(declare(false)).toThrow('sign-in at default as obs');
    expect(declare(true)).not.toThrow();
  });
});
