import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Emulator, eventsFromEnvironment, startEmulator } from '../../emulator/index.js';
import { createWire, type Wire } from '../../provisioning/index.js';
import { startReceiver, type TestReceiver } from '../events/receiver.js';

const ROOT = { accessKeyId: 'testrootkey', secretAccessKey: 'testroot-secret' };
const TARGET = '/rustfs/admin/v3/target/notify_webhook/hook';

let receiver: TestReceiver;
let emulator: Emulator | undefined;
let wire: Wire;

async function start(env: Record<string, string>, dataDir?: string): Promise<void> {
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    events: eventsFromEnvironment({ RUSTFS_OUTBOUND_ALLOW_ORIGINS: receiver.origin, ...env }),
    ...(dataDir === undefined ? {} : { dataDir }),
  });
  wire = createWire({ endpoint: emulator.endpoint });
}

async function ask(method: string, path: string, body?: unknown, query: Record<string, string> = {}) {
  const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await wire.send({ method, path, query, ...sent }, ROOT);
  const text = response.body.toString('utf8');
  return { status: response.status, text, message: /<Message>(.*)<\/Message>/.exec(text)?.[1] };
}

const keyValues = (settings: Record<string, string>) => ({
  key_values: Object.entries(settings).map(([key, value]) => ({ key, value })),
});
const rules = (...events: string[]) =>
  `<NotificationConfiguration><QueueConfiguration><Id>n</Id><Queue>arn:rustfs:sqs:us-east-1:hook:webhook</Queue>${events
    .map((event) => `<Event>${event}</Event>`)
    .join('')}</QueueConfiguration></NotificationConfiguration>`;

const HOOK = () => ({
  RUSTFS_NOTIFY_ENABLE: 'true',
  RUSTFS_NOTIFY_WEBHOOK_ENABLE_HOOK: 'on',
  RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_HOOK: `${receiver.origin}/in`,
});

const names = () =>
  receiver.posts().map(({ body }) => {
    const { EventName, Key } = JSON.parse(body) as { EventName: string; Key: string };
    return `${EventName} ${Key}`;
  });

beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  wire?.close();
  await emulator?.close();
  emulator = undefined;
  await receiver.close();
});

test('every kind of change is an event by its own name, and no other', async () => {
  await start(HOOK());
  await ask('PUT', '/data');
  await ask('PUT', '/data', rules('s3:ObjectCreated:*', 's3:ObjectRemoved:*'), { notification: '' });
  await ask('PUT', '/data/a%20b', 'x');
  await wire.send({ method: 'PUT', path: '/data/copy', headers: { 'x-amz-copy-source': '/data/a%20b' } }, ROOT);
  await ask('GET', '/data/copy');
  await ask('DELETE', '/data/copy');
  await ask('DELETE', '/data/never-there');
  await ask('POST', '/data', '<Delete><Object><Key>a b</Key></Object></Delete>', { delete: '' });
  await ask('PUT', '/data', '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>', {
    versioning: '',
  });
  await ask('PUT', '/data/versioned', 'x');
  await ask('DELETE', '/data/versioned');
  await expect
    .poll(names, { timeout: 10_000 })
    .toEqual([
      's3:ObjectCreated:Put data/a b',
      's3:ObjectCreated:Copy data/copy',
      's3:ObjectRemoved:Delete data/copy',
      's3:ObjectRemoved:NoOP data/never-there',
      's3:ObjectRemoved:Delete data/a b',
      's3:ObjectCreated:Put data/versioned',
      's3:ObjectRemoved:DeleteMarkerCreated data/versioned',
    ]);
  const [first] = receiver.posts();
  expect(first?.authorization).toBeUndefined();
  expect(first?.body).not.toMatch(/AWS4-HMAC|Signature=/);
  expect((JSON.parse(first?.body ?? '') as { Records: object[] }).Records[0]).toMatchObject({
    userIdentity: { principalId: ROOT.accessKeyId },
    s3: { bucket: { name: 'data' }, object: { key: 'a+b', size: 1, eTag: '9dd4e461268c8034f5c8564e155c67a6' } },
  });
});

test('a webhook with a queue is asked again until it takes the event; one without gets it once', async () => {
  await start({ ...HOOK(), RUSTFS_NOTIFY_WEBHOOK_QUEUE_DIR_HOOK: '/events' });
  await ask('PUT', '/data');
  await ask('PUT', '/data', rules('s3:ObjectCreated:*'), { notification: '' });
  receiver.status = 503;
  await ask('PUT', '/data/a', 'x');
  await expect.poll(() => names().length, { timeout: 10_000 }).toBeGreaterThan(1);
  receiver.status = 200;
  const refused = names().length;
  await ask('PUT', '/data/b', 'x');
  await expect.poll(() => names().at(-1), { timeout: 10_000 }).toBe('s3:ObjectCreated:Put data/b');
  const taken = names().slice(refused);
  // The first event went out once more and was taken, or had been taken already when the receiver changed its mind.
  expect(taken.filter((name) => name.endsWith('/b'))).toHaveLength(1);
});

test('without a queue an event that is refused is lost', async () => {
  await start(HOOK());
  await ask('PUT', '/data');
  await ask('PUT', '/data', rules('s3:ObjectCreated:*'), { notification: '' });
  receiver.status = 503;
  await ask('PUT', '/data/a', 'x');
  await expect.poll(() => names().length, { timeout: 10_000 }).toBe(1);
  receiver.status = 200;
  await ask('PUT', '/data/b', 'x');
  await expect.poll(names, { timeout: 10_000 }).toEqual(['s3:ObjectCreated:Put data/a', 's3:ObjectCreated:Put data/b']);
});

test('switches: what the environment says cannot be changed, what is written survives a restart with its targets', async () => {
  await start({ RUSTFS_NOTIFY_ENABLE: 'false' });
  const refused = await ask('PUT', '/rustfs/admin/v3/module-switches', { notify_enabled: true, audit_enabled: false });
  expect([refused.status, refused.message]).toEqual([
    400,
    'notify module is managed by environment variable RUSTFS_NOTIFY_ENABLE=false; update the environment value first, then use the console to refresh the module switch state',
  ]);
  expect((await ask('PUT', TARGET, keyValues({ endpoint: `${receiver.origin}/in` }))).message).toBe(
    'notify module is disabled; enable the notify module first in the console or set RUSTFS_NOTIFY_ENABLE=true before managing notification targets from the console',
  );
  await emulator?.close();
  wire.close();
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-emulator-'));
  await start({}, directory);
  await ask('PUT', '/rustfs/admin/v3/module-switches', { notify_enabled: true, audit_enabled: false });
  expect(
    (await ask('PUT', TARGET, keyValues({ endpoint: `${receiver.origin}/in`, auth_token: 'two words' }))).status,
  ).toBe(200);
  await emulator?.close();
  wire.close();
  await start({}, directory);
  expect(JSON.parse((await ask('GET', '/rustfs/admin/v3/target/list')).text)).toEqual({
    notify_enabled: true,
    notification_endpoints: [
      {
        account_id: 'hook',
        service: 'webhook',
        status: 'online',
        health_state: 'online',
        health_reason: 'reachable',
        source: 'config',
      },
    ],
  });
  expect((await ask('GET', '/rustfs/admin/v3/get-config-kv', undefined, { key: 'notify_webhook' })).text).toBe(
    `notify_webhook\nnotify_webhook:hook auth_token="*redacted*" endpoint="${receiver.origin}/in"`,
  );
  await rm(directory, { recursive: true, force: true });
});

test('what the emulator cannot send to is never online: 501 through the API, offline from the environment', async () => {
  await start({
    RUSTFS_NOTIFY_ENABLE: 'true',
    RUSTFS_NOTIFY_KAFKA_ENABLE_K: 'on',
    RUSTFS_NOTIFY_KAFKA_BROKERS_K: 'kafka:9092',
  });
  expect(JSON.parse((await ask('GET', '/rustfs/admin/v3/target/list')).text).notification_endpoints).toEqual([
    {
      account_id: 'k',
      service: 'kafka',
      status: 'offline',
      health_state: 'offline',
      health_reason: 'not_emulated',
      source: 'env',
    },
  ]);
  expect((await ask('GET', '/rustfs/admin/v3/target/arns')).text).toBe('[]');
  const put = await ask('PUT', '/rustfs/admin/v3/target/notify_redis/r', keyValues({ url: 'redis://r' }));
  expect([put.status, put.message]).toEqual([501, 'the emulator sends events to webhooks alone']);
  const unknown = await ask('PUT', '/rustfs/admin/v3/target/notify_smtp/x', keyValues({}));
  expect([unknown.status, unknown.message]).toEqual([
    400,
    'unsupported notification target type: &apos;notify_smtp&apos;',
  ]);
});

test('a target that a bucket names cannot be removed; one that does not start can, by the configuration', async () => {
  await start({ RUSTFS_NOTIFY_ENABLE: 'true' });
  await ask('PUT', TARGET, keyValues({ endpoint: `${receiver.origin}/in` }));
  await ask('PUT', '/data');
  await ask('PUT', '/data', rules('s3:ObjectCreated:*'), { notification: '' });
  const removal = await ask('DELETE', `${TARGET}/reset`);
  expect([removal.status, removal.message]).toEqual([500, 'local notification runtime failed to converge']);
  await ask('PUT', '/data', '<NotificationConfiguration/>', { notification: '' });
  expect((await ask('DELETE', `${TARGET}/reset`)).status).toBe(200);
  const { origin } = receiver;
  await receiver.close();
  expect((await ask('PUT', TARGET, keyValues({ endpoint: `${origin}/in` }))).status).toBe(500);
  for (const [method, path, body] of [
    ['GET', '/rustfs/admin/v3/target/list', undefined],
    ['DELETE', `${TARGET}/reset`, undefined],
    ['PUT', TARGET, keyValues({ endpoint: `${origin}/other` })],
  ] as const)
    expect((await ask(method, path, body)).message).toBe(
      'failed to reconcile notification runtime: System initialization error: one or more notification targets failed to activate: hook:webhook: initialization failed',
    );
  expect((await ask('DELETE', '/rustfs/admin/v3/del-config-kv', 'notify_webhook:hook')).status).toBe(200);
  expect((await ask('GET', '/rustfs/admin/v3/target/list')).status).toBe(200);
  receiver = await startReceiver();
});
