import { connect } from 'node:net';
import { ADMIN_TRICKS, LOGIN_PATHS, LOGIN_TRICKS } from './admin-tricks.js';

export interface FuzzOptions {
  readonly port: number;
  readonly requests: number;
  /** The same seed makes the same requests. */
  readonly seed: number;
  readonly hosts: readonly string[];
  /** A good bearer token, so that what comes behind authentication is reached as well. */
  readonly token: string;
}

/** Connections at a time. */
const LANES = 64;
/** A connection that neither answers nor closes is given up. */
const SILENT_MS = 3000;

/** Sends malformed requests over raw sockets. @returns how often each status came; 0 is a connection closed without one */
export async function fuzz(options: FuzzOptions): Promise<ReadonlyMap<number, number>> {
  const random = generator(options.seed);
  const statuses = new Map<number, number>();
  let left = options.requests;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      const status = await send(options.port, malformed(random, options), random);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return statuses;
}

type Random = (below: number) => number;

/** mulberry32: small, seedable, good enough to vary requests. */
function generator(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)] as T;

const METHODS = [
  'GET',
  'PUT',
  'POST',
  'HEAD',
  'DELETE',
  'OPTIONS',
  'get',
  'TRACE',
  'CONNECT',
  'PRI',
  'G\0T',
  '',
  'QUERY',
  '\xff',
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/0.9',
  'HTTP/1.10',
  'http/1.1',
  '',
  'HTTP/1.1 x',
];
const ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', ' \r\n', '\0\r\n'];
const LENGTHS = ['0', '5', '-1', '+5', '5, 5', '0x5', '5 ', '99999999999999999999', '', '5\t', '1e3', '05'];
const CODINGS = [
  'chunked',
  'Chunked',
  'xchunked',
  'chunked, chunked',
  'gzip, chunked',
  'identity',
  '',
  '\tchunked',
  'chunked;q=1',
  ',chunked',
];
const BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;x=y\r\nhello\r\n0\r\n\r\n',
  '5\nhello\n0\n\n',
  'g\r\n',
  'ffffffffffffffff1\r\n',
  '0\r\nX: 1\r\n\r\n',
  '-5\r\nhello\r\n',
];
const NAMES = [
  'X-A',
  'x_b',
  'X A',
  'X:A',
  '',
  '\xe9',
  'X-Forwarded-For',
  'Expect',
  'Upgrade',
  'Connection',
  'x-amz-date',
  'x-amz-meta-a',
  'Cookie',
  'Range',
  'X-Amz-Content-Sha256',
  'Content-Type',
  'X-Original-URL',
  'Transfer_Encoding',
];
const VALUES = [
  '1',
  '',
  ' ',
  'a\r\n b',
  'a\0',
  '\xff\xfe',
  '100-continue',
  'websocket',
  'close, host',
  'bytes=0-',
  'x'.repeat(9000),
  'UNSIGNED-PAYLOAD',
  '/rustfs/admin/v3/info',
  '"',
  '%00',
  ',,,,',
  'multipart/form-data; boundary=x',
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
];

const TRICKS = [...ADMIN_TRICKS, ...LOGIN_PATHS, ...LOGIN_TRICKS];

const PREFIXES = ['', '', '', '/s3', '/s3/admin', 'http://s3.test', '//', '/bucket/..', '*', '/s3/..'];

function target(random: Random, tame: boolean): string {
  const path = random(3) === 0 ? pick(random, TRICKS) : `/${text(random, 1 + random(30))}`;
  const prefix = pick(random, tame ? ['', '/bucket', '/s3', '/s3/bucket'] : PREFIXES);
  const query = pick(random, [
    '',
    '',
    '',
    '?',
    '?prefix=%',
    `?${text(random, 12)}`,
    '?X-Amz-Signature=x',
    '?a=1&a=2',
    '#f',
  ]);
  return `${prefix}${path}${query}`;
}

const ALPHABET = [
  '/',
  '/',
  '.',
  '..',
  '%',
  '%2f',
  '%2e',
  '%00',
  '%25',
  '%c0%af',
  '\\',
  ';',
  '?',
  '#',
  ' ',
  '\t',
  '\0',
  '\xe9',
  'a',
  'B',
  '0',
  '-',
  '_',
  '~',
  '+',
  '&',
  '=',
  ':',
  '@',
  'rustfs',
  'admin',
  'minio',
  'health',
];

function text(random: Random, length: number): string {
  return Array.from({ length }, () => pick(random, ALPHABET)).join('');
}

/** What passes the parser, so that everything behind it is reached. */
const TAME = {
  methods: METHODS.slice(0, 6),
  versions: ['HTTP/1.1'],
  names: [
    'X-A',
    'X-Forwarded-For',
    'Upgrade',
    'x-amz-date',
    'x-amz-meta-a',
    'Cookie',
    'Range',
    'X-Original-URL',
    'Expect',
  ],
  values: [
    '1',
    '',
    '100-continue',
    'websocket',
    'bytes=0-',
    'UNSIGNED-PAYLOAD',
    '/rustfs/admin/v3/info',
    '\xff\xfe',
    '"',
  ],
  lengths: ['0', '5', '1', '9'],
  codings: ['chunked', 'Chunked', 'gzip, chunked'],
};
const WILD: typeof TAME = {
  methods: METHODS,
  versions: VERSIONS,
  names: NAMES,
  values: VALUES,
  lengths: LENGTHS,
  codings: CODINGS,
};

/** Bodies for no framing, a length and chunks. */
const FITTING = ['', 'x'.repeat(9), '5\r\nhello\r\n0\r\n\r\n'];

function malformed(random: Random, { hosts, token }: FuzzOptions): Buffer {
  const tame = random(3) > 0;
  const from = tame ? TAME : WILD;
  const end = !tame && random(4) === 0 ? () => pick(random, ENDS) : () => '\r\n';
  const where = target(random, tame);
  const lines = [
    `${pick(random, from.methods)} ${tame ? where.replace(/[\s\0\xe9\\#]/g, '') : where} ${pick(random, from.versions)}`,
  ];
  if (tame || random(10) > 0) lines.push(`Host: ${!tame && random(8) === 0 ? text(random, 4) : pick(random, hosts)}`);
  if (random(20) === 0) lines.push(`Host: ${pick(random, hosts)}`);
  const framing = random(4);
  if (framing === 1 || !tame) lines.push(`Content-Length: ${pick(random, from.lengths)}`);
  if (framing === 2) lines.push(`Transfer-Encoding: ${pick(random, from.codings)}`);
  const authorizations = [`Bearer ${token}`, `Bearer ${token}`, 'Bearer alk_', 'AWS4-HMAC-SHA256 x', 'Basic Og==', ''];
  if (random(2) === 0) lines.push(`Authorization: ${pick(random, authorizations)}`);
  for (let n = random(4); n > 0; n--) {
    lines.push(
      `${pick(random, from.names)}${tame ? ': ' : pick(random, [': ', ':', ' : ', '\t:'])}${pick(random, from.values)}`,
    );
  }
  if (random(100) === 0) for (let n = 0; n < 300; n++) lines.push(`X-${n}: 1`);
  let bytes = Buffer.from(
    `${lines.map((line) => line + end()).join('')}${end()}${tame && random(4) > 0 ? (FITTING[framing] ?? '') : pick(random, BODIES)}`,
    'latin1',
  );
  for (let n = random(8) === 0 ? 1 + random(4) : 0; n > 0; n--) bytes[random(bytes.length)] = random(256);
  if (random(10) === 0) bytes = bytes.subarray(0, random(bytes.length));
  if (random(100) === 0) bytes = Buffer.from(Array.from({ length: random(400) }, () => random(256)));
  return bytes;
}

/** Sends it in one or two pieces, then closes the sending side: a server that waits for more is told that there is none. */
function send(port: number, bytes: Buffer, random: Random): Promise<number> {
  const cut = random(4) === 0 ? random(bytes.length + 1) : bytes.length;
  const reset = random(20) === 0;
  return new Promise((resolve) => {
    let head = '';
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }, () => {
      socket.write(bytes.subarray(0, cut));
      setImmediate(() => {
        if (reset) socket.resetAndDestroy();
        else socket.end(bytes.subarray(cut));
      });
    });
    socket.setTimeout(SILENT_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      if (head.length < 16) head += chunk.toString('latin1', 0, 16);
    });
    socket.on('error', () => {});
    socket.on('end', () => socket.destroy());
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0)));
  });
}
