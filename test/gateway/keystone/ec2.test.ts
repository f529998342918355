import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import aws4 from 'aws4';
import { expect, test } from 'vitest';
import { S3_HOST } from '../fixture.js';
import { describeWithKeystone } from './suite.js';
import { bridgeWorld, type WorldOptions } from './world.js';

describeWithKeystone('EC2 credentials of Keystone', (suite) => {
  async function signedIn(projectName: string, keystone: WorldOptions['keystone'] = {}) {
    const project = await suite.keystone.project(projectName);
    const user = await suite.user(project, 'admin');
    const credential = await suite.keystone.ec2(user, project, await suite.keystone.token(user, project));
    const world = await bridgeWorld({ keystoneUrl: suite.url, keystone });
    return { ...world, project, user, credential, s3: world.sdk(credential) };
  }

  test('the AWS SDK works as with any S3, under the names of the tenant', async () => {
    const { s3, project, storedBuckets, gateway } = await signedIn('sdk');
    const Bucket = 'my-bucket';
    await s3.send(new CreateBucketCommand({ Bucket }));
    expect(await storedBuckets()).toEqual([`${project}-my-bucket`]);
    expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);

    const keys = ['plain', 'a b/c+d', 'é-日本', '100%', `${project}-my-bucket`];
    for (const Key of keys) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: `content of ${Key}`, Metadata: { note: 'a  b' } }));
      const read = await s3.send(new GetObjectCommand({ Bucket, Key, Range: 'bytes=0-6' }));
      expect(await read.Body?.transformToString()).toBe('content');
      expect(read.Metadata).toEqual({ note: 'a  b' });
    }
    const listed = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(listed.Name).toBe(Bucket);
    expect(listed.Contents?.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
    const own = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: `${project}-` }));
    expect([own.Prefix, own.KeyCount]).toEqual([`${project}-`, 1]);
    expect((await s3.send(new ListObjectVersionsCommand({ Bucket }))).Name).toBe(Bucket);

    for (const CopySource of [`${Bucket}/plain`, `/${Bucket}/plain`, encodeURIComponent(`${Bucket}/a b/c+d`)])
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource }));
    const copied = await s3.send(new GetObjectCommand({ Bucket, Key: 'copied' }));
    expect(await copied.Body?.transformToString()).toBe('content of a b/c+d');

    const upload = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
    expect(upload.Bucket).toBe(Bucket);
    const { UploadId } = upload;
    const part = Buffer.alloc(5 * 1024 * 1024, 'p');
    const { ETag } = await s3.send(
      new UploadPartCommand({ Bucket, Key: 'parts', UploadId, PartNumber: 1, Body: part }),
    );
    expect((await s3.send(new ListPartsCommand({ Bucket, Key: 'parts', UploadId }))).Bucket).toBe(Bucket);
    expect((await s3.send(new ListMultipartUploadsCommand({ Bucket }))).Bucket).toBe(Bucket);
    const done = await s3.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket, Key: 'parts', UploadId },
        MultipartUpload: { Parts: [{ ETag, PartNumber: 1 }] },
      }),
    );
    expect(done.Bucket).toBe(Bucket);
    expect(done.Location).toBe(`${gateway.url}/${Bucket}/parts`);
    const deleted = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'plain' }, { Key: 'é-日本' }] } }),
    );
    expect(deleted.Deleted?.map(({ Key }) => Key)).toEqual(['plain', 'é-日本']);
    const missing = s3.send(new GetObjectCommand({ Bucket: 'missing', Key: 'x' }));
    await expect(missing).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });

  test('wrong secrets, unknown keys, changed and old requests are refused', async () => {
    const { sdk, credential, send } = await signedIn('refusals');
    const list = new ListBucketsCommand({});
    const wrong = sdk({ ...credential, secret: 'f'.repeat(32) });
    await expect(wrong.send(list)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    const unknown = sdk({ access: '0'.repeat(32), secret: credential.secret });
    await expect(unknown.send(list)).rejects.toMatchObject({ name: 'InvalidAccessKeyId' });

    const sign = (path: string, headers: Record<string, string> = {}) => {
      const signed = aws4.sign(
        { service: 's3', region: 'us-east-1', method: 'GET', path, headers: { Host: S3_HOST, ...headers } },
        { accessKeyId: credential.access, secretAccessKey: credential.secret },
      );
      return signed.headers as Record<string, string>;
    };
    expect((await send('GET', '/', sign('/'))).status).toBe(200);
    const moved = await send('GET', '/other', sign('/'));
    expect([moved.status, moved.body.includes('<Code>SignatureDoesNotMatch</Code>')]).toEqual([403, true]);
    const added = await send('GET', '/', { ...sign('/'), 'x-amz-meta-added': 'x' });
    expect([
      added.status,
      added.body.includes('<Message>the header x-amz-meta-added must be signed</Message>'),
    ]).toEqual([403, true]);
    const old = await send('GET', '/', sign('/', { 'X-Amz-Date': '20200101T000000Z' }));
    expect([old.status, old.body.includes('<Code>RequestTimeTooSkewed</Code>')]).toEqual([403, true]);
  });

  test('presigned URLs work until they expire', async () => {
    const { s3, credential, send } = await signedIn('presigned');
    await s3.send(new CreateBucketCommand({ Bucket: 'bkt' }));
    await s3.send(new PutObjectCommand({ Bucket: 'bkt', Key: 'a b', Body: 'x' }));
    const presign = (path: string) =>
      aws4.sign(
        { service: 's3', region: 'us-east-1', method: 'GET', path, headers: { Host: S3_HOST }, signQuery: true },
        { accessKeyId: credential.access, secretAccessKey: credential.secret },
      ).path ?? '';
    const read = await send('GET', presign('/bkt/a%20b?X-Amz-Expires=60&response-content-type=text%2Fx'));
    expect([read.status, read.body, read.headers['content-type']]).toEqual([200, 'x', 'text/x']);
    const expired = await send('GET', presign('/bkt/a%20b?X-Amz-Expires=1&X-Amz-Date=20200101T000000Z'));
    expect(expired.status).toBe(403);
    const tampered = await send('GET', presign('/bkt/a%20b?X-Amz-Expires=60').replace('a%20b', 'other'));
    expect([tampered.status, tampered.body.includes('<Code>SignatureDoesNotMatch</Code>')]).toEqual([403, true]);
  });

  test('ec2tokens can check what has no query on a POST', async () => {
    const { s3 } = await signedIn('ec2tokens', { ec2: { verify_at: 'ec2tokens' } });
    await s3.send(new CreateBucketCommand({ Bucket: 'bkt' }));
    await s3.send(new PutObjectCommand({ Bucket: 'bkt', Key: 'a b+c', Body: 'x' }));
    const listed = await s3.send(new ListObjectsV2Command({ Bucket: 'bkt', Prefix: 'a b+' }));
    expect(listed.Contents?.map(({ Key }) => Key)).toEqual(['a b+c']);
    const upload = s3.send(new CreateMultipartUploadCommand({ Bucket: 'bkt', Key: 'parts' }));
    await expect(upload).rejects.toMatchObject({
      name: 'NotImplemented',
      message: 'ec2tokens cannot check a POST with a query: set keystone.ec2.verify_at to s3tokens',
    });
  });

  test('a user without roles has a key that opens nothing', async () => {
    const { s3, user, project } = await signedIn('withdrawn');
    await s3.send(new ListBucketsCommand({}));
    await suite.keystone.withdraw(user, project, 'admin');
    await expect(s3.send(new ListBucketsCommand({}))).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
  });

  test('keys of RustFS go on to RustFS untouched', async () => {
    const { sdk, storedBuckets } = await signedIn('dual');
    const root = sdk({ access: 'gatewayroot', secret: 'gatewayroot-secret' });
    await root.send(new CreateBucketCommand({ Bucket: 'plain-rustfs' }));
    expect(await storedBuckets()).toEqual(['plain-rustfs']);
  });
});
