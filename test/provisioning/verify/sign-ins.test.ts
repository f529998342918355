import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import {
  assumeRoleWithWebIdentity,
  directorySecretStore,
  enrolUser,
  forgeries,
  presentForgeries,
  readToken,
  type Session,
  tokenSignIn,
  userSessions,
  userSignIn,
  verify,
} from '../../../provisioning/index.js';
import { CLIENT_ID, startIssuer, type TestIssuer } from '../../oidc/issuer.js';
import { trusting } from '../../oidc/settings.js';
import { createWorld, type World } from '../fixture.js';

let issuer: TestIssuer;
let world: World;
const groups = ['web-storage'];

function withProvider(manifest: Manifest): void {
  manifest.oidc = {
    providers: [
      {
        id: 'default',
        issuer: issuer.url,
        clientId: CLIENT_ID,
        scopes: ['openid'],
        mapping: { groupsClaim: 'groups', rolesClaim: '', claimName: 'groups', claimPrefix: '', rolePolicies: [] },
        claims: [
          {
            value: 'web-storage',
            policies: ['web-storage'],
            grants: [
              { bucket: 'web-assets', actions: ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'] },
              { bucket: 'web-uploads', actions: ['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'] },
            ],
          },
        ],
      },
    ],
  };
}

beforeEach(async () => {
  issuer = await startIssuer();
  world = await createWorld({ oidc: trusting(issuer) });
  await world.apply(withProvider);
});
afterEach(async () => {
  await world.close();
  await issuer.close();
});

async function inSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
  const session = await world.open(withProvider);
  try {
    return await use(session);
  } finally {
    session.close();
  }
}

describe('the access proof with the credentials of sign-ins', () => {
  test('finds a token and an enrolled user to do what was declared, and nothing else', async () => {
    await inSession(async (session) => {
      const token = await issuer.mint({ groups, sub: 'wanda' });
      const users = directorySecretStore(join(world.secretsDir, 'users'));
      await enrolUser(session, users, 'backup-svc');
      const signIns = [
        tokenSignIn(session.manifest, token, await assumeRoleWithWebIdentity(session.wire, token)),
        userSignIn(session.manifest, 'backup-svc', await userSessions(session.wire, users, 'backup-svc', {}).fetch()),
      ];
      const proof = await verify(session, { signIns });
      expect(proof.findings).toEqual([]);
      const rows = proof.matrix.filter(({ accessKey }) => accessKey.startsWith('sign-in'));
      expect(
        rows.map(({ accessKey, bucket, predicted, state }) => [accessKey, bucket, predicted.join(), state]),
      ).toEqual([
        ['sign-in at default of wanda', 'backup-dumps', '', 'as-predicted'],
        ['sign-in at default of wanda', 'web-assets', 'list,get,put,delete', 'as-predicted'],
        ['sign-in at default of wanda', 'web-uploads', 'list,get,put,delete', 'as-predicted'],
        ['sign-in of backup-svc', 'backup-dumps', 'list,get,put', 'as-predicted'],
        ['sign-in of backup-svc', 'web-assets', '', 'as-predicted'],
        ['sign-in of backup-svc', 'web-uploads', '', 'as-predicted'],
      ]);
    });
  });

  test('finds a session that may do more, when somebody widened the policy', async () => {
    await inSession(async (session) => {
      const token = await issuer.mint({ groups });
      const credentials = await assumeRoleWithWebIdentity(session.wire, token);
      const Statement = [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }];
      const document = { Version: '2012-10-17', Statement };
      await world.asRoot('PUT', '/rustfs/admin/v3/add-canned-policy', { name: 'web-storage' }, document);
      const proof = await verify(session, { signIns: [tokenSignIn(session.manifest, token, credentials)] });
      const found = proof.findings.filter(({ who }) => who === 'sign-in at default of user-1');
      expect(found.map(({ severity }) => severity)).toContain('security');
      expect(found.map(({ message }) => message)).toContain(
        'sign-in at default of user-1 could get object on backup-dumps, although the declared policies refuse it (404 NoSuchKey)',
      );
    });
  });
});

describe('tokens that must not be accepted', () => {
  test('what can be forged from a good one', async () => {
    await inSession(async ({ wire }) => {
      const token = await issuer.mint({ groups });
      await assumeRoleWithWebIdentity(wire, token);
      const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: [] };
      const results = await presentForgeries(wire, await forgeries(token, keys));
      expect(results).toHaveLength(8);
      expect(results.filter(({ refused }) => !refused)).toEqual([]);
    });
  });

  test('what only the provider itself could sign: expired, for another audience', async () => {
    await inSession(async ({ wire }) => {
      const results = await presentForgeries(wire, [
        { what: 'expired', token: await issuer.mint({ groups, exp: 1_000_000_000 }) },
        { what: 'audience', token: await issuer.mint({ groups, aud: 'somebody-else' }) },
      ]);
      expect(results.map(({ refused, answer }) => [refused, answer])).toEqual([
        [true, '403 AccessDenied'],
        [true, '403 AccessDenied'],
      ]);
    });
  });

  test('an accepted token is reported', async () => {
    await inSession(async ({ wire }) => {
      const good = [{ what: 'good', token: await issuer.mint({ groups }) }];
      expect(await presentForgeries(wire, good)).toEqual([{ what: 'good', refused: false, answer: '200' }]);
    });
  });
});

test('a token of nobody that the manifest knows is not read', async () => {
  await inSession(async ({ manifest }) => {
    expect(() => readToken(manifest, 'nonsense')).toThrow(
      'this is not a JSON Web Token: expected three parts in base64url, joined by dots',
    );
    const stranger = await issuer.mint({ iss: 'https://other.example.com' });
    expect(() => readToken(manifest, stranger)).toThrow(
      `the token was issued by https://other.example.com, but the manifest declares these issuers: ${issuer.url}`,
    );
  });
});

test('a server that does not list a declared provider is not ready', async () => {
  const change = (manifest: Manifest) => {
    withProvider(manifest);
    const [provider] = manifest.oidc?.providers ?? [];
    if (provider) provider.id = 'keycloak';
  };
  await expect(world.open(change)).rejects.toThrow(
    `RustFS at ${world.endpoint} is ready, but it does not list OIDC provider keycloak: start the provider, see with "cdktf-rustfs oidc doctor" that it answers, then restart RustFS, which asks it at its start only (and on 1.0.1 needs its origin in RUSTFS_OUTBOUND_ALLOW_ORIGINS)`,
  );
});
