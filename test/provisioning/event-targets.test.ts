import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Manifest, ManifestEventTarget } from '../../manifest/index.js';
import { directorySecretStore, drift, openSession, type Session } from '../../provisioning/index.js';
import { startReceiver, type TestReceiver } from '../events/receiver.js';
import { webhookTarget } from '../events/target.js';
import { createWorld, manifestFor, ROOT, type World } from './fixture.js';

const TOKEN = 'webhook-canary-token';

let world: World;
let receiver: TestReceiver;
let directory: string;

beforeEach(async () => {
  receiver = await startReceiver();
  directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-events-'));
  await writeFile(join(directory, 'token'), `${TOKEN}\n`);
  world = await createWorld({ events: { targets: [], allowOrigins: [receiver.origin] } });
});
afterEach(async () => {
  await world.close();
  await receiver.close();
  await rm(directory, { recursive: true, force: true });
});

const hook = (change: Partial<ManifestEventTarget> = {}) =>
  webhookTarget(receiver.origin, join(directory, 'token'), change);

/** `web-uploads` sends what is created below in/ to the hook. */
const withHook = (target = hook()) =>
  manifestFor(world.endpoint, (manifest) => {
    manifest.eventTargets = [target];
    const bucket = manifest.buckets.find(({ name }) => name === 'web-uploads');
    if (bucket)
      bucket.notifications = [
        {
          id: 'n',
          targetArn: 'arn:rustfs:sqs:us-east-1:hook:webhook',
          events: ['s3:ObjectCreated:*'],
          prefix: 'in/',
        },
      ];
  });

async function inSession<T>(manifest: Manifest, work: (session: Session) => Promise<T>): Promise<T> {
  const store = directorySecretStore(world.secretsDir);
  const session = await openSession({ manifest, root: ROOT, store });
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

const planOf = (manifest: Manifest) => inSession(manifest, async (session) => (await session.plan()).plan);
const changesOf = async (manifest: Manifest) =>
  (await planOf(manifest)).changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
const applyWithin = (manifest: Manifest, targetWaitMs: number) =>
  inSession(manifest, async (session) => session.apply(await session.plan(), { targetWaitMs }));
const listed = async () =>
  JSON.parse((await world.asRoot('GET', '/rustfs/admin/v3/target/list')).body.toString('utf8')) as {
    notification_endpoints: { account_id: string; status: string }[];
  };

test('switch, target and notification are planned, applied in order, and nothing is left', async () => {
  await world.apply();
  const manifest = withHook();
  const plan = await planOf(manifest);
  expect(plan.changes).toEqual([
    {
      action: 'create',
      kind: 'bucket-config',
      name: 'web-uploads/notifications',
      reason: 'notifications is not set',
      details: [
        '+ [{"events":["s3:ObjectCreated:*"],"id":"n","prefix":"in/","targetArn":"arn:rustfs:sqs:us-east-1:hook:webhook"}]',
      ],
    },
    { action: 'update', kind: 'event-module', name: 'notify', reason: 'it is switched off', details: [] },
    {
      action: 'create',
      kind: 'event-target',
      name: 'notify_webhook/hook',
      reason: 'it does not exist',
      details: ['+ auth_token=(secret)', `+ endpoint=${receiver.origin}/webhook`, '+ queue_dir='],
    },
  ]);
  await world.applyManifest(manifest);
  expect(await planOf(manifest)).toEqual({ changes: [], blocked: [], unmanaged: [] });
  await world.asRoot('PUT', '/web-uploads/in/a.txt', {}, 'a');
  await world.asRoot('PUT', '/web-uploads/out/a.txt', {}, 'a');
  await world.asRoot('PUT', '/web-uploads/in/last.txt', {}, 'a');
  await expect
    .poll(() => receiver.posts().map(({ body }) => (JSON.parse(body) as { Key: string }).Key), { timeout: 10_000 })
    .toEqual(['web-uploads/in/a.txt', 'web-uploads/in/last.txt']);
  expect(new Set(receiver.posts().map(({ authorization }) => authorization))).toEqual(new Set([`Bearer ${TOKEN}`]));
});

test('the secret is in no plan, no error and no printed request', async () => {
  const commands: string[] = [];
  const store = directorySecretStore(world.secretsDir);
  const session = await openSession({
    manifest: withHook(),
    root: ROOT,
    store,
    onRequest: ({ command }) => commands.push(command),
  });
  const state = await session.plan();
  await session.apply(state);
  session.close();
  expect(commands.filter((command) => command.includes('target/notify_webhook/hook'))).toHaveLength(1);
  expect(JSON.stringify([commands, state.plan])).not.toContain(TOKEN);
});

describe('a receiver that is not there', () => {
  test('nobody is kept from the data; the target is taken away again, and the next run finishes', async () => {
    const { port, origin } = receiver;
    const manifest = withHook();
    await receiver.close();
    await expect(applyWithin(manifest, 1)).rejects.toThrow(
      'event target notify_webhook/hook was not online within 0.001 s: GET /rustfs/admin/v3/target/list failed: HTTP 500 InternalError failed to reconcile notification runtime: System initialization error: one or more notification targets failed to activate: hook:webhook: initialization failed; ' +
        `start what listens at ${origin}/webhook, see that the server reaches it, and run apply again (the target was taken away again, because RustFS changes no other while one does not start)`,
    );
    expect((await listed()).notification_endpoints).toEqual([]);
    expect((await world.asKey('web', 'GET', '/web-uploads')).status).toBe(200);
    receiver = await startReceiver(port);
    await world.applyManifest(manifest);
    expect(await changesOf(manifest)).toEqual([]);
  });

  test('apply waits for it, and says what for', async () => {
    const { port } = receiver;
    const manifest = withHook();
    await receiver.close();
    const reasons = new Set<string>();
    let restarted: Promise<void> | undefined;
    await inSession(manifest, async (session) => {
      await session.apply(await session.plan(), {
        targetWaitMs: 60_000,
        onWait: (reason) => {
          reasons.add(reason);
          restarted ??= startReceiver(port).then((again) => {
            receiver = again;
          });
        },
      });
    });
    await restarted;
    expect([...reasons][0]).toMatch(/^event target notify_webhook\/hook: .*hook:webhook: initialization failed/);
    expect(await changesOf(manifest)).toEqual([]);
  });
});

test('a target that was left broken, as by a killed run, does not stand in its own way', async () => {
  await world.close();
  const gone = await startReceiver();
  await gone.close();
  world = await createWorld({ events: { targets: [], allowOrigins: [receiver.origin, gone.origin] } });
  const body = { key_values: [{ key: 'endpoint', value: `${gone.origin}/webhook` }] };
  await world.asRoot('PUT', '/rustfs/admin/v3/module-switches', {}, { notify_enabled: true, audit_enabled: false });
  const put = await world.asRoot('PUT', '/rustfs/admin/v3/target/notify_webhook/hook', {}, body);
  expect([put.status, put.body.toString('utf8')]).toEqual([
    500,
    expect.stringContaining('local notification runtime failed to converge'),
  ]);
  expect((await world.asRoot('GET', '/rustfs/admin/v3/target/list')).status).toBe(500);
  expect(await changesOf(withHook())).toContain('update event-target notify_webhook/hook');
  await world.applyManifest(withHook());
  expect(await changesOf(withHook())).toEqual([]);
  expect((await listed()).notification_endpoints).toMatchObject([{ account_id: 'hook', status: 'online' }]);
});

test('an endpoint that the server may not ask is refused with its own way out', async () => {
  const manifest = withHook(hook({ settings: { endpoint: 'http://127.0.0.1:1/x', queue_dir: '' } }));
  await expect(world.applyManifest(manifest)).rejects.toThrow(
    'PUT /rustfs/admin/v3/target/notify_webhook/hook failed: HTTP 400 InvalidArgument endpoint is not allowed: outbound URL host &apos;127.0.0.1&apos; is not allowed: loopback address; add http://127.0.0.1:1 to RUSTFS_OUTBOUND_ALLOW_ORIGINS (comma-separated) and restart RustFS to allow this operator-owned endpoint (origin only, no path)',
  );
});

test('a secret that is not there is told by its place, before anything is sent', async () => {
  const missing = hook({ secrets: { auth_token: { type: 'file', file: 'nowhere/token' } } });
  await expect(world.applyManifest(withHook(missing))).rejects.toThrow(
    'auth_token of event target notify_webhook/hook cannot be read from nowhere/token (ENOENT): put the secret there; the path is relative to the project directory',
  );
  const unstored = hook({ secrets: { auth_token: { type: 'store', entry: 'hook-token' } } });
  await expect(world.applyManifest(withHook(unstored))).rejects.toThrow(
    `auth_token of event target notify_webhook/hook is entry hook-token of the secret store, which secret store ${world.secretsDir} does not have: add it, its secret key is the secret`,
  );
});

test('a changed endpoint is an update', async () => {
  await world.applyManifest(withHook());
  const moved = withHook(hook({ settings: { endpoint: `${receiver.origin}/other`, queue_dir: '' } }));
  const { changes } = await planOf(moved);
  expect(changes).toEqual([
    {
      action: 'update',
      kind: 'event-target',
      name: 'notify_webhook/hook',
      reason: 'it differs',
      details: [`- endpoint=${receiver.origin}/webhook`, `+ endpoint=${receiver.origin}/other`],
    },
  ]);
  await world.applyManifest(moved);
  expect(await changesOf(moved)).toEqual([]);
});

test('secrets are sent again when asked to be checked, because the server never shows them', async () => {
  const manifest = withHook();
  await world.applyManifest(manifest);
  await writeFile(join(directory, 'token'), 'another-token\n');
  expect(await changesOf(manifest)).toEqual([]);
  await inSession(manifest, async (session) => {
    const state = await session.plan({ resendTargetSecrets: true });
    expect(state.plan.changes).toEqual([
      {
        action: 'update',
        kind: 'event-target',
        name: 'notify_webhook/hook',
        reason: 'the server does not show its secrets, so they are sent again',
        details: [],
      },
    ]);
    await session.apply(state);
  });
  await world.asRoot('PUT', '/web-uploads/in/a.txt', {}, 'a');
  await expect.poll(() => receiver.posts().at(-1)?.authorization, { timeout: 10_000 }).toBe('Bearer another-token');
});

test('what nobody declared is reported with what it gives away, and left alone', async () => {
  await world.applyManifest(withHook());
  const body = { key_values: [{ key: 'endpoint', value: `${receiver.origin}/spy` }] };
  await world.asRoot('PUT', '/rustfs/admin/v3/module-switches', {}, { notify_enabled: true, audit_enabled: true });
  await world.asRoot('PUT', '/rustfs/admin/v3/audit/target/audit_webhook/spy', {}, body);
  const report = await inSession(withHook(), (session) => drift(session));
  expect(report.findings).toEqual([
    {
      severity: 'security',
      category: 'unmanaged',
      kind: 'event-target',
      name: 'audit_webhook/spy',
      message: 'nobody declared this audit target',
      gives: ['whoever receives there gets a record of every request, with keys of objects and access key ids'],
      details: [],
      wayOut: 'remove it from the server (its API, or the variables that it was started with), or declare it',
    },
  ]);
  await world.applyManifest(withHook());
  const audit = (await world.asRoot('GET', '/rustfs/admin/v3/audit/target/list')).body.toString('utf8');
  expect(audit).toContain('"spy"');
});

test('a target of the environment is never written through the API, and has to be there', async () => {
  await world.close();
  const environment = {
    notify: true,
    targets: [{ purpose: 'notify', type: 'webhook', id: 'hook', settings: { endpoint: `${receiver.origin}/webhook` } }],
    allowOrigins: [receiver.origin],
  } as const;
  world = await createWorld({ events: environment });
  expect((await planOf(withHook())).blocked).toEqual([
    {
      kind: 'event-target',
      name: 'notify_webhook/hook',
      reason: "the server's environment sets it, and RustFS refuses to change that through its API",
      wayOut: "declare it with managedBy: 'environment', or take its variables away and restart the server",
    },
  ]);
  const foreign = withHook(hook({ managedBy: 'environment' }));
  await world.applyManifest(foreign);
  expect(await changesOf(foreign)).toEqual([]);
  const other = withHook(hook({ managedBy: 'environment', id: 'other' }));
  expect((await planOf(other)).blocked).toEqual([
    {
      kind: 'event-target',
      name: 'notify_webhook/other',
      reason: 'the server does not have it, although its environment should set it',
      wayOut: 'start the server with RUSTFS_NOTIFY_WEBHOOK_ENABLE_OTHER=on and the settings of the target',
    },
  ]);
});
