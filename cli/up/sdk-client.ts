/**
 * An application, in a process of its own: it knows the endpoint and its buckets, and the AWS SDK finds the credentials by what
 * its environment says. Prints for each bucket what it could do.
 */
import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const { SDK_CLIENT_ENDPOINT = '', SDK_CLIENT_REGION = '', SDK_CLIENT_BUCKETS = '[]' } = process.env;
const client = new S3Client({ endpoint: SDK_CLIENT_ENDPOINT, region: SDK_CLIENT_REGION, forcePathStyle: true });

/** Which of them it may write to and delete from again; the others it only lists. */
const buckets = JSON.parse(SDK_CLIENT_BUCKETS) as { readonly name: string; readonly write: boolean }[];

const outcome = (done: Promise<unknown>): Promise<string> =>
  done.then(
    () => 'done',
    (error: Error) => error.name,
  );

const results: Record<string, Record<string, string>> = {};
for (const { name: Bucket, write } of buckets) {
  const Key = `cdktf-rustfs-sdk-client-${randomUUID()}`;
  const list = await outcome(client.send(new ListObjectsV2Command({ Bucket })));
  const more: Record<string, string> = write
    ? {
        put: await outcome(client.send(new PutObjectCommand({ Bucket, Key, Body: 'written by the AWS SDK' }))),
        delete: await outcome(client.send(new DeleteObjectCommand({ Bucket, Key }))),
      }
    : {};
  results[Bucket] = { list, ...more };
}
console.log(JSON.stringify(results));
