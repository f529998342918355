import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AuditRecord, bareReceiver } from '../../gateway/webhook/bare-receiver.js';
import type { StorageEvent } from '../../gateway/webhook/project.js';
import type { BucketNotification, Manifest } from '../../manifest/index.js';
import { directorySecretStore, type EventProof, openSession, proveEvents } from '../../provisioning/index.js';
import { webhookTarget } from '../events/target.js';
import { createWorld, manifestFor, ROOT, type World } from './fixture.js';

const ARN = 'arn:rustfs:sqs:us-east-1:hook:webhook';

let world: World;
let directory: string;
let server: Server;
let origin: string;
const seen: (StorageEvent | AuditRecord)[] = [];

async function listen(receiver: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    receiver.once('error', reject);
    receiver.listen(port, '127.0.0.1', resolve);
  });
  return (receiver.address() as AddressInfo).port;
}

async function stop(receiver: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    receiver.close(() => resolve());
    receiver.closeAllConnections();
  });
}

beforeEach(async () => {
  seen.length = 0;
  directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-prove-'));
  await writeFile(join(directory, 'token'), 'receiver-token\n');
  server = bareReceiver({ token: 'receiver-token', onEvent: (event) => seen.push(event) });
  origin = `http://127.0.0.1:${await listen(server)}`;
  world = await createWorld({ events: { targets: [], allowOrigins: [origin] } });
});
afterEach(async () => {
  await world.close();
  await stop(server);
  await rm(directory, { recursive: true, force: true });
});

const notification = (change: Partial<BucketNotification> = {}): BucketNotification => ({
  id: 'n',
  targetArn: ARN,
  events: ['s3:ObjectCreated:*'],
  ...change,
});

/** Two buckets that send to the hook: one what is written and removed below in/ and ends in .txt, one (versioned) all removals. */
function declared(change: (manifest: Manifest) => void = () => {}): Manifest {
  return manifestFor(world.endpoint, (manifest) => {
    manifest.eventTargets = [webhookTarget(origin, join(directory, 'token'))];
    for (const bucket of manifest.buckets) {
      // With a quota, writing is 503 until the server has counted.
      delete bucket.quotaBytes;
      if (bucket.name === 'web-uploads')
        bucket.notifications = [
          notification({ events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'], prefix: 'in/', suffix: '.txt' }),
        ];
      if (bucket.name === 'web-assets') bucket.notifications = [notification({ events: ['s3:ObjectRemoved:*'] })];
    }
    change(manifest);
  });
}

async function prove(manifest: Manifest, timeoutMs = 60_000): Promise<EventProof> {
  const session = await openSession({ manifest, root: ROOT, store: directorySecretStore(world.secretsDir) });
  try {
    const proof = await proveEvents(session, { timeoutMs });
    if (proof === undefined) throw new Error('nothing was proved');
    return proof;
  } finally {
    session.close();
  }
}

async function leftObjects(): Promise<string[]> {
  const listings = await Promise.all(
    ['web-uploads', 'web-assets', 'backup-dumps'].map((bucket) => world.asRoot('GET', `/${bucket}`, { versions: '' })),
  );
  return listings.flatMap(({ body }) =>
    [...body.toString('utf8').matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key ?? ''),
  );
}

test('each declared event arrives, what is outside makes none, and nothing is left behind', async () => {
  await world.applyManifest(declared());
  expect(await prove(declared())).toEqual({
    targets: [{ name: 'notify_webhook/hook', online: true }],
    // Created and removed in web-uploads, removed in web-assets.
    delivered: 3,
    // In backup-dumps, which sends nothing, and in web-uploads outside in/.
    withheld: 2,
    findings: [],
    notChecked: [],
    emulated: true,
  });
  expect(await leftObjects()).toEqual([]);
  expect(new Set(seen.map(({ bucket }) => bucket))).toEqual(new Set(['web-uploads', 'web-assets']));
});

test('an event that is lost, as by a node that does not know of the notification yet, is asked for again', async () => {
  await world.applyManifest(declared());
  const [receive] = server.listeners('request');
  server.removeAllListeners('request');
  let lost = 0;
  server.on('request', (request, response) => {
    if (request.method !== 'POST' || lost > 0) return receive?.call(server, request, response);
    lost++;
    request.resume();
    return response.end();
  });
  const { delivered, findings } = await prove(declared());
  expect({ lost, delivered, findings }).toEqual({ lost: 1, delivered: 3, findings: [] });
  expect(await leftObjects()).toEqual([]);
});

test('objects that a killed run left behind are removed by the next', async () => {
  await world.applyManifest(declared());
  await world.asRoot('PUT', '/web-uploads/in/.cdktf-rustfs-event-probe/dead-0.txt', {}, 'x');
  await world.asRoot('PUT', '/backup-dumps/.cdktf-rustfs-event-probe/dead-silent', {}, 'x');
  await prove(declared());
  expect(await leftObjects()).toEqual([]);
});

test('a token that the receiver does not take: no event arrives, which is a finding', async () => {
  await writeFile(join(directory, 'token'), 'another-token\n');
  await world.applyManifest(declared());
  await writeFile(join(directory, 'token'), 'receiver-token\n');
  const proof = await prove(declared(), 300);
  expect(proof.delivered).toBe(0);
  expect(proof.findings).toHaveLength(3);
  expect(proof.findings).toContainEqual({
    severity: 'access',
    target: 'notify_webhook/hook',
    message:
      'notify_webhook/hook got no "removed" event of notification n of bucket web-assets within 0.3 s, although it is online: look at the server\'s log for its answers, such as 401 for a token that differs',
  });
});

test('a bucket whose use is not counted yet cannot be written, which is said', async () => {
  const counted = declared((manifest) => {
    for (const bucket of manifest.buckets) if (bucket.name === 'web-assets') bucket.quotaBytes = 1_073_741_824;
  });
  await world.applyManifest(counted);
  const { delivered, notChecked } = await prove(counted);
  expect({ delivered, notChecked }).toEqual({
    delivered: 2,
    notChecked: [
      {
        what: 'notification n of bucket web-assets',
        reason: 'RustFS has not counted yet how much of its quota the bucket uses, and answers 503 until then',
      },
    ],
  });
});

test('an event that nobody declared is a finding', async () => {
  await world.applyManifest(declared());
  const rule = `<QueueConfiguration><Id>spy</Id><Queue>${ARN}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>`;
  const xml = `<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rule}</NotificationConfiguration>`;
  const headers = { 'content-type': 'application/xml' };
  expect((await world.asRoot('PUT', '/backup-dumps', { notification: '' }, xml, headers)).status).toBe(200);
  expect((await prove(declared())).findings).toEqual([
    {
      severity: 'security',
      target: 'notify_webhook/hook',
      message:
        'notify_webhook/hook got "created.put" of an object in bucket backup-dumps, which sends no events, which nobody declared: look for notifications that plan shows as different or unmanaged',
    },
  ]);
});

test('a receiver that went away is a finding, not a skip', async () => {
  await world.applyManifest(declared());
  await stop(server);
  expect(await prove(declared())).toMatchObject({
    targets: [{ name: 'notify_webhook/hook', online: false, reason: 'connection_refused' }],
    findings: [
      {
        severity: 'access',
        message:
          'notify_webhook/hook is not online (connection_refused), so events do not arrive: start its receiver, and see that the server reaches it',
      },
    ],
  });
});

test('what cannot be checked is said, with the reason', async () => {
  const odd = declared((manifest) => {
    const [target] = manifest.eventTargets ?? [];
    if (target) target.eventsUrl = `${origin}/nothing`;
    manifest.eventTargets?.push(webhookTarget(origin, join(directory, 'token'), { purpose: 'audit', id: 'log' }));
  });
  await world.applyManifest(odd);
  expect((await prove(odd)).notChecked).toEqual([
    {
      what: 'delivery to notify_webhook/hook',
      reason: `the server says that it is online, but ${origin}/nothing answers with HTTP 404; a receiver is the reference gateway, or cdktf-rustfs events receive`,
    },
    {
      what: 'delivery to audit_webhook/log',
      reason: 'the server says that it is online; records of requests are not read',
    },
  ]);
  const unread = declared((manifest) => {
    for (const { notifications = [] } of manifest.buckets)
      for (const one of notifications) one.events = ['s3:ObjectAccessed:*'];
  });
  await world.applyManifest(unread);
  const { notChecked, delivered } = await prove(unread);
  expect([delivered, ...notChecked.map(({ what, reason }) => `${what}: ${reason}`)]).toEqual([
    0,
    'notification n of bucket web-assets: it sends s3:ObjectAccessed:*, of which writing and deleting an object makes none',
    'notification n of bucket web-uploads: it sends s3:ObjectAccessed:*, of which writing and deleting an object makes none',
  ]);
});

test('an audit target gets a record of each request, without headers', async () => {
  const audited = declared((manifest) => {
    manifest.eventTargets = [webhookTarget(origin, join(directory, 'token'), { purpose: 'audit', id: 'log' })];
    for (const bucket of manifest.buckets) delete bucket.notifications;
  });
  await world.applyManifest(audited);
  seen.length = 0;
  await world.asRoot('PUT', '/web-uploads/a.txt', {}, 'a');
  await expect
    .poll(() => seen, { timeout: 10_000 })
    .toEqual([
      {
        time: expect.stringMatching(/^\d{4}-/),
        source: 'rustfs',
        namespace: 'audit',
        operation: 's3:PutObject',
        bucket: 'web-uploads',
        key: 'a.txt',
        status: 200,
        principal: ROOT.accessKeyId,
      },
    ]);
});
