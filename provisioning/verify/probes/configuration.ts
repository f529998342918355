import type { S3OperationName } from '../../../policies/index.js';
import { type ProbeTemplate, xml } from './template.js';

const read = (
  title: string,
  operation: S3OperationName,
  subresource: string,
  unset: string | undefined,
  others: Pick<ProbeTemplate, 'foreign' | 'anonymous'> = {},
): ProbeTemplate => ({
  title,
  operation,
  method: 'GET',
  on: 'bucket',
  query: { [subresource]: '' },
  authorizedBy: unset === undefined ? [] : [{ code: unset }],
  own: 'full',
  ...others,
});

const CONFIGURATION_READS: readonly ProbeTemplate[] = [
  read('get bucket policy', 'GetBucketPolicy', 'policy', 'NoSuchBucketPolicy', { foreign: 'full', anonymous: 'full' }),
  read('get bucket policy status', 'GetBucketPolicyStatus', 'policyStatus', 'NoSuchBucketPolicy'),
  read('get bucket location', 'GetBucketLocation', 'location', undefined),
  read('get bucket versioning', 'GetBucketVersioning', 'versioning', undefined),
  read('get bucket lifecycle', 'GetBucketLifecycle', 'lifecycle', 'NoSuchLifecycleConfiguration'),
  read('get bucket encryption', 'GetBucketEncryption', 'encryption', 'ServerSideEncryptionConfigurationNotFoundError'),
  read('get bucket CORS', 'GetBucketCors', 'cors', 'NoSuchCORSConfiguration'),
  read('get bucket tags', 'GetBucketTagging', 'tagging', 'NoSuchTagSet'),
  read('get public access block', 'GetPublicAccessBlock', 'publicAccessBlock', 'NoSuchPublicAccessBlockConfiguration'),
  read('get bucket notification', 'GetBucketNotification', 'notification', undefined),
  read(
    'get object lock configuration',
    'GetObjectLockConfiguration',
    'object-lock',
    'ObjectLockConfigurationNotFoundError',
  ),
  read('get bucket replication', 'GetBucketReplication', 'replication', 'ReplicationConfigurationNotFoundError'),
  read('get bucket ACL', 'GetBucketAcl', 'acl', undefined),
];

const write = (
  title: string,
  operation: S3OperationName,
  subresource: string,
  body: string,
  code: string,
  others: Partial<ProbeTemplate> = {},
): ProbeTemplate => ({
  title: `${title} (invalid on purpose)`,
  operation,
  method: 'PUT',
  on: 'bucket',
  query: { [subresource]: '' },
  body,
  authorizedBy: [{ status: 400, code }],
  own: 'full',
  needsStrictChecks: true,
  ...others,
});

const QUEUE =
  '<QueueConfiguration><Id>probe</Id><Queue>no-arn</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>';

const REPLICATION_RULE =
  '<Rule><ID>probe</ID><Status>Enabled</Status><Priority>1</Priority><DeleteMarkerReplication><Status>Disabled</Status>' +
  '</DeleteMarkerReplication><Filter><Prefix>none/</Prefix></Filter><Destination><Bucket>no-arn</Bucket></Destination></Rule>';

/**
 * Writes that RustFS refuses as invalid after it has authorized them. They are well-formed, because malformed XML is
 * refused before. There is no harmless write of CORS rules, bucket tags and public access blocks: RustFS stores even
 * nonsensical ones (observed on 1.0.1), so these rights are not tried.
 */
const CONFIGURATION_WRITES: readonly ProbeTemplate[] = [
  // recorded: 07-buckets put-policy-malformed, both versions
  write('put bucket policy', 'PutBucketPolicy', 'policy', 'no policy', 'InvalidArgument', {
    own: 'core',
    foreign: 'full',
    anonymous: 'full',
    needsStrictChecks: false,
  }),
  // recorded: 07-buckets put-acl, both versions
  write(
    'put bucket ACL',
    'PutBucketAcl',
    'acl',
    xml('AccessControlPolicy', '<Owner><ID>x</ID></Owner><AccessControlList/>'),
    'NotImplemented',
    { authorizedBy: [{ status: 501, code: 'NotImplemented' }], needsStrictChecks: false },
  ),
  write(
    'put bucket versioning',
    'PutBucketVersioning',
    'versioning',
    xml('VersioningConfiguration', '<Status>Invalid</Status>'),
    'InvalidArgument',
  ),
  write(
    'put bucket lifecycle',
    'PutBucketLifecycle',
    'lifecycle',
    xml(
      'LifecycleConfiguration',
      `<Rule><ID>probe</ID><Status>Enabled</Status><Filter><Prefix>none/</Prefix></Filter></Rule>`,
    ),
    'InvalidArgument',
  ),
  write(
    'put bucket encryption',
    'PutBucketEncryption',
    'encryption',
    xml(
      'ServerSideEncryptionConfiguration',
      '<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>invalid</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule>',
    ),
    'MalformedXML',
  ),
  write(
    'put bucket notification',
    'PutBucketNotification',
    'notification',
    xml('NotificationConfiguration', QUEUE),
    'InvalidArgument',
  ),
  write(
    'put object lock configuration',
    'PutObjectLockConfiguration',
    'object-lock',
    xml(
      'ObjectLockConfiguration',
      '<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>INVALID</Mode><Days>1</Days></DefaultRetention></Rule>',
    ),
    'MalformedXML',
    {
      authorizedBy: [
        { status: 400, code: 'MalformedXML' },
        { status: 409, code: 'InvalidBucketState' },
      ],
    },
  ),
  write(
    'put bucket replication',
    'PutBucketReplication',
    'replication',
    xml('ReplicationConfiguration', `<Role>no-arn</Role>${REPLICATION_RULE}`),
    'InvalidRequest',
  ),
];

export const CONFIGURATION_PROBES: readonly ProbeTemplate[] = [...CONFIGURATION_READS, ...CONFIGURATION_WRITES];
