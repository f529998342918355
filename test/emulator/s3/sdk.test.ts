import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  paginateListObjectsV2,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../../emulator/index.js';

/** The AWS SDK with its defaults: checksums in trailers, streaming uploads, operation ids. */
let emulator: Emulator;
let client: S3Client;
let dataDir: string;
const Bucket = 'bucket';

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'sdk-'));
  emulator = await startEmulator({ accessKey: 'sdkroot', secretKey: 'sdkroot-secret', dataDir });
  client = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'sdkroot', secretAccessKey: 'sdkroot-secret' },
    maxAttempts: 1,
  });
  await client.send(new CreateBucketCommand({ Bucket }));
});
afterAll(async () => {
  client.destroy();
  await emulator.close();
  await rm(dataDir, { recursive: true });
});

const text = async (Key: string) =>
  (await client.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

test('objects with odd keys come back', async () => {
  const keys = ['a/é b+c.txt', 'x%2Fy', 'q?&=#', "!*'()", '日本/😀', ' lead', 'a/'];
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key, Metadata: { k: 'v' } }));
  for (const Key of keys) expect(await text(Key)).toBe(Key);
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
  const { Deleted = [] } = await client.send(
    new DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }),
  );
  expect(Deleted).toHaveLength(keys.length);
  expect((await client.send(new ListObjectsV2Command({ Bucket }))).KeyCount).toBe(0);
});

test('the checksum that the SDK sends is checked and kept', async () => {
  await client.send(new PutObjectCommand({ Bucket, Key: 'sum', Body: 'hello world' }));
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
  expect(head.ChecksumCRC32).toBe('DUoRhQ==');
  const wrong = new PutObjectCommand({ Bucket, Key: 'sum', Body: 'hello', ChecksumCRC32: 'DUoRhQ==' });
  await expect(client.send(wrong)).rejects.toMatchObject({ name: 'BadDigest' });
  expect(await text('sum')).toBe('hello world');
});

test('pages of a listing', async () => {
  const keys = Array.from({ length: 25 }, (_, n) => `page/${String(n).padStart(2, '0')}`);
  for (const Key of keys) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
  const found: string[] = [];
  let pages = 0;
  for await (const page of paginateListObjectsV2({ client, pageSize: 10 }, { Bucket, Prefix: 'page/' })) {
    pages += 1;
    for (const { Key = '' } of page.Contents ?? []) found.push(Key);
  }
  expect(pages).toBe(3);
  expect(found).toEqual(keys);
});

describe('64 MiB', () => {
  const SIZE = 64 * 1024 * 1024;
  const body = Buffer.alloc(SIZE, 'abcdefg');
  const SHA256 = createHash('sha256').update(body).digest('hex');

  async function digestOf(Key: string): Promise<string> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
    const hash = createHash('sha256');
    for await (const chunk of Body as AsyncIterable<Buffer>) hash.update(chunk);
    return hash.digest('hex');
  }

  test('in one piece', async () => {
    const { ETag } = await client.send(new PutObjectCommand({ Bucket, Key: 'big', Body: body }));
    expect(ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
    expect(await digestOf('big')).toBe(SHA256);
    const tail = await client.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=-3' }));
    expect([tail.ContentRange, await tail.Body?.transformToString()]).toEqual([
      'bytes 67108861-67108863/67108864',
      body.subarray(-3).toString(),
    ]);
  });

  test('in parts', async () => {
    const target = { Bucket, Key: 'parts' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC32' }));
    const size = SIZE / 8;
    const Parts = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const PartNumber = n + 1;
        const Body = body.subarray(n * size, (n + 1) * size);
        const part = await client.send(
          new UploadPartCommand({ ...target, UploadId, PartNumber, Body, ChecksumAlgorithm: 'CRC32' }),
        );
        return { PartNumber, ETag: part.ETag, ChecksumCRC32: part.ChecksumCRC32 };
      }),
    );
    const done = await client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
    expect(done.ETag).toMatch(/^"[0-9a-f]{32}-8"$/);
    expect(done.ChecksumCRC32).toMatch(/^[A-Za-z0-9+/]{6}==-8$/);
    expect(await digestOf('parts')).toBe(SHA256);
    const second = await client.send(
      new GetObjectCommand({ ...target, PartNumber: 2, ChecksumMode: 'DISABLED' as never }),
    );
    expect([second.ContentLength, second.PartsCount]).toEqual([size, 8]);
    second.Body?.transformToWebStream().cancel();
    const attributes = await client.send(
      new GetObjectAttributesCommand({ ...target, ObjectAttributes: ['ObjectSize', 'ObjectParts', 'ETag'] }),
    );
    expect([attributes.ObjectSize, attributes.ObjectParts?.TotalPartsCount]).toEqual([SIZE, 8]);
    expect(`"${attributes.ETag}"`).toBe(done.ETag);
  });
});

test('an upload that is given up is gone', async () => {
  const target = { Bucket, Key: 'aborted' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  await client.send(new UploadPartCommand({ ...target, UploadId, PartNumber: 1, Body: 'x' }));
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toHaveLength(1);
  await client.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
  expect((await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads).toBeUndefined();
});

test('copies take metadata and tags along', async () => {
  const source = { Bucket, Key: 'source' };
  await client.send(new PutObjectCommand({ ...source, Body: 'x', Metadata: { a: '1' }, ContentType: 'a/b' }));
  await client.send(new PutObjectTaggingCommand({ ...source, Tagging: { TagSet: [{ Key: 't', Value: 'v' }] } }));
  await client.send(new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/source` }));
  const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'copy' }));
  expect([head.Metadata, head.ContentType, head.ContentLength]).toEqual([{ a: '1' }, 'a/b', 1]);
  const { TagSet } = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'copy' }));
  expect(TagSet).toEqual([{ Key: 't', Value: 'v' }]);
});

test('versions', async () => {
  const versioned = { Bucket: 'versioned' };
  await client.send(new CreateBucketCommand(versioned));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  await client.send(new PutBucketVersioningCommand({ ...versioned, VersioningConfiguration }));
  const put = async (Body: string) =>
    (await client.send(new PutObjectCommand({ ...versioned, Key: 'k', Body }))).VersionId;
  const [first] = [await put('1'), await put('2')];
  const old = await client.send(new GetObjectCommand({ ...versioned, Key: 'k', VersionId: first }));
  expect(await old.Body?.transformToString()).toBe('1');
  const listed = await client.send(new ListObjectVersionsCommand(versioned));
  expect(listed.Versions?.map(({ IsLatest, VersionId }) => [IsLatest, VersionId === first])).toEqual([
    [true, false],
    [false, true],
  ]);
});

test('errors have the names that SDKs know', async () => {
  await expect(client.send(new GetObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(client.send(new HeadObjectCommand({ Bucket, Key: 'none' }))).rejects.toMatchObject({ name: 'NotFound' });
  const stranger = new S3Client({
    endpoint: emulator.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'x' },
    maxAttempts: 1,
  });
  await expect(stranger.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });
  stranger.destroy();
});
