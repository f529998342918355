import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { gateway, S3_HOST } from './fixture.js';
import { rawUpstream } from './raw-upstream.js';

/** Sends `first`, then one byte of `drip` after the other. @returns what came back until the connection ended */
function trickle(port: number, first: string, drip: string, everyMs: number): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    let sent = 0;
    const socket = connect(port, '127.0.0.1', () => socket.write(first));
    const timer = setInterval(() => {
      if (socket.writable) socket.write(drip[sent++ % drip.length] ?? '');
    }, everyMs);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearInterval(timer);
      resolve(text);
    });
  });
}

test('a head that comes byte by byte: 408', async () => {
  const upstream = await rawUpstream(() => {});
  const { port } = await gateway(upstream.url, { limits: { header_timeout_secs: 0.3 } });
  expect(await trickle(port, 'GET / HTTP/1.1\r\n', 'X', 50)).toMatch(/^HTTP\/1\.1 408 /);
  expect(upstream.received).toEqual([]);
});

test('a body that comes byte by byte: 408, and the upstream is let go', async () => {
  const upstream = await rawUpstream(() => {});
  const { port } = await gateway(upstream.url, { limits: { idle_timeout_secs: 0.3, min_bytes_per_sec: 1000 } });
  const head = `PUT /b/k HTTP/1.1\r\nHost: ${S3_HOST}\r\nContent-Length: 100000\r\n\r\n`;
  expect(await trickle(port, head, 'x', 50)).toMatch(/^HTTP\/1\.1 408 [\s\S]*the body of the request came too slowly/);
  expect(upstream.sockets[0]?.destroyed || upstream.sockets[0]?.readableEnded).toBe(true);
});

test('a body that stops altogether: 408 without a least rate', async () => {
  const upstream = await rawUpstream(() => {});
  const { port } = await gateway(upstream.url, { limits: { idle_timeout_secs: 0.2, min_bytes_per_sec: 0 } });
  const head = `PUT /b/k HTTP/1.1\r\nHost: ${S3_HOST}\r\nContent-Length: 100\r\n\r\n`;
  expect(await trickle(port, head, '', 10_000)).toMatch(/^HTTP\/1\.1 408 /);
});

test('a client that does not read its answer is let go', async () => {
  let closed = false;
  const upstream = await rawUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n');
    const pump = () => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) {}
    };
    socket.on('drain', pump).on('close', () => {
      closed = true;
    });
    pump();
  });
  const { port } = await gateway(upstream.url, {
    limits: { idle_timeout_secs: 0.3, min_bytes_per_sec: 1_000_000_000 },
  });
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET /b/k HTTP/1.1\r\nHost: ${S3_HOST}\r\n\r\n`));
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('readable', resolve));
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (!closed) return;
      clearInterval(timer);
      resolve();
    }, 20);
  });
  socket.destroy();
  expect(closed).toBe(true);
});

test('an upload that moves may take longer than every timeout', async () => {
  const upstream = await rawUpstream((socket, received) => {
    if (received.endsWith('xxxxxxxxxx'))
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  const { port } = await gateway(upstream.url, {
    limits: { idle_timeout_secs: 0.2, header_timeout_secs: 0.2, min_bytes_per_sec: 1 },
    s3: { response_timeout_secs: 0.2 },
  });
  const head = `PUT /b/k HTTP/1.1\r\nHost: ${S3_HOST}\r\nConnection: close\r\nContent-Length: 10\r\n\r\n`;
  expect(await trickle(port, head, 'x', 80)).toMatch(/^HTTP\/1\.1 200 /);
});
