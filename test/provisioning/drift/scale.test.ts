import { afterEach, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { directorySecretStore, drift, openSession } from '../../../provisioning/index.js';
import { createWorld, manifestFor, ROOT, type World } from '../fixture.js';
import { byHand, publicRead, WIDE } from './hand-made.js';

let world: World;
afterEach(() => world.close());

/** So many users with a policy and an access key each, in groups of ten. */
const declare = (count: number) => (manifest: Manifest) => {
  for (let index = 0; index < count; index++) {
    const name = `many-${index}`;
    manifest.policies.push({
      name,
      document: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: [`arn:aws:s3:::web-assets/${name}/*`] }],
      },
    });
    manifest.users.push({ name, enabled: true, policies: [name] });
    manifest.accessKeys.push({ name, user: name });
    if (index % 10 === 0)
      manifest.groups.push({ name: `group-${index}`, enabled: true, members: [name], policies: [name] });
  }
};

/** Drift with a rogue user, a widened policy and a public bucket, and every request that it sent to the admin API. */
async function driftAmong(count: number) {
  world = await createWorld();
  await world.apply(declare(count));
  const hand = byHand(world);
  await hand.user('rogue');
  await hand.attach('rogue', 'consoleAdmin');
  await hand.policy('many-7', WIDE);
  await hand.bucket('web-assets', { policy: '' }, publicRead('web-assets'));
  const adminCalls: string[] = [];
  const session = await openSession({
    manifest: manifestFor(world.endpoint, declare(count)),
    root: ROOT,
    store: directorySecretStore(world.secretsDir),
    onRequest: ({ path }) => path.startsWith('/rustfs/admin/') && adminCalls.push(path),
  });
  const { findings } = await drift(session);
  session.close();
  return {
    adminCalls: adminCalls.sort(),
    found: findings.map(({ severity, kind, name }) => `${severity} ${kind} ${name}`),
  };
}

test.each([10, 1_000])(
  'among %i users, policies and keys: the same six calls',
  async (count) => {
    expect(await driftAmong(count)).toEqual({
      adminCalls: [
        '/rustfs/admin/v3/audit/target/list',
        '/rustfs/admin/v3/export-bucket-metadata',
        '/rustfs/admin/v3/export-iam',
        '/rustfs/admin/v3/list-users',
        '/rustfs/admin/v3/module-switches',
        '/rustfs/admin/v3/target/list',
      ],
      found: ['security bucket-config web-assets/policy', 'security policy many-7', 'security user rogue'],
    });
  },
  60_000,
);
