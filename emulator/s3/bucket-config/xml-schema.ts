/**
 * Shapes of the bucket configuration documents as RustFS reads and writes them: which elements, of what type, in which
 * order they come back (RustFS source s3s 0.17: elements are written in the order of their model names, whatever order
 * they came in). A document whose root holds an unknown element is read without it; deeper down it is malformed.
 */

export type Scalar = 'string' | 'integer' | 'boolean' | 'date' | 'empty';
export interface StructShape {
  readonly fields: Readonly<Record<string, FieldShape>>;
  /** What an element without a field does: `skip` it, or `fail` (the default). */
  readonly unknown?: 'skip';
}
export interface FieldShape {
  readonly type: Scalar | StructShape;
  readonly required?: true;
  /** `flat`: the element repeats. `wrapped`: the element holds a list of elements of this name. */
  readonly list?: 'flat' | { readonly wrapped: string };
}
export interface DocumentShape extends StructShape {
  /** Accepted root elements; the first is the one written. */
  readonly roots: readonly [string, ...string[]];
}

const one = (type: FieldShape['type']): FieldShape => ({ type });
const must = (type: FieldShape['type']): FieldShape => ({ type, required: true });
const many = (type: FieldShape['type']): FieldShape => ({ type, list: 'flat' });
const some = (type: FieldShape['type']): FieldShape => ({ type, list: 'flat', required: true });
const struct = (fields: Record<string, FieldShape>): StructShape => ({ fields });
const document = (root: string, fields: Record<string, FieldShape>, ...aliases: string[]): DocumentShape => ({
  roots: [root, ...aliases],
  fields,
  unknown: 'skip',
});

const string = one('string');
const integer = one('integer');
const boolean = one('boolean');

const tag = struct({ Key: string, Value: string });
const days = struct({ Days: integer });
const status = struct({ Status: must('string') });

const lifecycleRule = struct({
  AbortIncompleteMultipartUpload: one(struct({ DaysAfterInitiation: integer })),
  DelMarkerExpiration: one(days),
  Expiration: one(
    struct({ Date: one('date'), Days: integer, ExpiredObjectAllVersions: boolean, ExpiredObjectDeleteMarker: boolean }),
  ),
  Filter: one(
    struct({
      And: one(struct({ ObjectSizeGreaterThan: integer, ObjectSizeLessThan: integer, Prefix: string, Tag: many(tag) })),
      ObjectSizeGreaterThan: integer,
      ObjectSizeLessThan: integer,
      Prefix: string,
      Tag: one(tag),
    }),
  ),
  ID: string,
  NoncurrentVersionExpiration: one(struct({ NewerNoncurrentVersions: integer, NoncurrentDays: integer })),
  NoncurrentVersionTransition: many(
    struct({ NewerNoncurrentVersions: integer, NoncurrentDays: integer, StorageClass: string }),
  ),
  Prefix: string,
  Status: must('string'),
  Transition: many(struct({ Date: one('date'), Days: integer, StorageClass: string })),
});

const filter = struct({ S3Key: one(struct({ FilterRule: many(struct({ Name: string, Value: string })) })) });
const notify = (target: string) =>
  struct({ Event: some('string'), Filter: one(filter), Id: string, [target]: must('string') });

const replicationTime = struct({ Minutes: integer });
const replicationRule = struct({
  DeleteMarkerReplication: one(struct({ Status: string })),
  DeleteReplication: one(status),
  Destination: must(
    struct({
      AccessControlTranslation: one(struct({ Owner: must('string') })),
      Account: string,
      Bucket: must('string'),
      EncryptionConfiguration: one(struct({ ReplicaKmsKeyID: string })),
      Metrics: one(struct({ EventThreshold: one(replicationTime), Status: must('string') })),
      ReplicationTime: one(struct({ Status: must('string'), Time: must(replicationTime) })),
      StorageClass: string,
    }),
  ),
  ExistingObjectReplication: one(status),
  Filter: one(struct({ And: one(struct({ Prefix: string, Tag: many(tag) })), Prefix: string, Tag: one(tag) })),
  ID: string,
  Prefix: string,
  Priority: integer,
  SourceSelectionCriteria: one(struct({ ReplicaModifications: one(status), SseKmsEncryptedObjects: one(status) })),
  Status: must('string'),
});

const grant = struct({
  Grantee: one({ fields: { DisplayName: string, EmailAddress: string, ID: string, URI: string }, unknown: 'skip' }),
  Permission: string,
});

export const DOCUMENTS = {
  versioning: document('VersioningConfiguration', {
    ExcludeFolders: boolean,
    ExcludedPrefixes: many(struct({ Prefix: string })),
    MfaDelete: string,
    Status: string,
  }),
  lifecycle: document(
    'LifecycleConfiguration',
    { ExpiryUpdatedAt: one('date'), Rule: some(lifecycleRule) },
    'BucketLifecycleConfiguration',
  ),
  encryption: document('ServerSideEncryptionConfiguration', {
    Rule: some(
      struct({
        ApplyServerSideEncryptionByDefault: one(struct({ KMSMasterKeyID: string, SSEAlgorithm: must('string') })),
        BlockedEncryptionTypes: one(struct({ EncryptionType: many('string') })),
        BucketKeyEnabled: boolean,
      }),
    ),
  }),
  cors: document('CORSConfiguration', {
    CORSRule: some(
      struct({
        AllowedHeader: many('string'),
        AllowedMethod: some('string'),
        AllowedOrigin: some('string'),
        ExposeHeader: many('string'),
        ID: string,
        MaxAgeSeconds: integer,
      }),
    ),
  }),
  tagging: document('Tagging', { TagSet: { type: tag, required: true, list: { wrapped: 'Tag' } } }),
  publicAccessBlock: document('PublicAccessBlockConfiguration', {
    BlockPublicAcls: boolean,
    BlockPublicPolicy: boolean,
    IgnorePublicAcls: boolean,
    RestrictPublicBuckets: boolean,
  }),
  notification: document('NotificationConfiguration', {
    EventBridgeConfiguration: one('empty'),
    CloudFunctionConfiguration: many(notify('CloudFunction')),
    QueueConfiguration: many(notify('Queue')),
    TopicConfiguration: many(notify('Topic')),
  }),
  objectLock: document('ObjectLockConfiguration', {
    ObjectLockEnabled: string,
    Rule: one(struct({ DefaultRetention: one(struct({ Days: integer, Mode: string, Years: integer })) })),
  }),
  replication: document('ReplicationConfiguration', { Role: must('string'), Rule: some(replicationRule) }),
  website: document('WebsiteConfiguration', {
    ErrorDocument: one(struct({ Key: must('string') })),
    IndexDocument: one(struct({ Suffix: must('string') })),
    RedirectAllRequestsTo: one(struct({ HostName: must('string'), Protocol: string })),
    RoutingRules: {
      type: struct({
        Condition: one(struct({ HttpErrorCodeReturnedEquals: string, KeyPrefixEquals: string })),
        Redirect: must(
          struct({
            HostName: string,
            HttpRedirectCode: string,
            Protocol: string,
            ReplaceKeyPrefixWith: string,
            ReplaceKeyWith: string,
          }),
        ),
      }),
      list: { wrapped: 'RoutingRule' },
    },
  }),
  logging: document('BucketLoggingStatus', {
    LoggingEnabled: one(
      struct({
        TargetBucket: must('string'),
        TargetGrants: { type: grant, list: { wrapped: 'Grant' } },
        TargetObjectKeyFormat: one(
          struct({ PartitionedPrefix: one(struct({ PartitionDateSource: string })), SimplePrefix: one('empty') }),
        ),
        TargetPrefix: must('string'),
      }),
    ),
  }),
  accelerate: document('AccelerateConfiguration', { Status: string }),
  requestPayment: document('RequestPaymentConfiguration', { Payer: must('string') }),
  acl: document('AccessControlPolicy', {
    AccessControlList: { type: grant, list: { wrapped: 'Grant' } },
    Owner: one(struct({ DisplayName: string, ID: string })),
  }),
} as const satisfies Record<string, DocumentShape>;

export type DocumentName = keyof typeof DOCUMENTS;
