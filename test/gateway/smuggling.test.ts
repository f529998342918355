import { describe, expect, test } from 'vitest';
import { gateway, raw, S3_HOST } from './fixture.js';
import { answering, rawUpstream } from './raw-upstream.js';

const H = `Host: ${S3_HOST}`;
/** What an attacker wants the upstream to take for a request of its own. */
const SECOND = `GET /rustfs/admin/v3/info HTTP/1.1\r\n${H}\r\n\r\n`;

/** One message as an attacker would send it, and the status that ends it. */
const REFUSED: readonly (readonly [string, string, number])[] = [
  [
    'Content-Length beside Transfer-Encoding',
    `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${SECOND}`,
    400,
  ],
  [
    'Transfer-Encoding beside Content-Length',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${SECOND}`,
    400,
  ],
  ['two equal Content-Length', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx`, 400],
  [
    'two different Content-Length',
    `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n${SECOND}`,
    400,
  ],
  ['a list of lengths', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 1, 1\r\n\r\nx`, 400],
  ['a signed length', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: +1\r\n\r\nx`, 400],
  ['a hexadecimal length', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 0x1\r\n\r\nx`, 400],
  ['an empty length', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: \r\n\r\n`, 400],
  ['an enormous length', `POST / HTTP/1.1\r\n${H}\r\nContent-Length: 99999999999999999999\r\n\r\n`, 400],
  [
    'a coding that only looks like chunked',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  [
    'chunked followed by identity',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    400,
  ],
  [
    'another coding before chunked',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
    501,
  ],
  [
    'chunked twice',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['chunked in HTTP/1.0', `POST / HTTP/1.0\r\n${H}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`, 501],
  ['a vertical tab before chunked', `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`, 400],
  ['a blank before the colon', `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n`, 400],
  ['a folded header', `GET / HTTP/1.1\r\n${H}\r\nX: 1\r\n 2\r\n\r\n`, 400],
  ['a folded Transfer-Encoding', `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n`, 400],
  ['two Hosts', `GET / HTTP/1.1\r\n${H}\r\nHost: gw.test\r\n\r\n`, 400],
  ['no Host', 'GET / HTTP/1.1\r\n\r\n', 400],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: s3.test/rustfs\r\n\r\n', 400],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@s3.test\r\n\r\n', 400],
  ['two Authorizations', `GET / HTTP/1.1\r\n${H}\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n`, 400],
  ['bare line feeds', `GET / HTTP/1.1\n${H}\n\n`, 400],
  ['a bare line feed after a header', `GET / HTTP/1.1\r\n${H}\nX: 1\r\n\r\n`, 400],
  ['a bare carriage return', `GET / HTTP/1.1\r\n${H}\r\nX: 1\rContent-Length: 5\r\n\r\n`, 400],
  ['a null byte in a header', `GET / HTTP/1.1\r\n${H}\r\nX: a\0b\r\n\r\n`, 400],
  ['a null byte in the target', `GET /a\0b HTTP/1.1\r\n${H}\r\n\r\n`, 400],
  [
    'a chunk size in C notation',
    `POST / HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\na\r\n0\r\n\r\n`,
    400,
  ],
  ['Connection naming Host', `GET / HTTP/1.1\r\n${H}\r\nConnection: host\r\n\r\n`, 400],
  [
    'Connection naming Content-Length',
    `POST / HTTP/1.1\r\n${H}\r\nConnection: close, content-length\r\nContent-Length: 1\r\n\r\nx`,
    400,
  ],
  ['Connection naming X-Forwarded-For', `GET / HTTP/1.1\r\n${H}\r\nConnection: x-forwarded-for\r\n\r\n`, 400],
  ['HTTP/2 on the request line', `GET / HTTP/2.0\r\n${H}\r\n\r\n`, 505],
  ['a version that is none', `GET / HTTP/1.2\r\n${H}\r\n\r\n`, 400],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
  ['a method that S3 has not', `PATCH / HTTP/1.1\r\n${H}\r\n\r\n`, 405],
  ['TRACE', `TRACE / HTTP/1.1\r\n${H}\r\n\r\n`, 405],
];

test.each(REFUSED)('%s never reaches the upstream', async (_, bytes, status) => {
  const upstream = await rawUpstream(answering());
  const { port } = await gateway(upstream.url);
  expect((await raw(port, bytes)).status).toBe(status);
  // A body whose framing breaks off late may have been begun; of the second request there must be no trace.
  expect(upstream.received.join('')).not.toContain('rustfs');
  if (!bytes.includes('0x1\r\na')) expect(upstream.received).toEqual([]);
});

describe('what is allowed is framed anew', () => {
  test('chunk extensions and trailers end at the gateway', async () => {
    const upstream = await rawUpstream((socket, received) => {
      if (received.includes('0\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    });
    const { port } = await gateway(upstream.url);
    const body = '3;x=y\r\nabc\r\n0\r\nX-Evil: 1\r\nHost: evil\r\n\r\n';
    const { status } = await raw(
      port,
      `POST /b/k HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\nTrailer: x\r\n\r\n${body}`,
    );
    expect(status).toBe(200);
    expect(upstream.received[0]).toMatch(/\r\n\r\n3\r\nabc\r\n0\r\n\r\n$/);
    expect(upstream.received[0]).not.toMatch(/evil|x=|Trailer/);
  });

  test('a request in the body of another one stays a body', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url);
    await raw(port, `POST /b/k HTTP/1.1\r\n${H}\r\nContent-Length: ${SECOND.length}\r\n\r\n${SECOND}`);
    expect(upstream.received).toHaveLength(1);
    expect(upstream.received[0]).toMatch(new RegExp(`\\r\\nContent-Length: ${SECOND.length}\\r\\n`));
  });

  test('what follows a request is judged as a request', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url);
    const { text } = await raw(port, `GET /b HTTP/1.1\r\n${H}\r\n\r\n${SECOND}`);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 403']);
    expect(upstream.received.join('')).not.toContain('rustfs/admin');
  });
});

describe('sizes', () => {
  const cases = [
    ['a header block', (n: number) => `GET /b HTTP/1.1\r\n${H}\r\nX: ${'x'.repeat(n)}\r\n\r\n`, 40_000, 431],
    ['a target', (n: number) => `GET /${'x'.repeat(n)} HTTP/1.1\r\n${H}\r\n\r\n`, 20_000, 414],
    ['many headers', (n: number) => `GET /b HTTP/1.1\r\n${H}\r\n${'X: 1\r\n'.repeat(n)}\r\n`, 200, 431],
    [
      'chunk extensions',
      (n: number) => `POST /b HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(n)}\r\n`,
      20_000,
      413,
    ],
  ] as const;
  test.each(cases)('%s beyond the limit', async (_, bytes, size, status) => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url);
    expect((await raw(port, bytes(size))).status).toBe(status);
  });

  test('a body that says its length', async () => {
    const upstream = await rawUpstream(answering());
    const { port } = await gateway(upstream.url, { s3: { max_body_bytes: 10 } });
    expect((await raw(port, `PUT /b/k HTTP/1.1\r\n${H}\r\nContent-Length: 11\r\n\r\n`, 2000)).status).toBe(413);
    expect(upstream.received).toEqual([]);
  });

  test('a body that does not', async () => {
    const upstream = await rawUpstream(() => {});
    const { port } = await gateway(upstream.url, { s3: { max_body_bytes: 10 } });
    const chunks = '6\r\n123456\r\n6\r\n123456\r\n';
    const { status } = await raw(
      port,
      `PUT /b/k HTTP/1.1\r\n${H}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}`,
      2000,
    );
    expect(status).toBe(413);
    expect(upstream.received[0]).not.toContain('0\r\n\r\n');
  });
});
