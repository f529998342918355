import { afterEach, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { directorySecretStore, renderDrift } from '../../../provisioning/index.js';
import { createWorld, ROOT, type World } from '../fixture.js';
import { byHand, driftOf, outline, publicRead, WIDE } from './hand-made.js';

let world: World;
afterEach(() => world.close());

const plain = (text: string) => text;
const PLAIN = { add: plain, change: plain, remove: plain, dim: plain };

test('a bucket policy that its public access block restricts gives nobody anything; without the block it does', async () => {
  world = await createWorld();
  const restricted = (manifest: Manifest) => {
    const bucket = manifest.buckets[0];
    if (!bucket) throw new Error('no bucket');
    bucket.policy = publicRead('backup-dumps') as never;
    bucket.publicAccessBlock = {
      blockPublicAcls: true,
      ignorePublicAcls: true,
      blockPublicPolicy: false,
      restrictPublicBuckets: true,
    };
  };
  await world.apply(restricted);
  expect(outline(await driftOf(world, restricted))).toEqual([]);
  const { status } = await world.asRoot('DELETE', '/backup-dumps', { publicAccessBlock: '' });
  expect(status).toBe(204);
  const { findings } = await driftOf(world, restricted);
  expect(findings.map(({ severity, name, gives }) => ({ severity, name, gives }))).toEqual([
    {
      severity: 'security',
      name: 'backup-dumps/publicAccessBlock',
      gives: [
        'anybody, without an access key, could s3:GetObject backup-dumps/x, because the policy of bucket backup-dumps allows s3:GetObject on arn:aws:s3:::backup-dumps/*',
      ],
    },
  ]);
});

test('a Deny of a bucket policy that is gone, and whom it kept out', async () => {
  world = await createWorld();
  const denying = (manifest: Manifest) => {
    const bucket = manifest.buckets.find(({ name }) => name === 'web-assets');
    if (!bucket) throw new Error('no bucket');
    bucket.policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: ['web-svc'] },
          Action: ['s3:DeleteObject'],
          Resource: ['arn:aws:s3:::web-assets/*'],
        },
      ],
    };
  };
  await world.apply(denying);
  expect(outline(await driftOf(world, denying))).toEqual([]);
  await world.asRoot('DELETE', '/web-assets', { policy: '' });
  const { findings } = await driftOf(world, denying);
  expect(findings.map(({ severity, name, gives }) => ({ severity, name, gives }))).toEqual([
    {
      severity: 'security',
      name: 'web-assets/policy',
      gives: [
        'web-svc could s3:DeleteObject web-assets/x, because policy web-storage allows s3:GetObject, s3:PutObject and 1 more on arn:aws:s3:::web-assets/*, arn:aws:s3:::web-uploads/*',
      ],
    },
  ]);
});

test('an overwritten built-in policy, and who gains by it', async () => {
  world = await createWorld();
  const reading = (manifest: Manifest) => manifest.users[1]?.policies.push('diagnostics');
  await world.apply(reading);
  expect(outline(await driftOf(world, reading))).toEqual([]);
  await byHand(world).policy('diagnostics', WIDE);
  const { findings } = await driftOf(world, reading);
  expect(findings.map(({ severity, kind, name, message }) => `${severity} ${kind} ${name}: ${message}`)).toEqual([
    'security user web-svc: it may do more than is declared for it',
    'security policy diagnostics: it is not the built-in policy of RustFS 1.0.1 any more',
  ]);
  expect(findings[0]?.gives[0]).toMatch(
    /^web-svc could s3:GetObject, s3:PutObject, s3:DeleteObject and \d+ more backup-dumps\/x, because policy diagnostics, attached to user web-svc, allows s3:\* on arn:aws:s3:::\*$/,
  );
});

test('a right that only a bucket policy gives to an unmanaged user', async () => {
  world = await createWorld();
  const named = (manifest: Manifest) => {
    const bucket = manifest.buckets.find(({ name }) => name === 'web-assets');
    if (!bucket) throw new Error('no bucket');
    bucket.policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: ['rogue'] },
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::web-assets/*'],
        },
      ],
    };
  };
  await world.apply(named);
  await byHand(world).user('rogue');
  const { findings } = await driftOf(world, named);
  expect(findings.map(({ severity, name, gives }) => ({ severity, name, gives }))).toEqual([
    {
      severity: 'security',
      name: 'rogue',
      gives: [
        'rogue could s3:GetObject web-assets/x, because the policy of bucket web-assets allows s3:GetObject on arn:aws:s3:::web-assets/*',
      ],
    },
  ]);
});

test('access keys older than the limit, and of unknown age', async () => {
  world = await createWorld();
  await world.apply();
  const store = directorySecretStore(world.secretsDir);
  const web = await store.read('web');
  const backup = await store.read('backup');
  if (!web || !backup) throw new Error('no entries');
  const connection = { endpoint: world.endpoint, region: 'us-east-1' };
  const unknown = '1970-01-01T00:00:00.000Z';
  await store.write('web', { current: { ...web.current, createdAt: '2026-01-01T00:00:00.000Z' } }, connection);
  await store.write('backup', { current: { ...backup.current, createdAt: unknown } }, connection);
  const now = Date.parse('2026-04-01T12:00:00.000Z');
  const at = (maxKeyAgeDays?: number) =>
    driftOf(world, undefined, maxKeyAgeDays === undefined ? { now } : { now, maxKeyAgeDays });
  expect(await at()).toMatchObject({
    findings: [],
    keyAges: [
      { accessKey: 'backup', component: 'backup', state: 'active' },
      { accessKey: 'web', component: 'web', state: 'active', ageMs: 90.5 * 86_400_000 },
    ],
  });
  expect((await at(91)).findings.map(({ name }) => name)).toEqual(['backup']);
  expect((await at(90)).findings.map(({ category, message, wayOut }) => ({ category, message, wayOut }))).toEqual([
    {
      category: 'overdue',
      message: 'nobody recorded when it was created, and the limit is 90 days',
      wayOut: 'cdktf-rustfs rotate backup',
    },
    {
      category: 'overdue',
      message: 'it is 90 days old, and the limit is 90 days',
      wayOut: 'cdktf-rustfs rotate web',
    },
  ]);
});

test('whether a secret is right is not guessed when the probe gets no usable answer', async () => {
  let broken = false;
  world = await createWorld({
    onRequest: ({ path }) =>
      broken && path === '/backup-dumps' ? { action: 'respond', status: 500, body: '' } : undefined,
  });
  await world.apply();
  broken = true;
  const { findings, notes } = await driftOf(world);
  expect(findings).toEqual([]);
  expect([...notes].sort()).toEqual(
    ['backup', 'web'].map(
      (name) =>
        `whether the server has the stored secret of access key ${name} is not known: GET /backup-dumps was answered with HTTP 500`,
    ),
  );
});

test('a report and what is printed of it contain no secret', async () => {
  world = await createWorld();
  await world.apply();
  const hand = byHand(world);
  await hand.user('rogue');
  await hand.key({ targetUser: 'rogue', accessKey: 'ROGUEKEY', secretKey: 'canary-key-secret', name: 'x' });
  const report = await driftOf(world);
  const text = JSON.stringify(report) + renderDrift(report, PLAIN);
  const { secretAccessKey } = await hand.storedKey('web');
  for (const secret of ['canary-key-secret', 'rogue-secret', secretAccessKey, ROOT.secretAccessKey])
    expect(text).not.toContain(secret);
});
