import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { describeWithKeystone } from './suite.js';
import { bridgeWorld } from './world.js';

const {
  RUSTFS_ENDPOINT: endpoint,
  RUSTFS_ACCESS_KEY: accessKey = 'rustfsadmin',
  RUSTFS_SECRET_KEY: secretKey = 'rustfsadmin',
} = process.env;

if (endpoint === undefined)
  console.info('skipped: the bridge before a live RustFS, because RUSTFS_ENDPOINT is not set');

/** The way of a day through the bridge before a real RustFS; cleans up behind itself, except for the bridge's user. */
describe.skipIf(endpoint === undefined)('a live RustFS', () => {
  describeWithKeystone('the bridge before a live RustFS', (suite) => {
    const world = () =>
      bridgeWorld({ keystoneUrl: suite.url, endpoint: endpoint ?? '', root: { accessKey, secretKey } });

    test('tokens: roles, names, isolation', async () => {
      const [red, blue] = [await suite.keystone.project('red'), await suite.keystone.project('blue')];
      const { as, storedBuckets } = await world();
      const admin = as(await suite.token(red, 'admin'));
      const [writer, reader] = [as(await suite.token(red, 'Member')), as(await suite.token(red, 'member'))];
      const stranger = as(await suite.token(blue, 'admin'));
      const none = await admin('GET', '/');
      expect([none.status, none.body.includes('<Bucket>')]).toEqual([200, false]);
      expect((await admin('PUT', '/data')).status).toBe(200);
      expect(await storedBuckets()).toContain(`${red}-data`);
      expect((await admin('GET', '/')).body).toContain('<Name>data</Name>');
      const statuses = [
        await writer('PUT', '/data/key', 'x'),
        await reader('GET', '/data/key'),
        await reader('PUT', '/data/key', 'y'),
        await writer('DELETE', '/data'),
        await stranger('GET', '/data/key'),
        await stranger('PUT', '/data/x', '', { 'x-amz-copy-source': '/data/key' }),
        await as('wrong-token')('GET', '/'),
        await admin('GET', '/rustfs/admin/v3/list-users'),
        await admin('DELETE', '/data'),
      ].map(({ status }) => status);
      expect(statuses).toEqual([200, 200, 403, 403, 404, 404, 401, 404, 409]);
      const listed = await reader('GET', '/data?list-type=2');
      expect(listed.body).toContain('<Name>data</Name>');
      expect(listed.body).not.toContain(red);
      const missing = await reader('GET', '/missing/key');
      expect([missing.status, missing.body.includes(red)]).toEqual([404, false]);
      expect((await writer('DELETE', '/data/key')).status).toBe(204);
      expect((await admin('DELETE', '/data')).status).toBe(204);
    });

    test('EC2 credentials: the AWS SDK', async () => {
      const project = await suite.keystone.project('sdk');
      const user = await suite.user(project, 'admin');
      const credential = await suite.keystone.ec2(user, project, await suite.keystone.token(user, project));
      const { sdk, gateway } = await world();
      const s3 = sdk(credential);
      const Bucket = 'sdk-bucket';
      await s3.send(new CreateBucketCommand({ Bucket }));
      expect((await s3.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
      await s3.send(new PutObjectCommand({ Bucket, Key: 'a b+c/é', Body: 'content' }));
      const CopySource = encodeURIComponent(`${Bucket}/a b+c/é`);
      await s3.send(new CopyObjectCommand({ Bucket, Key: 'copied', CopySource }));
      const read = await s3.send(new GetObjectCommand({ Bucket, Key: 'copied' }));
      expect(await read.Body?.transformToString()).toBe('content');
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'parts' }));
      const upload = { Bucket, Key: 'parts', UploadId };
      const Body = Buffer.alloc(5 * 1024 * 1024, 'p');
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body }));
      const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
      const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }));
      expect([done.Bucket, done.Location]).toEqual([Bucket, `${gateway.url}/${Bucket}/parts`]);
      const { Name, Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
      expect([Name, Contents?.map(({ Key }) => Key)]).toEqual([Bucket, ['a b+c/é', 'copied', 'parts']]);
      const Objects = Contents?.map(({ Key }) => ({ Key }));
      await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
    });
  });
});
