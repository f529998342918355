import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { gateway, OWN_HOST, raw, request, S3_HOST, until } from './fixture.js';
import { answering, OK, rawUpstream } from './raw-upstream.js';

describe('what reaches the upstream', () => {
  test('path, query, Host and headers byte for byte, in their order', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    const target = "/b//a/../%2F%2f+%20~!*'()/%C3%A9;x=1?uploads&prefix=a%2Fb+c&X-Amz-Signature=AbC&&=";
    const { status } = await raw(
      port,
      [
        `GET ${target} HTTP/1.1`,
        'x-AMZ-meta-Mixed-Case: a  b',
        'HOST: S3.test:8443',
        'Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y',
        'X-Amz-Meta-Twice: 1',
        'X-Amz-Meta-Twice: 2',
        'x-amz-meta-bytes: \xe9\xff',
        'Accept-Encoding: identity',
        '',
        '',
      ].join('\r\n'),
    );
    expect(status).toBe(200);
    expect(upstream.received[0]?.replace(/[0-9a-f-]{36}/, '<id>')).toBe(
      [
        `GET ${target} HTTP/1.1`,
        'x-AMZ-meta-Mixed-Case: a  b',
        'HOST: S3.test:8443',
        'Authorization: AWS4-HMAC-SHA256 Credential=x, SignedHeaders=host, Signature=y',
        'X-Amz-Meta-Twice: 1',
        'X-Amz-Meta-Twice: 2',
        'x-amz-meta-bytes: \xe9\xff',
        'Accept-Encoding: identity',
        'X-Forwarded-For: 127.0.0.1',
        'X-Forwarded-Proto: http',
        'X-Request-Id: <id>',
        'Via: 1.1 cdktf-rustfs-reference-gateway',
        'Connection: keep-alive',
        '',
        '',
      ].join('\r\n'),
    );
  });

  test('nothing that concerns the connection, and no lies about the client', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    await raw(
      port,
      request('/b', S3_HOST, 'GET', [
        'X-Forwarded-For: 203.0.113.9',
        'X-Forwarded-Proto: https',
        'X-Forwarded-Host: evil',
        'Forwarded: for=203.0.113.9',
        'X-Real-IP: 203.0.113.9',
        'Keep-Alive: timeout=1',
        'Proxy-Connection: x',
        'TE: trailers',
        'Upgrade: websocket',
      ]),
    );
    const head = upstream.received[0] ?? '';
    expect(head).toContain('X-Forwarded-For: 127.0.0.1\r\n');
    expect(head).toContain('X-Forwarded-Proto: http\r\n');
    expect(head).not.toMatch(/203\.0\.113\.9|evil|Keep-Alive: |Proxy-Connection|TE:|Upgrade/i);
  });

  test('behind a trusted proxy, the address that the proxy saw', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url, { trusted_proxies: ['127.0.0.0/8', '10.0.0.0/8'] });
    await raw(
      port,
      request('/b', S3_HOST, 'GET', ['X-Forwarded-For: 6.6.6.6, 203.0.113.9, 10.1.1.1', 'X-Forwarded-Proto: https']),
    );
    expect(upstream.received[0]).toContain('X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\n');
  });

  test('PUT and POST without a body say so', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    await raw(port, request('/b?uploads', S3_HOST, 'POST'));
    expect(upstream.received[0]).toContain('\r\nContent-Length: 0\r\n');
    expect(upstream.received[0]).not.toMatch(/transfer-encoding/i);
  });

  test('an upgrade is not made', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    const headers = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'];
    const { text } = await raw(port, ['GET /b HTTP/1.1', 'Host: s3.test', ...headers, '', ''].join('\r\n'));
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(upstream.received[0]).not.toMatch(/h2c|http2-settings/i);
  });
});

describe('Expect: 100-continue', () => {
  const head = 'PUT /b/k HTTP/1.1\r\nHost: s3.test\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n';

  test('is answered by the upstream, and the body follows', async () => {
    const upstream = await rawUpstream((socket, received) => {
      if (received.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 100 Continue\r\n\r\n');
      if (received.endsWith('body')) socket.write(OK);
    });
    const { port } = await gateway(upstream.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const client = httpRequest({
        ...{ port, host: '127.0.0.1', method: 'PUT', path: '/b/k' },
        headers: { host: S3_HOST, expect: '100-continue', 'content-length': 4 },
      });
      client.on('continue', () => client.end('body'));
      client.on('response', (response) => resolve(`${response.statusCode}`));
      client.on('error', reject);
      client.flushHeaders();
    });
    expect(answer).toBe('200');
    expect(upstream.received[0]).toMatch(/\r\nExpect: 100-continue\r\n|\r\nexpect: 100-continue\r\n/);
    expect(upstream.received[0]).toMatch(/\r\n\r\nbody$/);
  });

  test('a refusal comes before the body is sent', async () => {
    const upstream = await rawUpstream(answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'));
    const { port } = await gateway(upstream.url);
    const { text } = await raw(port, head);
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
    expect(text).not.toContain('100 Continue');
    expect(text).toMatch(/\r\nConnection: close\r\n/);
    expect(upstream.received[0]).toMatch(/\r\n\r\n$/);
  });

  test('another expectation is refused', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    const { status } = await raw(port, request('/b', S3_HOST, 'PUT', ['Expect: the-unexpected']));
    expect(status).toBe(417);
    expect(upstream.received).toEqual([]);
  });
});

describe('streaming', () => {
  test('an upload arrives while it is still being sent', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url);
    const client = httpRequest({ port, host: '127.0.0.1', method: 'PUT', path: '/b/k', headers: { host: S3_HOST } });
    client.on('error', () => {});
    client.write('first');
    await until(() => upstream.received[0]?.includes('5\r\nfirst\r\n') ?? false, 'the first chunk at the upstream');
    client.destroy();
  });

  test('a download arrives while it is still being made', async () => {
    const upstream = await rawUpstream((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nfirst'));
    const { port } = await gateway(upstream.url);
    const { text } = await raw(port, request('/b/k', S3_HOST));
    expect(text).toMatch(/\r\n\r\nfirst$/);
  });

  test('a client that does not read holds the upstream back', async () => {
    const size = 256 * 1024 * 1024;
    let sent = 0;
    const upstream = await rawUpstream((socket) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      const chunk = Buffer.alloc(64 * 1024);
      const pump = () => {
        while (sent < size && !socket.destroyed) {
          sent += chunk.length;
          if (!socket.write(chunk)) break;
        }
      };
      socket.on('drain', pump);
      pump();
    });
    const { port } = await gateway(upstream.url);
    const client = httpRequest({ port, host: '127.0.0.1', path: '/b/k', headers: { host: S3_HOST } }).end();
    client.on('error', () => {});
    await new Promise<void>((resolve) => client.on('response', (response) => resolve(void response.pause())));
    let before = -1;
    await until(async () => {
      const still = sent === before;
      before = sent;
      await sleep(100);
      return still;
    }, 'the upstream at rest');
    expect(sent).toBeLessThan(size / 4);
    client.destroy();
  });

  test('half an upload never looks whole', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url);
    const body = 'PUT /b/k HTTP/1.1\r\nHost: s3.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
    await raw(port, body, 100);
    await until(
      () => upstream.sockets[0]?.destroyed === true || upstream.sockets[0]?.readableEnded === true,
      'the end',
    );
    expect(upstream.received[0]).toContain('5\r\nhello\r\n');
    expect(upstream.received[0]).not.toContain('0\r\n\r\n');
  });

  test('half a download never looks whole', async () => {
    const upstream = await rawUpstream((socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'));
    const { port, lines } = await gateway(upstream.url);
    const { text } = await raw(port, request('/b/k', S3_HOST));
    expect(text).toMatch(/\r\nContent-Length: 9\r\n[\s\S]*\r\n\r\nhalf$/);
    await until(() => lines.some(({ type }) => type === 'access'), 'the access log');
    expect(lines.find(({ type }) => type === 'access')?.error).toBe('the upstream broke off: aborted');
  });

  test('what is chunked without an end is cut, not closed with a last chunk', async () => {
    const upstream = await rawUpstream((socket) =>
      socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n'),
    );
    const { port } = await gateway(upstream.url);
    const { text } = await raw(port, request('/b/k', S3_HOST));
    expect(text).toContain('half');
    expect(text).not.toMatch(/0\r\n\r\n$/);
  });
});

describe('an upstream in trouble', () => {
  test('down: 502 at once', async () => {
    const { port } = await gateway('http://127.0.0.1:1');
    const { status, text } = await raw(port, request('/b', S3_HOST));
    expect(status).toBe(502);
    expect(text).toContain(
      '<Error><Code>BadGateway</Code><Message>the storage server cannot be reached</Message><RequestId>',
    );
  });

  test('silent: 504', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url, { s3: { response_timeout_secs: 0.2 } });
    const { status, text } = await raw(port, request('/b', S3_HOST), 2000);
    expect(status).toBe(504);
    expect(text).toContain('<Message>the storage server did not answer in time</Message>');
  });

  test.each([
    ['another protocol', 'SSH-2.0-x\r\n'],
    ['nothing', ''],
    ['half a head', 'HTTP/1.1 200 OK\r\nContent-'],
    ['a control character in a header', 'HTTP/1.1 200 OK\r\nX: \x01\r\nContent-Length: 0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'],
    ['a status that is none', 'HTTP/1.1 42 What\r\n\r\n'],
  ])('%s instead of an answer: 502', async (_, bytes) => {
    const upstream = await rawUpstream((socket) => socket.end(bytes, 'latin1'));
    const { port } = await gateway(upstream.url);
    expect((await raw(port, request('/b', S3_HOST))).status).toBe(502);
    expect((await raw(port, request('/healthz', OWN_HOST))).status).toBe(200);
  });

  test('a reason that cannot be passed on is replaced', async () => {
    const upstream = await rawUpstream((socket) => socket.end('HTTP/1.1 200 O\x01K\r\nContent-Length: 0\r\n\r\n'));
    const { port } = await gateway(upstream.url);
    expect((await raw(port, request('/b', S3_HOST))).text).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });

  test('an answer early in an upload reaches a client that goes on sending', async () => {
    let answered = false;
    const upstream = await rawUpstream((socket) => {
      if (!answered) socket.write('HTTP/1.1 507 Full\r\nContent-Length: 4\r\n\r\nfull');
      answered = true;
    });
    const { port } = await gateway(upstream.url);
    const head = 'PUT /b/k HTTP/1.1\r\nHost: s3.test\r\nContent-Length: 99999999\r\n\r\n';
    const { text } = await raw(port, Buffer.concat([Buffer.from(head), Buffer.alloc(100_000)]));
    expect(text).toMatch(/^HTTP\/1\.1 507 Full\r\n[\s\S]*\r\nConnection: close\r\n\r\nfull$/);
  });
});

describe('connections to the upstream', () => {
  test('are used again', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    for (let n = 0; n < 3; n++) await raw(port, request('/b', S3_HOST));
    expect(upstream.received).toHaveLength(1);
  });

  test('are closed by the gateway first when idle', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url, { s3: { pool_idle_secs: 0.05 } });
    await raw(port, request('/b', S3_HOST));
    await until(() => upstream.sockets[0]?.readableEnded === true, 'the end of the idle connection');
    await raw(port, request('/b', S3_HOST));
    expect(upstream.received).toHaveLength(2);
  });

  /** Answers the first request of a connection and drops the connection when a second one comes. */
  const dropsSecond = () =>
    rawUpstream((socket, received) => {
      const requests = received.split('HTTP/1.1\r\n').length - 1;
      if (requests > 1) socket.resetAndDestroy();
      else socket.write(OK);
    });

  test.each(['GET', 'HEAD'])('a %s that met a closed connection is sent again', async (method) => {
    const upstream = await dropsSecond();
    const { port } = await gateway(upstream.url);
    await raw(port, request('/b', S3_HOST));
    expect((await raw(port, request('/b', S3_HOST, method))).status).toBe(200);
    expect(upstream.received).toHaveLength(2);
  });

  test.each(['PUT', 'POST', 'DELETE'])('a %s is not: it may have been done', async (method) => {
    const upstream = await dropsSecond();
    const { port } = await gateway(upstream.url);
    await raw(port, request('/b', S3_HOST));
    expect((await raw(port, request('/b', S3_HOST, method))).status).toBe(502);
    expect(upstream.received).toHaveLength(1);
  });

  test('a new connection that breaks is no reason to try again', async () => {
    const upstream = await rawUpstream((socket) => socket.resetAndDestroy());
    const { port } = await gateway(upstream.url);
    expect((await raw(port, request('/b', S3_HOST))).status).toBe(502);
    expect(upstream.received).toHaveLength(1);
  });
});
