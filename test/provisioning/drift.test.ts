import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { directorySecretStore } from '../../provisioning/index.js';
import { createWorld, type World } from './fixture.js';

const ADMIN = '/rustfs/admin/v3';
let world: World;

beforeEach(async () => {
  world = await createWorld();
  await world.apply();
});
afterEach(() => world.close());

async function keyOf(name: string) {
  const entry = await directorySecretStore(world.secretsDir).read(name);
  if (!entry) throw new Error(`no key ${name}`);
  return entry.current;
}

/** Every hand-made change that another tool was seen not to notice, or to repair by destroying users and keys. */
describe('changes made by hand', () => {
  const wide = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:*'], Resource: ['arn:aws:s3:::*'] }],
  };
  const cases: readonly (readonly [title: string, byHand: () => Promise<unknown>, found: readonly string[]])[] = [
    [
      'a widened policy',
      () => world.asRoot('PUT', `${ADMIN}/add-canned-policy`, { name: 'web-storage' }, wide),
      ['update policy web-storage'],
    ],
    [
      'a condition alone',
      () =>
        world.asRoot(
          'PUT',
          `${ADMIN}/add-canned-policy`,
          { name: 'backup-storage' },
          {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: ['s3:ListBucket'],
                Resource: ['arn:aws:s3:::backup-dumps'],
                Condition: { StringLike: { 's3:prefix': ['home/*'] } },
              },
              { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::backup-dumps/*'] },
            ],
          },
        ),
      ['update policy backup-storage'],
    ],
    ['a deleted bucket', () => world.asRoot('DELETE', '/web-uploads'), ['create bucket web-uploads']],
    [
      'an extra policy',
      () =>
        world.asRoot('PUT', `${ADMIN}/set-user-or-group-policy`, {
          policyName: 'web-storage,consoleAdmin',
          userOrGroup: 'web-svc',
          isGroup: 'false',
        }),
      ['update user-policies web-svc'],
    ],
    [
      'rights through a group',
      async () => {
        await world.asRoot(
          'PUT',
          `${ADMIN}/update-group-members`,
          {},
          { group: 'admins', members: ['web-svc'], groupStatus: 'enabled', isRemove: false },
        );
        await world.asRoot('PUT', `${ADMIN}/set-user-or-group-policy`, {
          policyName: 'consoleAdmin',
          userOrGroup: 'admins',
          isGroup: 'true',
        });
      },
      ['delete membership admins/web-svc'],
    ],
    [
      'a disabled user',
      () => world.asRoot('PUT', `${ADMIN}/set-user-status`, { accessKey: 'web-svc', status: 'disabled' }),
      ['update user web-svc'],
    ],
    [
      'a public bucket',
      () =>
        world.asRoot(
          'PUT',
          '/web-assets',
          { policy: '' },
          {
            Version: '2012-10-17',
            Statement: [
              { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-assets/*'] },
            ],
          },
        ),
      ['delete bucket-config web-assets/policy'],
    ],
    [
      'a deleted user',
      () => world.asRoot('DELETE', `${ADMIN}/remove-user`, { accessKey: 'web-svc' }),
      ['create user web-svc', 'create user-policies web-svc', 'create access-key web'],
    ],
    [
      'a deleted key',
      async () =>
        world.asRoot('DELETE', `${ADMIN}/delete-service-account`, { accessKey: (await keyOf('web')).accessKeyId }),
      ['create access-key web'],
    ],
    [
      'a deleted policy',
      async () => {
        await world.asRoot('PUT', `${ADMIN}/set-user-or-group-policy`, {
          policyName: '',
          userOrGroup: 'web-svc',
          isGroup: 'false',
        });
        await world.asRoot('DELETE', `${ADMIN}/remove-canned-policy`, { name: 'web-storage' });
      },
      ['create policy web-storage', 'create user-policies web-svc'],
    ],
    [
      'a detached policy',
      () =>
        world.asRoot('PUT', `${ADMIN}/set-user-or-group-policy`, {
          policyName: '',
          userOrGroup: 'web-svc',
          isGroup: 'false',
        }),
      ['create user-policies web-svc'],
    ],
    [
      'a key made again under root',
      async () => {
        const { accessKeyId } = await keyOf('web');
        await world.asRoot('DELETE', `${ADMIN}/delete-service-account`, { accessKey: accessKeyId });
        await world.asRoot(
          'PUT',
          `${ADMIN}/add-service-account`,
          {},
          { accessKey: accessKeyId, secretKey: 'somebody-elses-secret', name: 'web' },
        );
      },
      ['replace access-key web'],
    ],
    [
      'a removed quota',
      () => world.asRoot('DELETE', `${ADMIN}/quota/web-assets`),
      ['create bucket-config web-assets/quotaBytes'],
    ],
    [
      'suspended versioning',
      () =>
        world.asRoot(
          'PUT',
          '/web-assets',
          { versioning: '' },
          '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
        ),
      ['update bucket-config web-assets/versioning'],
    ],
  ];

  test.each(cases)('%s is found, repaired, and the keys keep working', async (_, byHand, found) => {
    const before = await keyOf('backup');
    await byHand();
    expect(await world.differences()).toEqual(found);
    await world.apply();
    expect(await world.differences()).toEqual([]);
    expect(await keyOf('backup')).toEqual(before);
  });

  test('a rogue user, key, policy, group and bucket are reported and left alone', async () => {
    await world.asRoot('PUT', '/rogue-bucket');
    await world.asRoot(
      'PUT',
      `${ADMIN}/add-user`,
      { accessKey: 'rogue' },
      { secretKey: 'rogue-secret', status: 'enabled' },
    );
    await world.asRoot('PUT', `${ADMIN}/add-canned-policy`, { name: 'rogue-policy' }, wide);
    await world.asRoot(
      'PUT',
      `${ADMIN}/update-group-members`,
      {},
      { group: 'rogues', members: ['rogue'], groupStatus: 'enabled', isRemove: false },
    );
    await world.asRoot(
      'PUT',
      `${ADMIN}/add-service-account`,
      {},
      { targetUser: 'rogue', accessKey: 'ROGUEKEY', secretKey: 'rogue-key-secret', name: 'x' },
    );
    await world.apply();
    const session = await world.open();
    const { plan } = await session.plan();
    session.close();
    expect(plan.changes).toEqual([]);
    expect(plan.unmanaged).toEqual([
      { kind: 'access-key', name: 'rogue/ROGUEKEY' },
      { kind: 'bucket', name: 'rogue-bucket' },
      { kind: 'group', name: 'rogues' },
      { kind: 'policy', name: 'rogue-policy' },
      { kind: 'user', name: 'rogue' },
    ]);
  });

  test('a key whose secret is not in the store blocks the apply, and --replace-keys replaces it', async () => {
    const { accessKeyId } = await keyOf('web');
    await directorySecretStore(world.secretsDir).remove('web');
    const session = await world.open();
    const state = await session.plan();
    await expect(session.apply(state)).rejects.toThrow(
      `nothing was changed, because the plan is blocked\naccess-key web: access key ${accessKeyId} exists on the server, but its secret is not in the secret store; ` +
        'name the right secret store with --secrets, or replace the key with --replace-keys (applications that use the old one lose access)',
    );
    await session.apply(await session.plan({ replaceKeys: true }), { replaceKeys: true });
    session.close();
    expect((await keyOf('web')).accessKeyId).not.toBe(accessKeyId);
    expect(await world.differences()).toEqual([]);
  });

  test('a changed policy touches neither user nor key', async () => {
    const events: string[] = [];
    const before = await keyOf('web');
    const session = await world.open((manifest) => {
      manifest.policies[1]?.document.Statement.pop();
    });
    await session.apply(await session.plan(), {
      onEvent: ({ type, kind, name }) => type === 'change-done' && events.push(`${kind} ${name}`),
    });
    session.close();
    expect(events).toEqual(['policy web-storage']);
    expect(await keyOf('web')).toEqual(before);
  });
});
