import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { tenantAnswer, tenantBuckets } from '../../../gateway/keystone/answers.js';

const PREFIX = `${'0'.repeat(32)}-`;
const SCOPE = { bucketPrefix: PREFIX, upstream: 'http://rustfs:9000', gateway: 'https://s3.example' };

/** The answer's body, sent in pieces of that many bytes. */
async function changed(xml: string, pieces: number, status = 200): Promise<string> {
  const change = tenantAnswer({ status, rawHeaders: ['Content-Length', '1'] }, 'document', SCOPE, () => {});
  expect(change.rawHeaders).toEqual([]);
  const bytes = Buffer.from(xml);
  const parts = Array.from({ length: Math.ceil(bytes.length / pieces) }, (_, n) =>
    bytes.subarray(n * pieces, (n + 1) * pieces),
  );
  const chunks: Buffer[] = [];
  if (change.body === undefined) throw new Error('the body stays as it is');
  for await (const chunk of Readable.from(parts).pipe(change.body)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

describe('names in documents', () => {
  const listing =
    `<?xml version="1.0"?>\n<ListBucketResult><Name>${PREFIX}data</Name><Prefix>${PREFIX}</Prefix>` +
    `<Contents><Key>${PREFIX}data/é</Key></Contents><Contents><Key>plain</Key></Contents></ListBucketResult>\n`;
  const expected = listing.replace(`<Name>${PREFIX}`, '<Name>');

  test.each([1, 2, 3, 7, 64, 10_000])('however they are cut: pieces of %i bytes', async (pieces) => {
    expect(await changed(listing, pieces)).toBe(expected);
  });

  test('of uploads, copies and errors', async () => {
    const completed = `<R><Location>http://rustfs:9000/${PREFIX}data/${PREFIX}key</Location><Bucket>${PREFIX}data</Bucket></R>`;
    expect(await changed(completed, 5)).toBe(
      `<R><Location>https://s3.example/data/${PREFIX}key</Location><Bucket>data</Bucket></R>`,
    );
    const error = `<Error><Message>no bucket ${PREFIX}data, ${PREFIX}data</Message><BucketName>${PREFIX}data</BucketName><Resource>/${PREFIX}data/k</Resource></Error>`;
    expect(await changed(error, 5, 404)).toBe(
      '<Error><Message>no bucket data, data</Message><BucketName>data</BucketName><Resource>/data/k</Resource></Error>',
    );
    const foreign = '<ListPartsResult><Bucket>other</Bucket></ListPartsResult>';
    expect(await changed(foreign, 5)).toBe(foreign);
  });

  test('what is no document of S3 breaks off instead of filling the memory', async () => {
    await expect(changed(`<Name>${'x'.repeat(200_000)}`, 1000)).rejects.toThrow(
      new Error('the answer of the storage server is not a document of S3'),
    );
  });
});

test('objects keep body and length', () => {
  const rawHeaders = ['Content-Length', '1', 'Location', `http://rustfs:9000/${PREFIX}data`];
  expect(tenantAnswer({ status: 200, rawHeaders }, 'object', SCOPE, () => {})).toEqual({
    rawHeaders: ['Content-Length', '1', 'Location', 'https://s3.example/data'],
  });
});

test('a list of buckets holds those of the project alone', () => {
  const bucket = (name: string) => `<Bucket><CreationDate>now</CreationDate><Name>${name}</Name></Bucket>`;
  const list = `<Buckets>${bucket(`${PREFIX}a`)}${bucket('foreign')}${bucket(`x${PREFIX}b`)}</Buckets>`;
  expect(tenantBuckets(list, SCOPE)).toBe(`<Buckets>${bucket('a')}</Buckets>`);
});
