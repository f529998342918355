import type { DocumentName } from './xml-schema.js';

/** One configuration sub-resource of buckets: how it is stored and which action each method needs. */
export interface SubresourceOperations {
  readonly document: DocumentName;
  readonly get: string;
  readonly put: string;
  /** Absent: DELETE of the sub-resource is a DELETE of the bucket, as on RustFS. */
  readonly delete?: string;
  /** Answer to GET when nothing is configured: an error code, or the (mostly empty) default document. */
  readonly unset: { readonly code: string; readonly message?: string } | 'default';
  /** GET answers without the S3 namespace. */
  readonly plain?: true;
  /** PUT may come without body. */
  readonly optionalBody?: true;
}

/**
 * Sub-resources with a stored XML document. Actions as RustFS checks them (RustFS source 1.0.1 storage/access.rs: website,
 * acceleration and request payment go by the bucket policy actions), answers recorded: 07-buckets.
 */
export const SUBRESOURCES: Readonly<Record<string, SubresourceOperations>> = {
  versioning: {
    document: 'versioning',
    get: 's3:GetBucketVersioning',
    put: 's3:PutBucketVersioning',
    unset: 'default',
  },
  lifecycle: {
    document: 'lifecycle',
    get: 's3:GetBucketLifecycle',
    put: 's3:PutBucketLifecycle',
    delete: 's3:PutBucketLifecycle',
    unset: { code: 'NoSuchLifecycleConfiguration' },
    optionalBody: true,
  },
  encryption: {
    document: 'encryption',
    get: 's3:GetBucketEncryption',
    put: 's3:PutBucketEncryption',
    delete: 's3:PutBucketEncryption',
    unset: { code: 'ServerSideEncryptionConfigurationNotFoundError' },
    plain: true,
  },
  cors: {
    document: 'cors',
    get: 's3:GetBucketCors',
    put: 's3:PutBucketCors',
    delete: 's3:DeleteBucketCors',
    unset: { code: 'NoSuchCORSConfiguration', message: 'The CORS configuration does not exist' },
  },
  tagging: {
    document: 'tagging',
    get: 's3:GetBucketTagging',
    put: 's3:PutBucketTagging',
    delete: 's3:PutBucketTagging',
    unset: { code: 'NoSuchTagSet', message: 'The TagSet does not exist' },
  },
  publicAccessBlock: {
    document: 'publicAccessBlock',
    get: 's3:GetBucketPublicAccessBlock',
    put: 's3:PutBucketPublicAccessBlock',
    delete: 's3:DeleteBucketPublicAccessBlock',
    unset: {
      code: 'NoSuchPublicAccessBlockConfiguration',
      message: 'Public access block configuration does not exist',
    },
    plain: true,
  },
  notification: {
    document: 'notification',
    get: 's3:GetBucketNotification',
    put: 's3:PutBucketNotification',
    unset: 'default',
  },
  'object-lock': {
    document: 'objectLock',
    get: 's3:GetBucketObjectLockConfiguration',
    put: 's3:PutBucketObjectLockConfiguration',
    unset: {
      code: 'ObjectLockConfigurationNotFoundError',
      message: 'Object Lock configuration does not exist for this bucket',
    },
    plain: true,
    optionalBody: true,
  },
  replication: {
    document: 'replication',
    get: 's3:GetReplicationConfiguration',
    put: 's3:PutReplicationConfiguration',
    delete: 's3:PutReplicationConfiguration',
    unset: { code: 'ReplicationConfigurationNotFoundError', message: 'replication not found' },
    plain: true,
  },
  website: {
    document: 'website',
    get: 's3:GetBucketPolicy',
    put: 's3:PutBucketPolicy',
    delete: 's3:PutBucketPolicy',
    unset: { code: 'NoSuchWebsiteConfiguration' },
  },
  logging: {
    document: 'logging',
    get: 's3:GetBucketLogging',
    put: 's3:PutBucketLogging',
    unset: 'default',
  },
  accelerate: {
    document: 'accelerate',
    get: 's3:GetBucketPolicy',
    put: 's3:PutBucketPolicy',
    unset: 'default',
  },
  requestPayment: {
    document: 'requestPayment',
    get: 's3:GetBucketPolicy',
    put: 's3:PutBucketPolicy',
    unset: 'default',
  },
};

/** Sub-resources that RustFS knows and answers with 501, with what its messages call them. */
export const UNIMPLEMENTED: Readonly<Record<string, { readonly name: string; readonly list?: string }>> = {
  abac: { name: 'BucketAbac' },
  analytics: { name: 'BucketAnalyticsConfiguration', list: 'ListBucketAnalyticsConfigurations' },
  'intelligent-tiering': {
    name: 'BucketIntelligentTieringConfiguration',
    list: 'ListBucketIntelligentTieringConfigurations',
  },
  inventory: { name: 'BucketInventoryConfiguration', list: 'ListBucketInventoryConfigurations' },
  metrics: { name: 'BucketMetricsConfiguration', list: 'ListBucketMetricsConfigurations' },
  metadataConfiguration: { name: 'BucketMetadataConfiguration' },
  metadataTable: { name: 'BucketMetadataTableConfiguration' },
  ownershipControls: { name: 'BucketOwnershipControls' },
};

const WITH_ID = ['analytics', 'intelligent-tiering', 'inventory', 'metrics'];

/**
 * Order in which RustFS' router looks for sub-resources, by method; a method does not know all of them (RustFS source
 * s3s 0.17 router). `other` entries are no configuration.
 */
const ROUTES: Readonly<Record<string, readonly string[]>> = {
  GET: [
    'abac',
    'accelerate',
    'acl',
    'cors',
    'encryption',
    'lifecycle',
    'location',
    'logging',
    'metadataConfiguration',
    'metadataTable',
    'notification',
    'ownershipControls',
    'policy',
    'policyStatus',
    'replication',
    'requestPayment',
    'tagging',
    'versioning',
    'website',
    'object-lock',
    'publicAccessBlock',
    ...WITH_ID,
  ],
  PUT: [
    ...WITH_ID,
    'abac',
    'accelerate',
    'acl',
    'cors',
    'encryption',
    'lifecycle',
    'logging',
    'notification',
    'ownershipControls',
    'policy',
    'replication',
    'requestPayment',
    'tagging',
    'versioning',
    'website',
    'object-lock',
    'publicAccessBlock',
  ],
  DELETE: [
    ...WITH_ID,
    'cors',
    'encryption',
    'lifecycle',
    'metadataConfiguration',
    'metadataTable',
    'ownershipControls',
    'policy',
    'replication',
    'tagging',
    'website',
    'publicAccessBlock',
  ],
  POST: ['metadataConfiguration', 'metadataTable'],
};

/**
 * The configuration sub-resource that a request for a bucket is about; `undefined` if RustFS takes it for a request
 * about the bucket itself (so `PUT /bucket?policyStatus` creates a bucket there, too).
 */
export function bucketSubresource(method: string, has: (parameter: string) => boolean): string | undefined {
  const withId = method === 'GET' && has('id') ? WITH_ID.find(has) : undefined;
  return withId ?? ROUTES[method]?.find(has);
}
