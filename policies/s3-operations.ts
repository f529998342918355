import type { RustFsVersion } from './model.js';
import { POLICY_PROFILES } from './profiles.js';

/** What one S3 operation needs: one of the alternatives, on the bucket or on the object. */
export interface S3Operation {
  readonly level: 'account' | 'bucket' | 'object';
  /** Any of these actions is enough. */
  readonly actions: readonly string[];
}

const bucket = (...actions: string[]): S3Operation => ({
  level: 'bucket',
  actions: actions.map((name) => `s3:${name}`),
});
const object = (...actions: string[]): S3Operation => ({
  level: 'object',
  actions: actions.map((name) => `s3:${name}`),
});

/** Source: access.rs of RustFS 1.0.1; recorded: 06-access and 07-buckets of both versions. */
const OPERATIONS = {
  ListBuckets: { level: 'account', actions: ['s3:ListAllMyBuckets'] },
  CreateBucket: bucket('CreateBucket'),
  DeleteBucket: bucket('DeleteBucket'),
  ForceDeleteBucket: bucket('ForceDeleteBucket'),
  HeadBucket: bucket('ListBucket'),
  GetBucketLocation: bucket('GetBucketLocation'),
  ListObjects: bucket('ListBucket'),
  ListObjectsV2: bucket('ListBucket'),
  ListObjectVersions: bucket('ListBucketVersions'),
  ListMultipartUploads: bucket('ListBucketMultipartUploads'),
  GetObject: object('GetObject'),
  HeadObject: object('GetObject'),
  GetObjectVersion: object('GetObjectVersion'),
  GetObjectAttributes: object('GetObjectAttributes'),
  PutObject: object('PutObject'),
  CreateMultipartUpload: object('PutObject'),
  UploadPart: object('PutObject'),
  CompleteMultipartUpload: object('PutObject'),
  AbortMultipartUpload: object('AbortMultipartUpload'),
  ListParts: object('ListMultipartUploadParts'),
  DeleteObject: object('DeleteObject'),
  DeleteObjectVersion: object('DeleteObjectVersion'),
  GetObjectTagging: object('GetObjectTagging'),
  PutObjectTagging: object('PutObjectTagging'),
  DeleteObjectTagging: object('DeleteObjectTagging'),
  GetObjectAcl: object('GetObjectAcl'),
  PutObjectAcl: object('PutObjectAcl'),
  GetObjectRetention: object('GetObjectRetention'),
  PutObjectRetention: object('PutObjectRetention'),
  GetObjectLegalHold: object('GetObjectLegalHold'),
  PutObjectLegalHold: object('PutObjectLegalHold'),
  GetBucketPolicy: bucket('GetBucketPolicy'),
  PutBucketPolicy: bucket('PutBucketPolicy'),
  DeleteBucketPolicy: bucket('DeleteBucketPolicy'),
  GetBucketPolicyStatus: bucket('GetBucketPolicyStatus'),
  GetBucketVersioning: bucket('GetBucketVersioning'),
  PutBucketVersioning: bucket('PutBucketVersioning'),
  GetBucketLifecycle: bucket('GetBucketLifecycle'),
  PutBucketLifecycle: bucket('PutBucketLifecycle'),
  DeleteBucketLifecycle: bucket('PutBucketLifecycle'),
  GetBucketEncryption: bucket('GetBucketEncryption'),
  PutBucketEncryption: bucket('PutBucketEncryption'),
  DeleteBucketEncryption: bucket('PutBucketEncryption'),
  GetBucketCors: bucket('GetBucketCors'),
  PutBucketCors: bucket('PutBucketCors'),
  DeleteBucketCors: bucket('DeleteBucketCors'),
  GetBucketTagging: bucket('GetBucketTagging'),
  PutBucketTagging: bucket('PutBucketTagging'),
  DeleteBucketTagging: bucket('PutBucketTagging'),
  GetPublicAccessBlock: bucket('GetBucketPublicAccessBlock'),
  PutPublicAccessBlock: bucket('PutBucketPublicAccessBlock'),
  DeletePublicAccessBlock: bucket('DeleteBucketPublicAccessBlock'),
  GetBucketNotification: bucket('GetBucketNotification'),
  PutBucketNotification: bucket('PutBucketNotification'),
  GetObjectLockConfiguration: bucket('GetBucketObjectLockConfiguration'),
  PutObjectLockConfiguration: bucket('PutBucketObjectLockConfiguration'),
  GetBucketReplication: bucket('GetReplicationConfiguration'),
  PutBucketReplication: bucket('PutReplicationConfiguration'),
  DeleteBucketReplication: bucket('PutReplicationConfiguration'),
  GetBucketAcl: bucket('GetBucketAcl'),
  PutBucketAcl: bucket('PutBucketAcl'),
  GetBucketLogging: bucket('GetBucketLogging'),
  PutBucketLogging: bucket('PutBucketLogging'),
} as const satisfies Readonly<Record<string, S3Operation>>;

export type S3OperationName = keyof typeof OPERATIONS;

function operationsOf(version: RustFsVersion): Readonly<Record<S3OperationName, S3Operation>> {
  const { listBucketImpliesVersions, versionedReadNeedsOwnAction } = POLICY_PROFILES[version];
  return {
    ...OPERATIONS,
    ...(listBucketImpliesVersions ? { ListObjectVersions: bucket('ListBucketVersions', 'ListBucket') } : {}),
    ...(versionedReadNeedsOwnAction ? {} : { GetObjectVersion: object('GetObject', 'GetObjectVersion') }),
  };
}

/** For each version and S3 operation, the action that RustFS asks for. The only place for this knowledge. */
export const S3_OPERATIONS: Readonly<Record<RustFsVersion, Readonly<Record<S3OperationName, S3Operation>>>> = {
  '1.0.1': operationsOf('1.0.1'),
  '1.0.0-beta.7': operationsOf('1.0.0-beta.7'),
};
