import { afterEach, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { RUSTFS_VERSIONS, type RustFsVersion } from '../../../policies/index.js';
import { createWire, directorySecretStore, renderDrift } from '../../../provisioning/index.js';
import { createWorld, ROOT, type World } from '../fixture.js';
import { type ByHand, byHand, driftOf, outline, publicRead, WIDE } from './hand-made.js';

let world: World;
const plain = (text: string) => text;
const PLAIN = { add: plain, change: plain, remove: plain, dim: plain };
afterEach(() => world.close());

/** Two components, a group of declared users, and a key with a policy of its own. */
const declare = (version: RustFsVersion) => (manifest: Manifest) => {
  manifest.server.rustfsVersion = version;
  manifest.groups.push({ name: 'readers', enabled: true, members: ['web-svc'], policies: ['backup-storage'] });
  manifest.accessKeys.push({
    name: 'narrow',
    user: 'web-svc',
    policy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::web-assets/*'] }],
    },
  });
};

async function start(version: RustFsVersion) {
  world = await createWorld({ version });
  const change = declare(version);
  const apply = async () => {
    const session = await world.open(change);
    try {
      await session.apply(await session.plan({ checkSecrets: true }), { checkSecrets: true });
    } finally {
      session.close();
    }
  };
  await apply();
  return { hand: byHand(world), apply, drift: () => driftOf(world, change) };
}

interface Case {
  readonly change: (hand: ByHand, version: RustFsVersion) => Promise<unknown>;
  readonly found: readonly string[];
  /** Every sentence about what it gives. */
  readonly gives?: readonly string[];
  /** The user is made again, because it was deleted. */
  readonly newUser?: boolean;
}

/** The fourteen hand-made changes that other tools were seen not to notice, and a few more. */
const CASES: Readonly<Record<string, Case>> = {
  'd1 a widened policy': {
    change: (hand) => hand.policy('web-storage', WIDE),
    found: ['security managed policy web-storage'],
  },
  'd3 a condition alone': {
    change: (hand) =>
      hand.policy('backup-storage', {
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
      }),
    found: ['drift managed policy backup-storage'],
  },
  'd4 a deleted bucket': {
    change: () => world.asRoot('DELETE', '/web-uploads'),
    found: ['drift managed bucket web-uploads'],
  },
  'd5 an extra policy attached': {
    change: async (hand) => {
      await hand.policy('uploads-only', {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:DeleteObject'], Resource: ['arn:aws:s3:::web-uploads/*'] }],
      });
      await hand.attach('backup-svc', 'backup-storage,uploads-only');
    },
    found: ['security managed user-policies backup-svc', 'drift unmanaged policy uploads-only'],
    gives: [
      'backup-svc could s3:DeleteObject web-uploads/x, because policy uploads-only, attached to user backup-svc, allows s3:DeleteObject on arn:aws:s3:::web-uploads/*',
    ],
  },
  'd6 rights through a group': {
    change: async (hand) => {
      await hand.members('writers', ['backup-svc']);
      await hand.attach('writers', 'writeonly', true);
    },
    found: ['security managed membership writers/backup-svc', 'security unmanaged group writers'],
    gives: [
      'backup-svc could s3:PutObject web-assets/x, because policy writeonly, attached to group writers, allows s3:PutObject on arn:aws:s3:::*',
      'each member (backup-svc) could s3:PutObject backup-dumps/x, because policy writeonly allows s3:PutObject on arn:aws:s3:::*',
    ],
  },
  'd7 a disabled user': {
    change: (hand) => hand.status('web-svc', 'disabled'),
    found: ['drift managed user web-svc'],
  },
  'd8 a changed secret': {
    change: async (hand, version) => {
      const { accessKeyId } = await hand.storedKey('web');
      // beta.7 refuses root the update of another user's key (recorded: 05-service-accounts update-as-root).
      if (version === '1.0.1') {
        return hand.admin(
          'POST',
          '/update-service-account',
          { accessKey: accessKeyId },
          { newSecretKey: 'other-secret' },
        );
      }
      await hand.removeKey(accessKeyId);
      return hand.key({ targetUser: 'web-svc', accessKey: accessKeyId, secretKey: 'other-secret', name: 'web' });
    },
    found: ['security managed access-key web'],
    gives: ['whoever set the other secret can sign with this key, and applications that have the stored one cannot'],
  },
  'd9 a public bucket': {
    change: (hand) => hand.bucket('web-assets', { policy: '' }, publicRead('web-assets')),
    found: ['security managed bucket-config web-assets/policy'],
    gives: [
      'anybody, without an access key, could s3:GetObject web-assets/x, because the policy of bucket web-assets allows s3:GetObject on arn:aws:s3:::web-assets/*',
    ],
  },
  'd10 a deleted user': {
    change: (hand) => hand.admin('DELETE', '/remove-user', { accessKey: 'web-svc' }),
    found: [
      'drift managed access-key narrow',
      'drift managed access-key web',
      'drift managed group-members readers',
      'drift managed user web-svc',
      'drift managed user-policies web-svc',
    ],
    newUser: true,
  },
  'd11 a deleted key': {
    change: async (hand) => hand.removeKey((await hand.storedKey('web')).accessKeyId),
    found: ['drift managed access-key web'],
  },
  'd12 a deleted policy': {
    change: async (hand) => {
      await hand.attach('web-svc', '');
      await hand.admin('DELETE', '/remove-canned-policy', { name: 'web-storage' });
    },
    found: ['drift managed policy web-storage', 'drift managed user-policies web-svc'],
  },
  'd13 a detached policy': {
    change: (hand) => hand.attach('web-svc', ''),
    found: ['drift managed user-policies web-svc'],
  },
  'd14 a key made again under root, with another secret': {
    change: async (hand) => {
      const { accessKeyId } = await hand.storedKey('web');
      await hand.removeKey(accessKeyId);
      await hand.key({ accessKey: accessKeyId, secretKey: 'somebody-elses-secret', name: 'web' });
    },
    found: ['security managed access-key web'],
    gives: ['access key web has every right, as root has'],
  },
  'a key made again under another user': {
    change: async (hand) => {
      const { accessKeyId } = await hand.storedKey('web');
      await hand.removeKey(accessKeyId);
      await hand.key({ targetUser: 'backup-svc', accessKey: accessKeyId, secretKey: 'other-secret', name: 'web' });
    },
    found: ['drift managed access-key web'],
  },
  'a widened policy of a key': {
    change: async (hand, version) => {
      const { accessKeyId, secretAccessKey } = await hand.storedKey('narrow');
      if (version === '1.0.1') {
        return hand.admin('POST', '/update-service-account', { accessKey: accessKeyId }, { newPolicy: WIDE });
      }
      await hand.removeKey(accessKeyId);
      return hand.key({
        targetUser: 'web-svc',
        accessKey: accessKeyId,
        secretKey: secretAccessKey,
        name: 'narrow',
        policy: WIDE,
      });
    },
    found: ['security managed access-key narrow'],
  },
  'a disabled group': {
    change: (hand) => hand.groupStatus('readers', 'disabled'),
    found: ['drift managed group readers'],
  },
  'a stranger in a declared group': {
    change: (hand) => hand.members('readers', ['backup-svc']),
    found: ['drift managed group-members readers'],
  },
  'another policy of a declared group': {
    change: (hand) => hand.attach('readers', 'backup-storage,readonly', true),
    found: ['security managed group-policies readers'],
  },
  'a removed quota': {
    change: (hand) => hand.admin('DELETE', '/quota/web-assets', {}),
    found: ['drift managed bucket-config web-assets/quotaBytes'],
  },
  'undeclared tags': {
    change: (hand) =>
      hand.bucket(
        'backup-dumps',
        { tagging: '' },
        '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
      ),
    found: ['drift unmanaged bucket-config backup-dumps/tags'],
  },
};

describe.each(RUSTFS_VERSIONS)('changes made by hand on RustFS %s', (version) => {
  test.each(Object.entries(CASES))('%s is found and repaired, and users and keys stay alive', async (_, wanted) => {
    const { hand, apply, drift } = await start(version);
    const keys = await Promise.all(['backup', 'web', 'narrow'].map(hand.storedKey));
    const secrets = await Promise.all(['backup-svc', 'web-svc'].map(hand.userSecret));
    await wanted.change(hand, version);

    const report = await drift();
    expect(outline(report)).toEqual(wanted.found);
    if (wanted.gives) expect(report.findings.flatMap(({ gives }) => gives)).toEqual(wanted.gives);

    await apply();
    const left = wanted.found.filter((line) => line.includes(' unmanaged '));
    expect(outline(await drift()).map((line) => line.replace('security', 'drift'))).toEqual(
      left.map((line) => line.replace('security', 'drift')),
    );
    expect(await Promise.all(['backup', 'web', 'narrow'].map(hand.storedKey))).toEqual(keys);
    if (!wanted.newUser) expect(await Promise.all(['backup-svc', 'web-svc'].map(hand.userSecret))).toEqual(secrets);
    const wire = createWire({ endpoint: world.endpoint });
    const list = { method: 'GET', path: '/web-assets', query: { 'list-type': '2' } };
    expect((await wire.send(list, keys[1] ?? 'anonymous')).status).toBe(200);
    wire.close();
  });

  test('e: a rogue administrator, its key, a key of root, a bucket and a policy', async () => {
    const { hand, drift } = await start(version);
    await hand.user('rogue');
    await hand.attach('rogue', 'consoleAdmin');
    await hand.key({ targetUser: 'rogue', accessKey: 'ROGUEKEY', secretKey: 'rogue-key-secret', name: 'x' });
    await hand.key({ accessKey: 'ROOTKEY1', secretKey: 'root-key-secret', name: 'y' });
    await hand.policy('rogue-policy', WIDE);
    await hand.bucket('rogue-bucket');
    await hand.bucket('rogue-public');
    await hand.bucket('rogue-public', { policy: '' }, publicRead('rogue-public'));
    const report = await drift();
    expect(outline(report)).toEqual([
      'security unmanaged access-key rogue/ROGUEKEY',
      'security unmanaged access-key testrootkey/ROOTKEY1',
      'security unmanaged bucket rogue-public',
      'security unmanaged user rogue',
      'drift unmanaged bucket rogue-bucket',
      'drift unmanaged policy rogue-policy',
    ]);
    const gives = new Map(report.findings.map((finding) => [finding.name, finding.gives]));
    expect(gives.get('testrootkey/ROOTKEY1')).toEqual(['access key ROOTKEY1 has every right, as root has']);
    expect(gives.get('rogue')?.[0]).toMatch(
      /^rogue is an administrator and could admin:AttachUserOrGroupPolicy, .* and \d+ more, because policy consoleAdmin, attached to user rogue, allows admin:\*$/,
    );
    expect(gives.get('rogue')?.[1]).toMatch(
      /^rogue could s3:GetObject, s3:PutObject, s3:DeleteObject and \d+ more backup-dumps\/x, because policy consoleAdmin, attached to user rogue, allows s3:\* on arn:aws:s3:::\*$/,
    );
    expect(gives.get('rogue-public')).toEqual([
      'anybody, without an access key, could s3:GetObject rogue-public/x, because the policy of bucket rogue-public allows s3:GetObject on arn:aws:s3:::rogue-public/*',
    ]);
  });

  test('a key of a declared user, a key that is switched off, a disabled user and an empty group', async () => {
    const { hand, drift } = await start(version);
    await hand.key({ targetUser: 'backup-svc', accessKey: 'EXTRAKEY', secretKey: 'extra-secret', name: 'extra' });
    await hand.user('asleep', 'disabled');
    await hand.attach('asleep', 'consoleAdmin');
    await hand.user('idle');
    await hand.members('empty', ['idle']);
    await hand.members('empty', ['idle'], true);
    const report = await drift();
    const said = report.findings.map(({ severity, kind, name, message, gives }) => ({
      what: `${severity} ${kind} ${name}`,
      message,
      gives,
    }));
    expect(said).toEqual([
      {
        what: 'security access-key backup-svc/EXTRAKEY',
        message: 'nobody declared this access key named extra of user backup-svc',
        gives: [
          'access key EXTRAKEY could s3:GetObject, s3:PutObject backup-dumps/x, because policy backup-storage, attached to user backup-svc, allows s3:GetObject, s3:PutObject on arn:aws:s3:::backup-dumps/*',
          'access key EXTRAKEY could s3:ListBucket backup-dumps, because policy backup-storage, attached to user backup-svc, allows s3:ListBucket on arn:aws:s3:::backup-dumps',
        ],
      },
      {
        what: 'drift group empty',
        message: 'nobody declared this group (no policy, no members); it gives nobody anything',
        gives: [],
      },
      {
        what: 'drift user asleep',
        message:
          'nobody declared this user (policies consoleAdmin); it can do nothing now: user asleep is disabled on the server',
        gives: [],
      },
      { what: 'drift user idle', message: 'nobody declared this user (no policy); it can do nothing', gives: [] },
    ]);
  });
});

describe('what is declared and found again', () => {
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
});
