import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.js';
import { hmac, send, sha256, signingKey, signingScope, type WireRequest } from '../../contract/client.js';

const ROOT = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };
const EMPTY = sha256('');

let emulator: Emulator;
let beta: Emulator;
beforeAll(async () => {
  emulator = await startEmulator(ROOT);
  beta = await startEmulator({ ...ROOT, version: '1.0.0-beta.7' });
  for (const { endpoint } of [emulator, beta]) {
    await send(endpoint, { method: 'PUT', path: '/bucket', credentials: ROOT });
    await send(endpoint, { method: 'PUT', path: '/bucket/key', body: 'hello world', credentials: ROOT });
  }
});
afterAll(() => Promise.all([emulator.close(), beta.close()]));

const replace = (pattern: string | RegExp, by: string) => (header: string) => header.replace(pattern, by);
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const element = (xml: string, name: string) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];

async function outcome(endpoint: string, request: WireRequest): Promise<string> {
  const { status, body } = await send(endpoint, request);
  const [code, message] = [element(body, 'Code'), element(body, 'Message')];
  return [status, code, message].filter((part) => part !== undefined).join(' ');
}

const NOT_SIGNED = '403 AccessDenied There were headers present in the request which were not signed';
const BAD_HEADER = '403 AccessDenied Invalid SigV4 authorization header';
const MISMATCH =
  '403 SignatureDoesNotMatch The request signature we calculated does not match the signature you provided. Check your ' +
  'AWS secret access key and signing method. For more information, see REST Authentication and SOAP Authentication for ' +
  'details.';
const UNKNOWN_KEY = '403 InvalidAccessKeyId The Access Key Id you provided does not exist in our records.';
const SKEWED = '403 RequestTimeTooSkewed request time is too far from server time';

/** Answers of a running 1.0.1. */
const HEADER_REQUESTS: readonly (readonly [string, WireRequest, string])[] = [
  ['clock 16 minutes slow', { date: ago(1000) }, SKEWED],
  ['clock 16 minutes fast', { date: ago(-1000) }, SKEWED],
  ['clock 13 minutes slow', { date: ago(800) }, '200'],
  ['no header of any kind', { authorization: () => 'garbage' }, '400 InvalidRequest invalid header: authorization'],
  ['a bearer token', { authorization: () => 'Bearer abc' }, '400 InvalidRequest invalid header: authorization'],
  [
    'Signature Version 2',
    { authorization: () => 'AWS key:signature' },
    '501 NotImplemented Signature Version 2 is not emulated',
  ],
  [
    'another algorithm',
    { authorization: replace('SHA256', 'SHA512') },
    '403 AccessDenied Unsupported SigV4 authorization algorithm',
  ],
  [
    'another service',
    { service: 'ec2' },
    '501 NotImplemented unknown service &apos;ec2&apos; in credential scope; expected one of: s3, sts, s3tables',
  ],
  ['another signature', { authorization: replace(/Signature=.{4}/, 'Signature=0000') }, MISMATCH],
  ['a signature that is no digest', { authorization: replace(/Signature=.*/, 'Signature=zz') }, BAD_HEADER],
  ['an unknown key', { credentials: { ...ROOT, accessKey: 'nobody' } }, UNKNOWN_KEY],
  ['no key', { credentials: { ...ROOT, accessKey: '' } }, '401 UnauthorizedAccess Your account is not signed up'],
  ['the wrong secret', { credentials: { ...ROOT, secretKey: 'wrong' } }, MISMATCH],
  [
    'another date in the scope',
    { authorization: replace(/\/\d{8}\//, '/20200101/') },
    '403 SignatureDoesNotMatch credential scope date does not match x-amz-date',
  ],
  ['no date in the scope', { authorization: replace(/\/\d{8}\//, '/2020/') }, BAD_HEADER],
  ['any region', { region: 'nowhere-1' }, '200'],
  ['service sts', { service: 'sts' }, '200'],
  [
    'a signed header that is missing',
    { authorization: replace('SignedHeaders=', 'SignedHeaders=nope;') },
    '403 SignatureDoesNotMatch missing signed header: nope',
  ],
  [
    'a digest that is none',
    { contentSha256: 'garbage' },
    '403 SignatureDoesNotMatch invalid header: x-amz-content-sha256',
  ],
  [
    'ECDSA chunks',
    { contentSha256: 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' },
    '501 NotImplemented AWS4-ECDSA-P256-SHA256 signing method is not implemented yet',
  ],
  ['a digest in Base64, signed as it is', { contentSha256: Buffer.from(EMPTY, 'hex').toString('base64') }, MISMATCH],
  ['an unsigned payload', { contentSha256: 'UNSIGNED-PAYLOAD' }, '200'],
  ['an unsigned x-amz header', { headers: { 'x-amz-meta-a': '1' }, unsigned: ['x-amz-meta-a'] }, NOT_SIGNED],
  ['an unsigned trailer', { headers: { 'x-amz-trailer': '1' }, unsigned: ['x-amz-trailer'] }, NOT_SIGNED],
  ['another unsigned header', { headers: { 'x-custom': '1' }, unsigned: ['x-custom'] }, '200'],
  ['header values with spaces', { headers: { 'x-custom': '  a   b ' } }, '200'],
  [
    'a session token with a permanent key',
    { credentials: { ...ROOT, sessionToken: 'token' } },
    '500 InternalError check claims failed S3Error { code: InvalidRequest, message: &quot;invalid token2&quot;, .. }',
  ],
];

describe('header signatures', () => {
  test.each(HEADER_REQUESTS)('%s', async (_name, request, expected) => {
    const answer = await outcome(emulator.endpoint, { path: '/bucket/key', credentials: ROOT, ...request });
    expect(answer).toBe(expected);
  });

  test('1.0.0-beta.7 looks neither at the clock nor at unsigned headers', async () => {
    const request: WireRequest = { path: '/bucket/key', credentials: ROOT };
    expect(await outcome(beta.endpoint, { ...request, date: ago(1_000_000) })).toBe('200');
    const unsigned = { headers: { 'x-amz-meta-a': '1' }, unsigned: ['x-amz-meta-a'] };
    expect(await outcome(beta.endpoint, { ...request, ...unsigned })).toBe('200');
  });

  test('a wrong digest of the body is refused once it was read', async () => {
    const request: WireRequest = {
      method: 'PUT',
      path: '/bucket/bad',
      body: 'x',
      contentSha256: '0'.repeat(64),
      credentials: ROOT,
    };
    expect(await outcome(emulator.endpoint, request)).toBe(
      '400 BadDigest The Content-Md5 you specified did not match what we received.',
    );
    expect(await outcome(beta.endpoint, request)).toBe('500 InternalError Io error: UploadStreamError: Sha256Mismatch');
    expect(await outcome(emulator.endpoint, { path: '/bucket/bad', credentials: ROOT })).toBe(
      '404 NoSuchKey The specified key does not exist.',
    );
  });
});

interface Presigned {
  readonly path?: string;
  readonly method?: string;
  readonly date?: Date;
  readonly expires?: string;
  readonly secretKey?: string;
  readonly signedHeaders?: Readonly<Record<string, string>>;
  /** Sent, but not signed. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Query parameters changed after signing. */
  readonly changed?: Readonly<Record<string, string>>;
}

function presigned(endpoint: string, wanted: Presigned): WireRequest {
  const { path = '/bucket/key', method = 'GET', signedHeaders = {} } = wanted;
  const { time, scope } = signingScope(wanted.date ?? new Date());
  const headers: Record<string, string> = { host: new URL(endpoint).host, ...signedHeaders };
  const names = Object.keys(headers).sort();
  const query: [string, string][] = [
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `contractroot/${scope}`],
    ['X-Amz-Date', time],
    ['X-Amz-Expires', wanted.expires ?? '60'],
    ['X-Amz-SignedHeaders', names.join(';')],
  ];
  const canonical = [
    method,
    path,
    query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&'),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const key = signingKey(wanted.secretKey ?? ROOT.secretKey, scope);
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256(canonical)}`;
  const all = { ...Object.fromEntries(query), 'X-Amz-Signature': hmac(key, toSign).toString('hex'), ...wanted.changed };
  return {
    method,
    path,
    query: Object.entries(all),
    headers: { ...signedHeaders, ...wanted.headers },
    ...(method === 'PUT' && { body: 'content' }),
  };
}

const BAD_QUERY =
  '400 AuthorizationQueryParametersError The authorization query parameters that you provided are not valid.';

/** Answers of a running 1.0.1. */
const PRESIGNED_REQUESTS: readonly (readonly [string, Presigned, string])[] = [
  ['right', {}, '200'],
  ['expired', { expires: '1', date: ago(5) }, '403 AccessDenied Request has expired'],
  ['from the future', { date: ago(-1000) }, '403 RequestTimeTooSkewed request date is later than server time too much'],
  ['from a clock that is a little fast', { date: ago(-800) }, '200'],
  ['for a week', { expires: '604800' }, '200'],
  ['for more than a week', { expires: '604801' }, BAD_QUERY],
  ['for less than no time', { expires: '-1' }, BAD_QUERY],
  ['with another signature', { changed: { 'X-Amz-Signature': '0'.repeat(64) } }, MISMATCH],
  ['with a signature that is none', { changed: { 'X-Amz-Signature': 'zz' } }, BAD_QUERY],
  ['with a credential that is none', { changed: { 'X-Amz-Credential': 'bad' } }, BAD_QUERY],
  ['with a date that is none', { changed: { 'X-Amz-Date': 'bad' } }, BAD_QUERY],
  [
    'with another algorithm',
    { changed: { 'X-Amz-Algorithm': 'X' } },
    '501 NotImplemented X-Amz-Algorithm other than AWS4-HMAC-SHA256 is not implemented',
  ],
  ['with another parameter', { changed: { extra: '1' } }, MISMATCH],
  ['with the wrong secret', { secretKey: 'wrong' }, MISMATCH],
  ['for an upload', { method: 'PUT', path: '/bucket/new' }, '200'],
  [
    'for an upload with metadata',
    { method: 'PUT', path: '/bucket/new', signedHeaders: { 'x-amz-meta-a': '1' } },
    '200',
  ],
  ['with a header that was not signed', { method: 'PUT', headers: { 'x-amz-meta-a': '1' } }, NOT_SIGNED],
  ['with a digest that was not signed', { method: 'PUT', headers: { 'x-amz-content-sha256': EMPTY } }, NOT_SIGNED],
  [
    'in chunks',
    {
      method: 'PUT',
      path: '/bucket/new',
      signedHeaders: { 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' },
    },
    '501 NotImplemented streaming payload for presigned URLs is not implemented',
  ],
  ['on the admin API', { path: '/rustfs/admin/v3/is-admin' }, '200'],
];

describe('presigned requests', () => {
  test.each(PRESIGNED_REQUESTS)('%s', async (_name, wanted, expected) => {
    expect(await outcome(emulator.endpoint, presigned(emulator.endpoint, wanted))).toBe(expected);
  });
});
