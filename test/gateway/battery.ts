import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import aws4 from 'aws4';

export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface BatteryTarget extends Credentials {
  readonly endpoint: string;
  readonly bucket: string;
}

/** What each step gave, with bucket name, ids and times left out: equal for equal servers. */
export type BatteryResult = Readonly<Record<string, unknown>>;

export const KEYS = [
  'plain.txt',
  'dir/sub/file',
  'a b',
  'a+b',
  'a%2Fb',
  'a%20b',
  '100%',
  'a//b',
  '/lead',
  '//two',
  'trail/',
  '.',
  '..',
  '../up',
  'a/../b',
  'a/./b',
  'é-ñ-日本-😀',
  'a\u0301 combining',
  "!*'()~$&=:@,;",
  'q?x=1#frag',
  'back\\slash',
  '<xml>&"',
  'tab\tnew\nline',
  'x'.repeat(1024),
  'x'.repeat(1025),
];

const MIB = 1024 * 1024;

/** A client's day, as the AWS SDK does it. */
export async function battery(target: BatteryTarget): Promise<BatteryResult> {
  const { endpoint, bucket: Bucket, accessKey, secretKey } = target;
  const client = (credentials: Credentials) =>
    new S3Client({
      ...{ endpoint, region: 'us-east-1', forcePathStyle: true, maxAttempts: 1 },
      credentials: { accessKeyId: credentials.accessKey, secretAccessKey: credentials.secretKey },
    });
  const s3 = client(target);
  const stranger = client({ accessKey, secretKey: 'wrong-secret-key' });
  const unknown = client({ accessKey: 'nobodyknows', secretKey });
  const results: Record<string, unknown> = {};
  const step = async (name: string, action: () => Promise<unknown>) => {
    results[name] = await outcome(action, Bucket);
  };
  const pattern = (size: number, seed: number) => Buffer.alloc(size, createHash('sha256').update(`${seed}`).digest());

  await step('create bucket', () => s3.send(new CreateBucketCommand({ Bucket })));
  await step('head bucket', () => s3.send(new HeadBucketCommand({ Bucket })));
  await step('location', () => s3.send(new GetBucketLocationCommand({ Bucket })));
  await step('missing bucket', () => s3.send(new HeadBucketCommand({ Bucket: `${Bucket}-missing` })));
  await step('bad bucket name', () => s3.send(new CreateBucketCommand({ Bucket: 'UPPER_case' })));

  for (const [n, Key] of KEYS.entries()) {
    const Body = Buffer.from(`content ${n}`);
    await step(`put ${n}`, () => s3.send(new PutObjectCommand({ Bucket, Key, Body })));
    await step(`get ${n}`, () => s3.send(new GetObjectCommand({ Bucket, Key })));
    await step(`head ${n}`, () => s3.send(new HeadObjectCommand({ Bucket, Key })));
    await step(`presigned get ${n}`, () => presigned(target, 'GET', Key));
    await step(`copy ${n}`, () =>
      s3.send(new CopyObjectCommand({ Bucket, Key: `copy-${n}`, CopySource: encodeURIComponent(`${Bucket}/${Key}`) })),
    );
  }
  await step('list v2', () => s3.send(new ListObjectsV2Command({ Bucket })));
  await step('list v1 in pages', () => s3.send(new ListObjectsCommand({ Bucket, MaxKeys: 3 })));
  await step('list with delimiter', () => s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'a' })));
  await step('list url-encoded', () => s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url', Prefix: 'é' })));
  await step('list after', () => s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'copy-3', MaxKeys: 2 })));
  await step('list a prefix with a plus', () => s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a+' })));

  const Metadata = { note: 'a  b', 'with-dash': '1', unicode: 'é' };
  const described = { ContentType: 'text/x; charset="utf-8"', CacheControl: 'no-cache', ContentDisposition: 'inline' };
  await step('put described', () =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'described', Body: 'hello world', Metadata, ...described })),
  );
  await step('head described', () => s3.send(new HeadObjectCommand({ Bucket, Key: 'described' })));
  for (const Range of ['bytes=0-0', 'bytes=2-4', 'bytes=-3', 'bytes=6-', 'bytes=0-1,3-4', 'bytes=99-', 'bytes=x']) {
    await step(`range ${Range}`, () => s3.send(new GetObjectCommand({ Bucket, Key: 'described', Range })));
  }
  const ETag = '"5eb63bbbe01eeed093cb22bb8f5acdc3"';
  const conditions = [{ IfMatch: ETag }, { IfMatch: '"x"' }, { IfNoneMatch: ETag }, { IfNoneMatch: '"x"' }];
  const times = [{ IfModifiedSince: new Date('2099-01-01') }, { IfUnmodifiedSince: new Date('2000-01-01') }];
  for (const [n, condition] of [...conditions, ...times].entries()) {
    await step(`condition ${n}`, () => s3.send(new GetObjectCommand({ Bucket, Key: 'described', ...condition })));
  }
  await step('put if absent', () =>
    s3.send(new PutObjectCommand({ Bucket, Key: 'described', Body: 'x', IfNoneMatch: '*' })),
  );
  await step('response overrides', () =>
    s3.send(new GetObjectCommand({ Bucket, Key: 'described', ResponseContentType: 'a/b', ResponseCacheControl: 'c' })),
  );

  const large = pattern(9 * MIB, 1);
  await step('put large', () => s3.send(new PutObjectCommand({ Bucket, Key: 'large', Body: large })));
  await step('get large', () => s3.send(new GetObjectCommand({ Bucket, Key: 'large' })));
  await step('get a piece of large', () =>
    s3.send(new GetObjectCommand({ Bucket, Key: 'large', Range: 'bytes=5000000-6000000' })),
  );
  await step('put a stream', () =>
    s3.send(
      new PutObjectCommand({
        ...{ Bucket, Key: 'stream', ContentLength: large.length },
        Body: Readable.from(slices(large, 70_000)),
      }),
    ),
  );
  await step('get a stream', () => s3.send(new GetObjectCommand({ Bucket, Key: 'stream' })));
  for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
    const Key = `sum-${ChecksumAlgorithm}`;
    await step(Key, () => s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x', ChecksumAlgorithm })));
    await step(`get ${Key}`, () => s3.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' })));
  }
  await step('empty object', () => s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: '' })));
  await step('get empty', () => s3.send(new GetObjectCommand({ Bucket, Key: 'empty' })));

  await step('multipart', async () => {
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key: 'parts', Metadata: { note: '1' } }),
    );
    const parts = [];
    for (const [n, size] of [5 * MIB, 5 * MIB, 1234].entries()) {
      const part = { Bucket, Key: 'parts', UploadId, PartNumber: n + 1 };
      const { ETag: etag, ChecksumCRC32 } = await s3.send(new UploadPartCommand({ ...part, Body: pattern(size, n) }));
      parts.push({ PartNumber: n + 1, ETag: etag, ChecksumCRC32 });
    }
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId, MaxParts: 2 }));
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'parts', UploadId, MultipartUpload: { Parts: parts } }),
    );
    return {
      etag: done.ETag,
      uploads: uploads.Uploads?.length,
      parts: listed.Parts?.map((part) => [part.ETag, part.Size]),
    };
  });
  await step('get multipart', () => s3.send(new GetObjectCommand({ Bucket, Key: 'parts' })));
  await step('get a part', () => s3.send(new GetObjectCommand({ Bucket, Key: 'parts', PartNumber: 3 })));
  await step('abort', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'aborted' }));
    return s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'aborted', UploadId }));
  });
  await step('unknown upload', () => s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId: 'nope' })));

  const TagSet = [
    { Key: 'a b', Value: 'c+d' },
    { Key: 'é', Value: '=' },
  ];
  await step('tag', () => s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'described', Tagging: { TagSet } })));
  await step('tags', () => s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'described' })));
  await step('versioning', () =>
    s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })),
  );
  for (const Body of ['one', 'two'])
    await step(`version ${Body}`, () => s3.send(new PutObjectCommand({ Bucket, Key: 'v', Body })));
  await step('delete marker', () => s3.send(new DeleteObjectCommand({ Bucket, Key: 'v' })));
  await step('versions', async () => {
    const { Versions, DeleteMarkers } = await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'v' }));
    const old = Versions?.find(({ IsLatest, Size }) => !IsLatest && Size === 3)?.VersionId;
    const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'v', VersionId: old }));
    return {
      versions: Versions?.length,
      markers: DeleteMarkers?.length,
      read: (await read.Body?.transformToString())?.length,
    };
  });
  await step('delete many', () =>
    s3.send(
      new DeleteObjectsCommand({
        Bucket,
        Delete: { Objects: [{ Key: 'a b' }, { Key: 'nothing' }, { Key: '<xml>&"' }] },
      }),
    ),
  );

  await step('wrong secret', () => stranger.send(new GetObjectCommand({ Bucket, Key: 'described' })));
  await step('wrong secret, upload', () => stranger.send(new PutObjectCommand({ Bucket, Key: 'no', Body: large })));
  await step('unknown key', () => unknown.send(new ListObjectsV2Command({ Bucket })));
  await step('presigned put', () => presigned(target, 'PUT', 'presigned é+ b', 'uploaded'));
  await step('get presigned', () => s3.send(new GetObjectCommand({ Bucket, Key: 'presigned é+ b' })));
  await step('tampered', () =>
    presigned(target, 'GET', 'described', undefined, (path) => path.replace(/(Signature=)..../, '$10000')),
  );
  await step('anonymous', () => plain(target, 'GET', `/${Bucket}/described`));
  for (const each of [s3, stranger, unknown]) each.destroy();
  return results;
}

function* slices(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function outcome(action: () => Promise<unknown>, bucket: string): Promise<unknown> {
  try {
    return comparable(await action(), bucket);
  } catch (error) {
    const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    return { error: name, message: message.replaceAll(bucket, '<bucket>'), status: $metadata?.httpStatusCode };
  }
}

const VOLATILE = new Set([
  'requestId',
  'extendedRequestId',
  'cfId',
  'VersionId',
  'CopySourceVersionId',
  'DeleteMarkerVersionId',
  'UploadId',
  'NextContinuationToken',
]);

async function comparable(value: unknown, bucket: string): Promise<unknown> {
  if (value instanceof Date) return '<time>';
  if (typeof value === 'string') return value.replaceAll(bucket, '<bucket>');
  if (typeof value !== 'object' || value === null) return value;
  if ('transformToByteArray' in value) {
    const bytes = await (value as { transformToByteArray(): Promise<Uint8Array> }).transformToByteArray();
    return { length: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
  if (Array.isArray(value)) return Promise.all(value.map((item) => comparable(item, bucket)));
  const entries = Object.entries(value).filter(([name]) => !VOLATILE.has(name));
  return Object.fromEntries(
    await Promise.all(entries.map(async ([name, item]) => [name, await comparable(item, bucket)])),
  );
}

function presigned(
  { endpoint, bucket, accessKey, secretKey }: BatteryTarget,
  method: string,
  key: string,
  body?: string,
  change: (path: string) => string = (path) => path,
): Promise<unknown> {
  const path = `/${bucket}/${key.split('/').map(strictEncode).join('/')}?X-Amz-Expires=60`;
  const signed = aws4.sign(
    { service: 's3', region: 'us-east-1', method, host: new URL(endpoint).host, path, signQuery: true },
    { accessKeyId: accessKey, secretAccessKey: secretKey },
  );
  return plain({ endpoint }, method, change(signed.path ?? ''), body);
}

function strictEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** A request whose path goes out as it is. */
function plain(
  { endpoint }: { readonly endpoint: string },
  method: string,
  path: string,
  body?: string,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(endpoint);
    const outgoing = httpRequest({ hostname, port, method, path, agent: false }, (response) => {
      const hash = createHash('sha256');
      response.on('data', (chunk) => hash.update(chunk));
      response.on('end', () => {
        const { 'content-type': type, 'content-length': length, etag } = response.headers;
        const sha256 = type === 'application/xml' ? undefined : hash.digest('hex');
        resolve({ status: response.statusCode, type, length, etag, sha256 });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
