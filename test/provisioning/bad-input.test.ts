import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { directorySecretStore, openSession } from '../../provisioning/index.js';
import { createWorld, manifestFor, ROOT, type World } from './fixture.js';

let world: World | undefined;
const servers: { close(): void }[] = [];
afterEach(async () => {
  await world?.close();
  world = undefined;
  for (const server of servers.splice(0)) server.close();
});

const open = (endpoint: string, root = ROOT) =>
  openSession({
    manifest: manifestFor(endpoint),
    root,
    store: directorySecretStore('unused'),
    ready: { timeoutMs: 300 },
    timeoutMs: 300,
  });

async function serve(status: number, body: string, delayMs = 0): Promise<string> {
  const server = createServer((_, response) => {
    setTimeout(() => response.writeHead(status).end(body), delayMs);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push({ close: () => server.closeAllConnections() });
  servers.push(server);
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('nothing listens', async () => {
  await expect(open('http://127.0.0.1:1')).rejects.toThrow(
    'GET /health/ready failed: nothing listens at http://127.0.0.1:1: start RustFS, or name the right address with --endpoint or RUSTFS_ENDPOINT',
  );
});

test('wrong root secret', async () => {
  world = await createWorld();
  await expect(open(world.endpoint, { ...ROOT, secretAccessKey: 'canary-secret' })).rejects.toThrow(
    /^GET \/ failed: HTTP 403 SignatureDoesNotMatch .*; the secret is wrong: check RUSTFS_SECRET_KEY \(or RUSTFS_SECRET_KEY_FILE\)$/,
  );
});

test('unknown root access key', async () => {
  world = await createWorld();
  await expect(open(world.endpoint, { ...ROOT, accessKeyId: 'nobody' })).rejects.toThrow(
    'GET / failed: HTTP 403 InvalidAccessKeyId The Access Key Id you provided does not exist in our records.; the server does not know this access key: check RUSTFS_ACCESS_KEY (or RUSTFS_ACCESS_KEY_FILE)',
  );
});

test('a server that is never ready', async () => {
  const endpoint = await serve(503, 'Service not ready');
  await expect(open(endpoint)).rejects.toThrow(
    `RustFS at ${endpoint} was not ready within 0.3 s: its health check says 503; look at its log`,
  );
});

test('a server that answers 500', async () => {
  await expect(open(await serve(500, 'oops'))).rejects.toThrow('GET /health/ready failed: HTTP 500 oops');
});

test('a server that is something else', async () => {
  const endpoint = await serve(200, '<html>hello</html>');
  await expect(open(endpoint)).rejects.toThrow(
    `GET /health/ready at ${endpoint} did not answer like RustFS: is this the S3 port of RustFS?`,
  );
});

test('a server that is too slow', async () => {
  const endpoint = await serve(200, '{}', 5_000);
  await expect(open(endpoint)).rejects.toThrow(
    `GET /health/ready failed: ${endpoint} did not answer within 300 ms: check the network and the server's load`,
  );
});

test('garbage in the middle of an apply changes nothing that a second run cannot finish', async () => {
  let garbage = true;
  world = await createWorld({
    onRequest: ({ path }) =>
      garbage && path.endsWith('/list-users') ? { action: 'respond', status: 200, body: 'garbage' } : undefined,
  });
  await expect(world.apply()).rejects.toThrow(
    'GET /rustfs/admin/v3/list-users answered "garbage" where JSON was expected: is this RustFS, or a proxy before it?',
  );
  garbage = false;
  await world.apply();
  expect(await world.differences()).toEqual([]);
});

test('a bucket that belongs to somebody else', async () => {
  world = await createWorld({
    onRequest: ({ method, path }) =>
      method === 'PUT' && path === '/web-assets'
        ? {
            action: 'respond',
            status: 409,
            body: '<Error><Code>BucketAlreadyExists</Code><Message>taken</Message></Error>',
          }
        : undefined,
  });
  await expect(world.apply()).rejects.toThrow(
    'PUT /web-assets failed: HTTP 409 BucketAlreadyExists taken; somebody else owns the bucket: choose another name, or provision with the credentials of its owner',
  );
});

test('a no-op plan stays within its request budget', async () => {
  world = await createWorld();
  await world.apply();
  const session = await world.open();
  await session.plan();
  // Two of the gate, four bulk calls.
  expect(session.wire.requests()).toBe(6);
  session.close();
});
