import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { type Emulator, type EmulatorOptions, type SeenRequest, startEmulator } from '../../emulator/index.js';
import { send } from '../contract/client.js';

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };
const emulators: Emulator[] = [];
afterEach(async () => {
  for (const emulator of emulators.splice(0)) await emulator.close();
});

async function start(options: Partial<EmulatorOptions> = {}): Promise<Emulator> {
  const emulator = await startEmulator({ ...ROOT, ...options });
  emulators.push(emulator);
  return emulator;
}

describe('startEmulator', () => {
  test('listens on a free port of this machine', async () => {
    const { endpoint, version } = await start();
    expect(endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(version).toBe('1.0.1');
    expect((await fetch(`${endpoint}/health/ready`)).status).toBe(200);
  });

  test('says so if the port is taken', async () => {
    const { endpoint } = await start();
    await expect(start({ port: Number(new URL(endpoint).port) })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('stands in for another version', async () => {
    const { endpoint, version } = await start({ version: '1.0.0-beta.7' });
    expect(version).toBe('1.0.0-beta.7');
    const health = (await (await fetch(`${endpoint}/health`)).json()) as { version: string };
    expect(health.version).toBe('1.0.0-beta.7');
  });

  test('closes with connections that are kept alive', async () => {
    const { endpoint } = await start();
    await send(endpoint, { credentials: ROOT });
    await emulators.splice(0)[0]?.close();
    await expect(fetch(endpoint)).rejects.toThrow();
  });
});

test('every answer is labelled', async () => {
  const { endpoint } = await start();
  for (const path of ['/health', '/', '/rustfs/admin/v3/list-users', '/bucket/key', '/<']) {
    const { headers } = await send(endpoint, { path });
    expect([path, headers.server, headers['x-emulated-by']]).toEqual([path, 'cdktf-rustfs-emulator', 'cdktf-rustfs']);
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(headers['x-amz-request-id']).toBe(headers['x-request-id']);
  }
});

describe('onRequest', () => {
  test('sees every request', async () => {
    const seen: SeenRequest[] = [];
    const { endpoint } = await start({
      onRequest: (request) => {
        seen.push(request);
        return undefined;
      },
    });
    await send(endpoint, {
      path: '/bucket/a%20b',
      query: [
        ['x', '1?'],
        ['y', ''],
      ],
      credentials: ROOT,
    });
    await fetch(`${endpoint}/health`, { method: 'HEAD' });
    expect(seen).toEqual([
      { method: 'GET', path: '/bucket/a%20b', query: 'x=1%3F&y=', n: 1 },
      { method: 'HEAD', path: '/health', query: '', n: 2 },
    ]);
  });

  test('answers instead', async () => {
    const { endpoint } = await start({
      onRequest: ({ n }) =>
        n === 1 ? { action: 'respond', status: 503, body: 'busy', headers: { a: 'b' } } : undefined,
    });
    const first = await send(endpoint, { credentials: ROOT });
    expect([first.status, first.body, first.headers.a]).toEqual([503, 'busy', 'b']);
    expect((await send(endpoint, { credentials: ROOT })).status).toBe(200);
  });

  test('cuts the connection', async () => {
    const { endpoint } = await start({ onRequest: ({ n }) => (n === 1 ? { action: 'destroy' } : undefined) });
    await expect(send(endpoint, { credentials: ROOT })).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await send(endpoint, { credentials: ROOT })).status).toBe(200);
  });

  test('delays, and a delayed request does not hold up others', async () => {
    const { endpoint } = await start({ onRequest: ({ n }) => (n === 1 ? { action: 'delay', ms: 200 } : undefined) });
    const finished: string[] = [];
    const slow = send(endpoint, { credentials: ROOT }).then(() => finished.push('slow'));
    const fast = send(endpoint, { credentials: ROOT }).then(() => finished.push('fast'));
    await Promise.all([slow, fast]);
    expect(finished).toEqual(['fast', 'slow']);
  });
});

test('latency holds up every answer, and none of another', async () => {
  const slow = await start({ latencyMs: 300 });
  const quick = await start();
  const finished: string[] = [];
  await Promise.all([
    ...[1, 2].map(() => send(slow.endpoint, { credentials: ROOT }).then(() => finished.push('slow'))),
    send(quick.endpoint, { credentials: ROOT }).then(() => finished.push('quick')),
  ]);
  expect(finished).toEqual(['quick', 'slow', 'slow']);
});

test('a body that nobody reads does not spoil the connection', async () => {
  const { endpoint } = await start();
  const body = 'x'.repeat(3_000_000);
  for (let n = 0; n < 3; n += 1) {
    const refused = await send(endpoint, { method: 'PUT', path: '/bucket/key', body });
    expect(refused.status).toBe(403);
  }
  expect((await send(endpoint, { credentials: ROOT })).status).toBe(200);
});

test('a client that goes away in the middle of an upload leaves nothing', async () => {
  const { endpoint } = await start();
  await send(endpoint, { method: 'PUT', path: '/bucket', credentials: ROOT });
  const { hostname, port } = new URL(endpoint);
  const upload = httpRequest({
    hostname,
    port,
    method: 'PUT',
    path: '/bucket/key',
    headers: { 'content-length': '1000' },
  });
  upload.on('error', () => undefined);
  upload.write('half');
  upload.destroy();
  expect((await send(endpoint, { path: '/bucket/key', credentials: ROOT })).status).toBe(404);
});

test('what is no HTTP is refused by the connection', async () => {
  const { endpoint } = await start();
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(new URL(endpoint).port), '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('close', () => resolve(text));
    socket.on('error', reject);
    socket.end('garbage\r\n\r\n');
  });
  expect(answer.split('\r\n')[0]).toBe('HTTP/1.1 400 Bad Request');
});

test('a path of characters that are none is refused without words', async () => {
  const { endpoint } = await start();
  const { status, body } = await send(endpoint, { path: '/bucket/<key>', credentials: ROOT });
  expect([status, body]).toEqual([400, '']);
});
