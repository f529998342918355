// An application: it knows the endpoint, and the AWS SDK finds the credentials.
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const client = new S3Client({
  endpoint: process.env.ENDPOINT,
  region: 'us-east-1',
  forcePathStyle: true,
  maxAttempts: 1,
});
const results = {};
for (const Bucket of ['web-uploads', 'backup-dumps']) {
  const put = client.send(new PutObjectCommand({ Bucket, Key: 'from-the-application', Body: 'x' }));
  results[Bucket] = await put.then(
    () => 'written',
    (error) => error.name,
  );
}
console.log(JSON.stringify(results));
