import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmulator } from '../../../emulator/index.js';
import type { RustFsVersion } from '../../../policies/index.js';
import { createWire, type WireResponse } from '../../../provisioning/index.js';

const ROOT = { accessKeyId: 'testrootkey', secretAccessKey: 'testroot-secret' };
let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-unreadable-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

type Send = (method: string, path: string, body?: string, query?: Record<string, string>) => Promise<WireResponse>;

async function on<T>(
  version: RustFsVersion,
  work: (send: Send, unreadable: readonly string[]) => Promise<T>,
): Promise<T> {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = ROOT;
  const emulator = await startEmulator({ accessKey, secretKey, dataDir, version });
  const wire = createWire({ endpoint: emulator.endpoint });
  try {
    return await work(
      (method, path, body, query = {}) =>
        wire.send({ method, path, query, ...(body === undefined ? {} : { body }) }, ROOT, { retry: false }),
      emulator.unreadablePolicies,
    );
  } finally {
    wire.close();
    await emulator.close();
  }
}

const store = (action: string) => (send: Send) =>
  send(
    'PUT',
    '/rustfs/admin/v3/add-canned-policy',
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: [action] }] }),
    { name: 'old' },
  );
const text = ({ body }: WireResponse) => body.toString();

test('1.0.1 answers 503 for ever when beta.7 stored a policy that it cannot read, as a running 1.0.1 does', async () => {
  expect((await on('1.0.0-beta.7', store('admin:KMSCreateKey'))).status).toBe(200);
  await on('1.0.1', async (send, unreadable) => {
    expect(unreadable).toEqual(['old']);
    const ready = await send('GET', '/health/ready');
    expect(ready.status).toBe(503);
    expect(JSON.parse(text(ready))).toMatchObject({
      status: 'degraded',
      ready: false,
      details: {
        storage: { status: 'disconnected', ready: false, readQuorum: false, writeQuorum: false },
        iam: { status: 'disconnected', ready: false },
        lock: { status: 'connected', ready: true },
        poolMetadata: { ready: false, status: 'unavailable' },
      },
      degradedReasons: ['storage_and_iam_unavailable', 'startup_finalization_pending'],
    });
    const live = await send('GET', '/health');
    expect([live.status, JSON.parse(text(live)).status]).toEqual([200, 'ok']);

    const list = await send('GET', '/');
    expect([list.status, text(list)]).toEqual([503, 'Service not ready: waiting for iam']);
    expect(list.headers).toMatchObject({
      'content-type': 'text/plain; charset=utf-8',
      'retry-after': '5',
      'x-rustfs-readiness-pending': 'iam',
    });
    for (const answer of [
      await send('GET', '/rustfs/admin/v3/list-canned-policies'),
      await send('GET', '/rustfs/admin/v3/oidc/providers'),
      await store('admin:DataUsageInfo')(send),
    ]) {
      expect([answer.status, text(answer)]).toEqual([
        503,
        '<?xml version="1.0" encoding="UTF-8"?><Error><Code>ServiceUnavailable</Code><Message>server context is not ready</Message></Error>',
      ]);
    }
  });
});

test('the way back is as blocked: beta.7 cannot read kms:Configure', async () => {
  expect((await on('1.0.1', store('kms:Configure'))).status).toBe(200);
  await on('1.0.0-beta.7', async (send, unreadable) => {
    expect(unreadable).toEqual(['old']);
    expect((await send('GET', '/health/ready')).status).toBe(503);
    expect((await send('GET', '/health')).status).toBe(200);
    const list = await send('GET', '/');
    expect([list.status, text(list), list.headers['x-rustfs-readiness-pending']]).toEqual([
      503,
      'Service not ready',
      undefined,
    ]);
    expect((await send('GET', '/rustfs/admin/v3/list-users')).status).toBe(500);
  });
});

test('a policy that both versions read is no obstacle', async () => {
  await on('1.0.0-beta.7', store('kms:*'));
  await on('1.0.1', async (send, unreadable) => {
    expect(unreadable).toEqual([]);
    expect((await send('GET', '/')).status).toBe(200);
  });
});
