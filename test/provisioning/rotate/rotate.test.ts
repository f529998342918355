import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, test } from 'vitest';
import type { EmulatorOptions } from '../../../emulator/index.js';
import type { Manifest } from '../../../manifest/index.js';
import { directorySecretStore, openSession, type RotateOptions, rotateKeys } from '../../../provisioning/index.js';
import { environmentSecretStore } from '../../../provisioning/secrets/environment-store.js';
import { createWorld, manifestFor, ROOT, type World } from '../fixture.js';
import { type Application, publishedKey, s3Client, startApplication } from './application.js';

type Version = Manifest['server']['rustfsVersion'];
type Change = (manifest: Manifest) => void;

let world: World;
let application: Application | undefined;
afterEach(async () => {
  await application?.stop();
  application = undefined;
  await world.close();
});

const versioned = (version: Version) => (manifest: Manifest) => {
  manifest.server.rustfsVersion = version;
};

async function start(options: Partial<EmulatorOptions> = {}, change?: Change): Promise<void> {
  world = await createWorld(options);
  await world.apply(change);
}

async function rotate(options: RotateOptions = {}, change?: Change) {
  const session = await world.open(change);
  try {
    return await rotateKeys(session, options);
  } finally {
    session.close();
  }
}

const outcomes = async (options?: RotateOptions) =>
  (await rotate(options)).map(({ accessKey, outcome, note }) => `${accessKey} ${outcome}: ${note}`);

const store = () => directorySecretStore(world.secretsDir);
async function entryOf(name: string) {
  const entry = await store().read(name);
  if (!entry) throw new Error(`no entry ${name}`);
  return entry;
}

/** Ids of the access keys on the server, by parent. */
async function keysOnServer(parent: string): Promise<string[]> {
  const { body } = await world.asRoot('GET', '/rustfs/admin/v3/list-access-keys-bulk', {
    listType: 'svcacc-only',
    all: 'true',
  });
  const bulk = JSON.parse(body.toString('utf8')) as Record<string, { serviceAccounts: { accessKey: string }[] }>;
  return (bulk[parent]?.serviceAccounts ?? []).map(({ accessKey }) => accessKey).sort();
}

/** What a list with this key is answered. */
async function answerTo(key: { accessKeyId: string; secretAccessKey: string }): Promise<string> {
  const { accessKeyId, secretAccessKey } = key;
  const client = s3Client(world.endpoint, { accessKeyId, secretAccessKey });
  try {
    await client.send(new ListObjectsV2Command({ Bucket: 'web-uploads' }));
    return 'accepted';
  } catch (error) {
    return (error as Error).name;
  } finally {
    client.destroy();
  }
}

const ids = async (name: string) => {
  const { current, next, previous } = await entryOf(name);
  return [current, next, previous].flatMap((key) => (key ? [key.accessKeyId] : []));
};

describe.each(['1.0.1', '1.0.0-beta.7'] as const)('RustFS %s', (version) => {
  const change = versioned(version);

  test('an application under load loses no request over two rotations, and old keys end', async () => {
    await start({ version, latencyMs: 3 }, change);
    const app = startApplication(world.endpoint, world.secretsDir, 'web', 'web-uploads');
    application = app;
    await app.drained();
    const first = await entryOf('web');
    const requestsAt: Record<string, number> = {};
    let step = 'before';
    let since = 0;
    const count = (next: string) => {
      requestsAt[step] = (requestsAt[step] ?? 0) + app.succeeded() - since;
      since = app.succeeded();
      step = next;
    };
    const onStep = (_: string, next: string) => count(next);

    const [web] = await rotate({ names: ['web'], onStep }, change);
    expect([web?.outcome, web?.findings]).toEqual(['rotated', []]);
    count('draining');
    const second = await entryOf('web');
    expect(second.previous).toEqual(first.current);
    expect(second.current.accessKeyId).not.toBe(first.current.accessKeyId);
    expect([await answerTo(first.current), await answerTo(second.current)]).toEqual(['accepted', 'accepted']);
    await app.drained();
    count('deleting the old key');

    // The next rotation, a day later, takes the place of --finish.
    const later = { names: ['web'], now: () => new Date(Date.now() + 86_400_000), onStep };
    expect((await rotate(later, change)).map(({ outcome }) => outcome)).toEqual(['rotated']);
    await app.drained();
    const third = await entryOf('web');
    expect(await answerTo(first.current)).toBe('InvalidAccessKeyId');
    expect(await keysOnServer('web-svc')).toEqual([second.current.accessKeyId, third.current.accessKeyId].sort());

    expect((await rotate({ names: ['web'], finish: true, onStep }, change)).map(({ outcome }) => outcome)).toEqual([
      'finished',
    ]);
    await app.drained();
    count('after');
    await app.stop();
    expect(app.failures).toEqual([]);
    expect(Object.entries(requestsAt).filter(([, requests]) => requests === 0)).toEqual([]);
    expect(Object.keys(requestsAt)).toEqual(
      expect.arrayContaining(['draining', 'deleting the old key', 'creating a new key', 'proving the new key']),
    );
    expect([...app.used]).toEqual([first, second, third].map(({ current }) => current.accessKeyId));
    expect(await answerTo(second.current)).toBe('InvalidAccessKeyId');
    expect(await answerTo(third.current)).toBe('accepted');
    expect(await entryOf('web')).toEqual({ current: third.current });
    expect(await keysOnServer('web-svc')).toEqual([third.current.accessKeyId]);
  });

  test('plan leaves a rotation alone, at any stage', async () => {
    await start({ version }, change);
    const plan = async () => {
      const session = await world.open(change);
      try {
        const { changes, blocked, unmanaged } = (await session.plan()).plan;
        return { changes, blocked, unmanaged };
      } finally {
        session.close();
      }
    };
    const nothing = { changes: [], blocked: [], unmanaged: [] };
    const { current } = await entryOf('web');
    const next = { ...current, accessKeyId: 'NEXTKEY', state: 'pending' as const };
    await store().write('web', { current, next }, { endpoint: world.endpoint, region: 'us-east-1' });
    expect(await plan()).toEqual(nothing);
    await rotate({}, change);
    expect(await ids('web')).not.toContain('NEXTKEY');
    expect(await plan()).toEqual(nothing);
    await rotate({ finish: true }, change);
    expect(await plan()).toEqual(nothing);
  });
});

describe('what is due', () => {
  test('all keys, by age, by name, and nothing', async () => {
    await start();
    const young = { olderThanMs: 90 * 86_400_000 };
    const inTime = { ...young, now: () => new Date(Date.now() + 91 * 86_400_000) };
    expect(await outcomes(young)).toEqual([
      'backup unchanged: the key is less than a minute old',
      'web unchanged: the key is less than a minute old',
    ]);
    expect(await outcomes({ ...inTime, names: ['backup', 'backup'] })).toEqual([
      'backup rotated: a new key is published; the old one works until rotate --finish',
    ]);
    // Made 91 days from now, as this clock sees it; for the next run, 91 days later again, the others are old.
    expect(await outcomes({})).toEqual([
      'backup unchanged: the key is less than a minute old, and the old one still drains: rotate --finish deletes it',
      'web rotated: a new key is published; the old one works until rotate --finish',
    ]);
    expect(await outcomes({ finish: true, olderThanMs: 7 * 86_400_000 })).toEqual([
      'backup unchanged: the old key drains for less than 7 days yet',
      'web unchanged: the old key drains for less than 7 days yet',
    ]);
    expect(await outcomes({ finish: true })).toEqual([
      'backup finished: the old key is deleted',
      'web finished: the old key is deleted',
    ]);
    expect(await outcomes({ finish: true })).toEqual([
      'backup unchanged: no old key is draining',
      'web unchanged: no old key is draining',
    ]);
  });

  test('a key of unknown age counts as old', async () => {
    await start();
    const { current } = await entryOf('web');
    const connection = { endpoint: world.endpoint, region: 'us-east-1' };
    await store().write('web', { current: { ...current, createdAt: '1970-01-01T00:00:00.000Z' } }, connection);
    expect((await rotate({ olderThanMs: 86_400_000 })).map(({ outcome }) => outcome)).toEqual(['unchanged', 'rotated']);
  });

  test('an unknown name is an error that says the known ones, and nothing is rotated', async () => {
    await start();
    const before = await ids('web');
    await expect(rotate({ names: ['web', 'wbe', 'x'] })).rejects.toThrow(
      /^no component or access key wbe, x in the manifest; it declares backup, web$/,
    );
    expect(await ids('web')).toEqual(before);
  });

  test('a key that was never published stops the run before anything is changed', async () => {
    await start();
    await store().remove('web');
    const before = await ids('backup');
    await expect(rotate()).rejects.toThrow(
      `secret store ${world.secretsDir} has no published access key of web: run apply first; nothing was changed`,
    );
    expect(await ids('backup')).toEqual(before);
  });
});

describe('what keeps a key', () => {
  test('a contradiction: the old key stays published, the new one is deleted, others are rotated', async () => {
    await start();
    await world.asRoot('PUT', '/rustfs/admin/v3/set-user-or-group-policy', {
      policyName: 'readonly,web-storage',
      userOrGroup: 'web-svc',
      isGroup: 'false',
    });
    const before = await entryOf('web');
    const [backup, web] = await rotate();
    expect(backup?.outcome).toBe('rotated');
    expect(web?.outcome).toBe('unproven');
    expect(web?.note).toBe(
      'the proof of its new key failed, so the old one stays published and the new one was deleted: ' +
        'web (next) could copy object out of the bucket on backup-dumps, although the declared policies refuse it (404 NoSuchKey); ' +
        'statement 1 of policy readonly, attached to user web-svc on the server, allows it',
    );
    expect(new Set(web?.findings.map(({ severity }) => severity))).toEqual(new Set(['security']));
    expect(web?.findings.some(({ who }) => who === 'web (next)')).toBe(true);
    expect(await entryOf('web')).toEqual(before);
    expect(await keysOnServer('web-svc')).toEqual([before.current.accessKeyId]);
    await world.apply();
    expect((await rotate({ names: ['web'] })).map(({ outcome }) => outcome)).toEqual(['rotated']);
  });

  test('the published key does not work: the old one is kept', async () => {
    await start();
    await rotate({ names: ['web'] });
    const before = await entryOf('web');
    await world.asRoot('DELETE', '/rustfs/admin/v3/delete-service-account', {
      accessKey: before.current.accessKeyId,
    });
    await expect(rotate({ finish: true })).rejects.toThrow(
      /^the server does not accept the published access key of web, so its old key was kept: run apply first$/,
    );
    expect(await entryOf('web')).toEqual(before);
    expect(await keysOnServer('web-svc')).toEqual([before.previous?.accessKeyId]);
    await world.apply();
    expect(await outcomes({ names: ['web'], finish: true })).toEqual(['web finished: the old key is deleted']);
    expect(await keysOnServer('web-svc')).toEqual([before.current.accessKeyId]);
  });

  test('another run has the store', async () => {
    await start();
    const before = await ids('web');
    const release = await store().lock?.();
    await expect(rotate()).rejects.toThrow(
      new RegExp(
        `^secret store ${world.secretsDir} is in use by process ${process.pid} since \\S+: wait until it has finished, or delete ${world.secretsDir}/.lock if no such process runs$`,
      ),
    );
    await release?.();
    expect(await ids('web')).toEqual(before);
  });

  test('two runs at once: one rotates, one is refused', async () => {
    await start({ latencyMs: 40 });
    const results = await Promise.allSettled([rotate(), rotate()]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await keysOnServer('web-svc')).toEqual((await ids('web')).sort());
  });

  test('a store that is read only is refused before anything is changed', async () => {
    await start();
    const { current } = await entryOf('web');
    const session = await openSession({
      manifest: manifestFor(world.endpoint),
      root: ROOT,
      store: environmentSecretStore({
        WEB_S3_ACCESS_KEY: current.accessKeyId,
        WEB_S3_SECRET_KEY: current.secretAccessKey,
      }),
    });
    try {
      await expect(rotateKeys(session, { names: ['web'] })).rejects.toThrow(
        /^environment variables are read only, so no key can be rotated there: name a directory or a SOPS file as the secret store$/,
      );
    } finally {
      session.close();
    }
    expect(await keysOnServer('web-svc')).toEqual([current.accessKeyId]);
  });
});

test('a new key that the server knows only some time later is waited for', async () => {
  let unknown = Number.POSITIVE_INFINITY;
  let created = false;
  await start({
    onRequest: ({ path }) => {
      if (path.endsWith('/add-service-account')) created = true;
      if (!created || path !== '/' || unknown >= 3) return undefined;
      unknown++;
      return { action: 'respond', status: 403, body: '<Error><Code>InvalidAccessKeyId</Code></Error>' };
    },
  });
  created = false;
  unknown = 0;
  expect((await rotate({ names: ['web'] })).map(({ outcome, findings }) => [outcome, findings])).toEqual([
    ['rotated', []],
  ]);
  expect(unknown).toBe(3);
});

/**
 * Every request up to the first probes (gate, old key, new key), some of the probes, and the last ones; a complete rotation
 * takes fewer than the last number, or the test fails.
 */
const CUTS = [
  ...Array.from({ length: 12 }, (_, index) => index + 1),
  20,
  50,
  80,
  110,
  140,
  170,
  200,
  206,
  208,
  210,
  240,
];

test('a rotation that was cut off at any request is continued, and the published key always works', async () => {
  let cutAt = Number.POSITIVE_INFINITY;
  let seen = 0;
  const completed: number[] = [];
  await start({
    onRequest: () => (++seen >= cutAt ? { action: 'respond', status: 400, body: 'cut off' } : undefined),
  });
  let clock = Date.now();
  for (const cut of CUTS) {
    clock += 86_400_000;
    const options = { names: ['web'], now: () => new Date(clock) };
    const before = publishedKey(world.secretsDir, 'web');
    seen = 0;
    cutAt = cut;
    const outcome = await rotate(options).then(
      ([web]) => web?.outcome,
      () => 'interrupted',
    );
    cutAt = Number.POSITIVE_INFINITY;
    if (outcome === 'rotated') completed.push(cut);
    expect([cut, await answerTo(publishedKey(world.secretsDir, 'web'))]).toEqual([cut, 'accepted']);
    const [again] = await rotate(options);
    expect([cut, again?.outcome]).toEqual([cut, outcome === 'rotated' ? 'unchanged' : 'rotated']);
    expect([cut, await answerTo(publishedKey(world.secretsDir, 'web'))]).toEqual([cut, 'accepted']);
    expect(publishedKey(world.secretsDir, 'web')).not.toEqual(before);
    // Nothing is left behind: the server has the published key and the one that drains.
    expect(await keysOnServer('web-svc')).toEqual((await ids('web')).sort());
    expect((await entryOf('web')).next).toBeUndefined();
  }
  expect(completed).toContain(CUTS.at(-1));
  expect(completed.length).toBeLessThan(CUTS.length / 2);
});
