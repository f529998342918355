import { describe, expect, test } from 'vitest';
import { parseQuery } from '../../../emulator/http/query.js';
import { protocolProfile } from '../../../emulator/protocol-profile.js';
import { type UnverifiedRequest, type Verified, verifySignature } from '../../../emulator/sigv4/verify.js';

/** The examples of "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference. */
const ACCESS_KEY = 'AKIAIOSFODNN7EXAMPLE';
const SECRET_KEY = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const NOON = new Date('2013-05-24T00:00:00Z');

function verify(
  request: Partial<Omit<UnverifiedRequest, 'query' | 'headers'>> & {
    query?: string;
    headers: Readonly<Record<string, string>>;
  },
): Promise<Verified | undefined> {
  const path = request.path ?? '/';
  return verifySignature(
    {
      method: 'GET',
      rawPath: path,
      path,
      time: NOON,
      ...request,
      query: parseQuery(request.query ?? ''),
      headers: new Map(
        Object.entries({ host: 'examplebucket.s3.amazonaws.com', ...request.headers }).map(([name, value]) => [
          name,
          [value],
        ]),
      ),
    },
    {
      profile: protocolProfile('1.0.1'),
      secretOf: (accessKey) => (accessKey === ACCESS_KEY ? SECRET_KEY : undefined),
      bodySha256: () => Promise.resolve(EMPTY),
    },
  );
}

const authorization = (signedHeaders: string, signature: string) =>
  `AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${signedHeaders},Signature=${signature}`;

const signed = (names: string, signature: string, headers: Record<string, string> = {}) => ({
  'x-amz-date': '20130524T000000Z',
  'x-amz-content-sha256': EMPTY,
  ...headers,
  authorization: authorization(names, signature),
});

const GET_OBJECT = signed(
  'host;range;x-amz-content-sha256;x-amz-date',
  'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  { range: 'bytes=0-9' },
);

const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' };

describe('examples of the Amazon S3 API Reference', () => {
  test('GET object', async () => {
    expect(await verify({ path: '/test.txt', headers: GET_OBJECT })).toMatchObject({
      accessKey: ACCESS_KEY,
      scope: SCOPE,
      kind: 'header',
      payload: { kind: 'digest', sha256: EMPTY },
    });
  });

  test('PUT object, with a character that has to be encoded', async () => {
    const sha256 = '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072';
    const headers = signed(
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
      {
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-content-sha256': sha256,
      },
    );
    expect(await verify({ method: 'PUT', path: '/test$file.text', headers })).toMatchObject({
      payload: { kind: 'digest', sha256 },
    });
  });

  test.each([
    ['lifecycle', 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['max-keys=2&prefix=J', '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ])('GET bucket ?%s', async (query, signature) => {
    const headers = signed('host;x-amz-content-sha256;x-amz-date', signature);
    expect(await verify({ query, headers })).toMatchObject({ accessKey: ACCESS_KEY, kind: 'header' });
  });

  test('presigned GET', async () => {
    const query =
      'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404';
    expect(await verify({ path: '/test.txt', query, headers: {} })).toMatchObject({
      accessKey: ACCESS_KEY,
      kind: 'presigned',
      payload: { kind: 'unsigned' },
    });
  });

  test('PUT in signed chunks', async () => {
    const headers = signed(
      'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
      '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
      {
        host: 's3.amazonaws.com',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '66560',
        'content-length': '66824',
      },
    );
    expect(await verify({ method: 'PUT', path: '/examplebucket/chunkObject.txt', headers })).toMatchObject({
      payload: { kind: 'chunked', signed: true, trailer: false },
      seed: {
        signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
        time: '20130524T000000Z',
      },
    });
  });
});

test('a request without a signature is anonymous', async () => {
  expect(await verify({ headers: {} })).toBeUndefined();
});

test('two signatures are none', async () => {
  const headers = new Map([
    ['host', ['examplebucket.s3.amazonaws.com']],
    ['authorization', [GET_OBJECT.authorization, GET_OBJECT.authorization]],
  ]);
  const request = { method: 'GET', rawPath: '/', path: '/', time: NOON, query: parseQuery(''), headers };
  const verifier = {
    profile: protocolProfile('1.0.0-beta.7'),
    secretOf: () => SECRET_KEY,
    bodySha256: () => Promise.resolve(EMPTY),
  };
  expect(await verifySignature(request, verifier)).toBeUndefined();
});

test('everything that is signed counts', async () => {
  const refused = { status: 403, code: 'SignatureDoesNotMatch' };
  await expect(verify({ path: '/test.tx', headers: GET_OBJECT })).rejects.toMatchObject(refused);
  await expect(verify({ method: 'PUT', path: '/test.txt', headers: GET_OBJECT })).rejects.toMatchObject(refused);
  await expect(verify({ path: '/test.txt', query: 'a', headers: GET_OBJECT })).rejects.toMatchObject(refused);
  const otherRange = { ...GET_OBJECT, range: 'bytes=0-8' };
  await expect(verify({ path: '/test.txt', headers: otherRange })).rejects.toMatchObject(refused);
  const otherDigest = { ...GET_OBJECT, 'x-amz-content-sha256': EMPTY.replace('e', 'f') };
  await expect(verify({ path: '/test.txt', headers: otherDigest })).rejects.toMatchObject(refused);
});
