import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startEmulator } from '../../emulator/index.js';
import { send, type WireRequest } from '../contract/client.js';

const ROOT = { accessKey: 'durable', secretKey: 'durable-secret' };
const PROGRAM = fileURLToPath(new URL('./emulator-process.ts', import.meta.url));

let directory: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'emulator-'));
});
afterEach(async () => {
  await kill();
  await rm(directory, { recursive: true });
});

/** Starts an emulator in a process of its own. */
async function start(): Promise<string> {
  const started = spawn(process.execPath, ['--import', 'tsx', PROGRAM, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  for await (const line of createInterface({ input: started.stdout })) return line;
  throw new Error(`the emulator's process ended with ${started.exitCode} before it listened`);
}

async function kill(): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function ask(endpoint: string, request: WireRequest): Promise<{ status: number; body: string; etag?: unknown }> {
  const { status, body, headers } = await send(endpoint, { credentials: ROOT, ...request });
  return { status, body, ...(headers.etag !== undefined && { etag: headers.etag }) };
}

const textOf = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)`).exec(xml)?.[1] ?? '';

test('everything that was answered survives SIGKILL', async () => {
  const before = await start();
  const big = 'x'.repeat(1_000_000);
  expect((await ask(before, { method: 'PUT', path: '/bucket' })).status).toBe(200);
  const versioning = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>';
  await ask(before, { method: 'PUT', path: '/bucket', query: [['versioning', '']], body: versioning });
  await ask(before, { method: 'PUT', path: '/bucket/key', body: 'first' });
  const put = { headers: { 'x-amz-meta-a': 'é', 'x-amz-tagging': 'team=obs' } };
  expect((await ask(before, { method: 'PUT', path: '/bucket/key', body: big, ...put })).status).toBe(200);
  await ask(before, { method: 'DELETE', path: '/bucket/gone' });
  const created = await ask(before, { method: 'POST', path: '/bucket/parts', query: [['uploads', '']] });
  const uploadId = textOf(created.body, 'UploadId');
  const part = {
    method: 'PUT',
    path: '/bucket/parts',
    query: [
      ['partNumber', '1'],
      ['uploadId', uploadId],
    ],
  } as const;
  const { etag } = await ask(before, { ...part, body: 'part' });
  const user = { method: 'PUT', path: '/rustfs/admin/v3/add-user', query: [['accessKey', 'alice']] } as const;
  expect((await ask(before, { ...user, body: '{"secretKey":"alice-secret","status":"enabled"}' })).status).toBe(200);
  const versions = await ask(before, { path: '/bucket', query: [['versions', '']] });
  const info = await ask(before, { path: '/rustfs/admin/v3/info' });
  await kill();

  const after = await start();
  expect(await ask(after, { path: '/bucket/key' })).toMatchObject({ status: 200, body: big });
  const head = await send(after, { method: 'HEAD', path: '/bucket/key', credentials: ROOT });
  expect(head.headers['x-amz-meta-a']).toBe('=?UTF-8?B?w6k=?=');
  expect(head.headers['x-amz-tagging-count']).toBe('1');
  expect((await ask(after, { path: '/bucket', query: [['versions', '']] })).body).toBe(versions.body);
  const complete = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${etag}</ETag></Part></CompleteMultipartUpload>`;
  const completed = { method: 'POST', path: '/bucket/parts', query: [['uploadId', uploadId]], body: complete } as const;
  expect((await ask(after, completed)).status).toBe(200);
  expect((await ask(after, { path: '/bucket/parts' })).body).toBe('part');
  const users = await ask(after, { path: '/rustfs/admin/v3/list-users' });
  expect(Object.keys(JSON.parse(users.body))).toEqual(['alice']);
  const again = await ask(after, { path: '/rustfs/admin/v3/info' });
  expect(deploymentOf(again.body)).toBe(deploymentOf(info.body));
});

const deploymentOf = (json: string) => /"deploymentID":"([0-9a-f-]{36})"/.exec(json)?.[1];

test('an upload that was cut off by SIGKILL leaves nothing behind', async () => {
  const before = await start();
  await ask(before, { method: 'PUT', path: '/bucket' });
  const half = { method: 'PUT', path: '/bucket/key', headers: { 'content-length': '2000' }, body: 'x'.repeat(1000) };
  const answer = expect(ask(before, half)).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect.poll(() => filesBelow('tmp')).toBe(1);
  await kill();
  await answer;
  const after = await start();
  expect((await ask(after, { path: '/bucket/key' })).status).toBe(404);
  expect([await filesBelow('tmp'), await filesBelow('blobs')]).toEqual([0, 0]);
});

async function filesBelow(name: string): Promise<number> {
  const entries = await readdir(join(directory, name), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).length;
}

test('deleted objects free their space, and a directory serves one emulator', async () => {
  const emulator = await startEmulator({ ...ROOT, dataDir: directory });
  const { endpoint } = emulator;
  await ask(endpoint, { method: 'PUT', path: '/bucket' });
  for (const content of ['one', 'two']) await ask(endpoint, { method: 'PUT', path: '/bucket/key', body: content });
  await ask(endpoint, { method: 'PUT', path: '/bucket/other', body: 'three' });
  expect(await filesBelow('blobs')).toBe(2);
  await ask(endpoint, { method: 'DELETE', path: '/bucket/other' });
  expect(await filesBelow('blobs')).toBe(1);
  await expect(startEmulator({ ...ROOT, dataDir: directory })).rejects.toThrow(
    `data directory ${directory} is in use by process ${process.pid}: stop that emulator or choose another directory`,
  );
  await ask(endpoint, { method: 'DELETE', path: '/bucket', headers: { 'x-rustfs-force-delete': 'true' } });
  expect(await filesBelow('blobs')).toBe(0);
  await emulator.close();
  await (await startEmulator({ ...ROOT, dataDir: directory })).close();
});
