import { Refusal } from '../http/refusal.js';

/** Where the path of a request points: nowhere in particular, a bucket, or a key in it (as it came, percent-encoded). */
export interface S3Path {
  readonly bucket: string | undefined;
  /** Raw path behind the bucket, with its leading slash; empty without a key. */
  readonly rest: string;
}

const LONGEST = 63;

/** What the buckets of a project begin with. @throws Refusal for a project whose id cannot be part of a bucket name */
export function bucketPrefix(projectId: string, separator: string): string {
  // Without separators inside, no project's prefix begins another's.
  if (!/^[0-9a-z]{32}$/.test(projectId)) {
    throw new Refusal(403, 'AccessDenied', 'the id of the project must be 32 lower-case letters and digits');
  }
  return `${projectId}${separator}`;
}

/** @param hostBucket bucket that the host name begins with, if any */
export function s3Path(rawPath: string, hostBucket: string | undefined): S3Path {
  if (hostBucket !== undefined) return { bucket: hostBucket, rest: rawPath === '/' ? '' : rawPath };
  if (rawPath === '/') return { bucket: undefined, rest: '' };
  const slash = rawPath.indexOf('/', 1);
  const bucket = slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash);
  const rest = slash < 0 ? '' : rawPath.slice(slash);
  return { bucket, rest: rest === '/' ? '' : rest };
}

/** The bucket's name at RustFS. @throws Refusal */
export function storedName(bucket: string, prefix: string): string {
  if (!/^[a-z0-9](?:[a-z0-9]|[.-](?![.]|$))*$/.test(bucket) || bucket.length < 3) {
    throw new Refusal(400, 'InvalidBucketName', 'The specified bucket is not valid.');
  }
  const most = LONGEST - prefix.length;
  if (bucket.length > most) {
    throw new Refusal(400, 'InvalidBucketName', `with the project in front, a bucket name may have ${most} characters`);
  }
  return prefix + bucket;
}

/** Value of `x-amz-copy-source` with the stored bucket name in the place of the tenant's. @throws Refusal */
export function storedCopySource(source: string, prefix: string): string {
  const match = /^(?:\/|%2F)?(?<bucket>[^/%?]+)(?<key>(?:\/|%2F).+)$/is.exec(source);
  const { bucket, key } = match?.groups ?? {};
  if (bucket === undefined || key === undefined)
    throw new Refusal(400, 'InvalidArgument', 'x-amz-copy-source must be bucket/key');
  return `${storedName(bucket, prefix)}${key}`;
}
