import { afterEach, describe, expect, test } from 'vitest';
import { type Manifest, type ManifestBucket, parseManifest, serializeManifest } from '../../manifest/index.js';
import type { RustFsVersion } from '../../policies/index.js';
import { createWorld, manifestFor, type World } from './fixture.js';

let world: World;
afterEach(() => world?.close());

/** One setting: as first declared, what S3 then answers for it, and as declared later. */
interface Setting {
  readonly name: string;
  readonly first: Partial<ManifestBucket>;
  /** Sub-resource of the bucket that shows the setting, and what it has to contain. */
  readonly shows: readonly [subresource: string, ...contents: string[]];
  readonly later: Partial<ManifestBucket>;
}

const blocked = { blockPublicAcls: true, ignorePublicAcls: true, blockPublicPolicy: true, restrictPublicBuckets: true };
const readers = (action: string) => ({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow' as const, Principal: { AWS: '*' }, Action: [action], Resource: ['arn:aws:s3:::site/*'] },
  ],
});

const SETTINGS: readonly Setting[] = [
  {
    name: 'versioning',
    first: { versioning: 'Enabled' },
    shows: ['versioning', '<Status>Enabled</Status>'],
    later: { versioning: 'Suspended' },
  },
  {
    name: 'lifecycle',
    first: {
      lifecycle: [
        { id: 'old', enabled: true, prefix: 'logs/', expireAfterDays: 30 },
        { id: 'parts', enabled: false, abortIncompleteMultipartAfterDays: 7 },
        { id: 'versions', enabled: true, expireNoncurrentAfterDays: 90 },
      ],
    },
    shows: ['lifecycle', '<ID>old</ID>', '<Days>30</Days>', '<NoncurrentDays>90</NoncurrentDays>'],
    later: { lifecycle: [{ id: 'old', enabled: true, prefix: 'logs/', expireAfterDays: 60 }] },
  },
  {
    name: 'cors',
    first: {
      cors: [
        {
          allowedMethods: ['GET', 'PUT'],
          allowedOrigins: ['https://app.example'],
          allowedHeaders: ['*'],
          exposeHeaders: ['ETag'],
          maxAgeSeconds: 600,
        },
      ],
    },
    shows: ['cors', '<AllowedOrigin>https://app.example</AllowedOrigin>', '<MaxAgeSeconds>600</MaxAgeSeconds>'],
    later: { cors: [{ allowedMethods: ['GET'], allowedOrigins: ['https://other.example'] }] },
  },
  {
    name: 'encryption',
    first: { encryption: { algorithm: 'AES256' } },
    shows: ['encryption', '<SSEAlgorithm>AES256</SSEAlgorithm>'],
    later: { encryption: { algorithm: 'aws:kms', kmsKeyId: 'site-key' } },
  },
  {
    name: 'tags',
    first: { tags: { team: 'web & mail', stage: 'prod' } },
    shows: ['tagging', '<Key>team</Key>', '<Value>web &amp; mail</Value>'],
    later: { tags: { team: 'web' } },
  },
  {
    name: 'publicAccessBlock',
    first: { publicAccessBlock: blocked },
    shows: ['publicAccessBlock', '<BlockPublicPolicy>true</BlockPublicPolicy>'],
    later: { publicAccessBlock: { ...blocked, restrictPublicBuckets: false } },
  },
  {
    name: 'policy',
    first: { policy: readers('s3:GetObject') },
    shows: ['policy', 's3:GetObject', 'arn:aws:s3:::site/*'],
    later: { policy: readers('s3:PutObject') },
  },
  {
    name: 'objectLock',
    first: { objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 3 } } },
    shows: ['object-lock', '<Mode>GOVERNANCE</Mode>', '<Days>3</Days>'],
    later: { objectLock: { defaultRetention: { mode: 'COMPLIANCE', years: 1 } } },
  },
];

const withSite = (version: RustFsVersion, settings: Partial<ManifestBucket>) => (manifest: Manifest) => {
  manifest.server.rustfsVersion = version;
  manifest.buckets.push({ name: 'site', removalPolicy: 'retain', ...settings });
};

async function planned(change: (manifest: Manifest) => void): Promise<string[]> {
  const session = await world.open(change);
  try {
    const { changes } = (await session.plan()).plan;
    return changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
  } finally {
    session.close();
  }
}

describe.each<RustFsVersion>(['1.0.1', '1.0.0-beta.7'])('RustFS %s', (version) => {
  test.each(SETTINGS)('$name is created, read back, changed, and then left alone', async (setting) => {
    world = await createWorld({ version });
    const first = withSite(version, setting.first);
    await world.apply(first);
    const [subresource, ...contents] = setting.shows;
    const shown = (await world.asRoot('GET', '/site', { [subresource]: '' })).body.toString('utf8');
    for (const content of contents) expect(shown).toContain(content);
    expect(await planned(first)).toEqual([]);

    const later = withSite(version, setting.later);
    expect(await planned(later)).toEqual([`update bucket-config site/${setting.name}`]);
    await world.apply(later);
    expect(await planned(later)).toEqual([]);
  });

  test('all settings at once', async () => {
    world = await createWorld({ version });
    // The policy is a public one, which the block would refuse.
    const firsts = SETTINGS.map(({ first }) => first);
    const open = { publicAccessBlock: { ...blocked, blockPublicPolicy: false } };
    const all = withSite(version, Object.assign({}, ...firsts, open));
    await world.apply(all);
    expect(await planned(all)).toEqual([]);
  });

  test('a setting that is no longer declared stays, except a bucket policy, which gives access', async () => {
    world = await createWorld({ version });
    await world.apply(withSite(version, { tags: { team: 'web' }, policy: readers('s3:GetObject') }));
    const none = withSite(version, {});
    expect(await planned(none)).toEqual(['delete bucket-config site/policy']);
    await world.apply(none);
    expect((await world.asRoot('GET', '/site', { policy: '' })).status).toBe(404);
    expect((await world.asRoot('GET', '/site', { tagging: '' })).body.toString('utf8')).toContain('<Key>team</Key>');
  });
});

test('a notification for a target that is not online is refused before it is written, and again the next time', async () => {
  world = await createWorld();
  const notify = withSite('1.0.1', {
    notifications: [{ id: 'n', targetArn: 'arn:rustfs:sqs:us-east-1:sink:webhook', events: ['s3:ObjectCreated:*'] }],
  });
  for (let run = 1; run <= 2; run++) await expect(world.apply(notify)).rejects.toThrow('notify module is disabled');
  const shown = (await world.asRoot('GET', '/site', { notification: '' })).body.toString('utf8');
  expect(shown).not.toContain('sink');
});

test('object lock for a bucket that was created without it changes nothing and says what to do', async () => {
  world = await createWorld();
  await world.apply(withSite('1.0.1', {}));
  await expect(world.apply(withSite('1.0.1', { objectLock: {}, tags: { a: 'b' } }))).rejects.toThrow(
    'bucket-config site/objectLock: the bucket was created without object lock, which cannot be added later; ' +
      'declare a bucket of another name with object lock and copy the objects, or drop objectLock',
  );
  expect((await world.asRoot('GET', '/site', { tagging: '' })).status).toBe(404);
});

test('a public policy beside a block of public policies is an invalid manifest', () => {
  const manifest = manifestFor(
    'http://127.0.0.1:1',
    withSite('1.0.1', { publicAccessBlock: blocked, policy: readers('s3:GetObject') }),
  );
  expect(() => parseManifest(serializeManifest(manifest))).toThrow(
    'bucket site: its policy allows everybody, which its publicAccessBlock.blockPublicPolicy forbids; drop one of them',
  );
});
