import { describe, expect, test } from 'vitest';
import { Bucket, type BucketProps, Duration, RustFs, RustFsStorage, Size } from '../../constructs/index.js';
import { synthesize } from './fixture.js';

const bucket = (props: Omit<BucketProps, 'server' | 'bucketName'>) =>
  synthesize((stack, server) => new Bucket(stack, 'b', { server, bucketName: 'app-data', ...props })).manifest
    .buckets[0];

describe('Bucket', () => {
  test('writes its whole configuration into the manifest', () => {
    expect(
      bucket({
        versioning: true,
        objectLock: { defaultRetention: { mode: 'GOVERNANCE', duration: Duration.days(7) } },
        lifecycle: [{ expireAfter: Duration.days(90), prefix: 'tmp/' }],
        encryption: { algorithm: 'AES256' },
        cors: [{ allowedMethods: ['GET'], allowedOrigins: ['https://app.example'] }],
        tags: { team: 'web' },
        quota: Size.gibibytes(5),
        policy: [
          { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app-data/pub/*'] },
        ],
        publicAccessReason: 'the web site',
        publicAccessBlock: { blockPublicPolicy: false, restrictPublicBuckets: false },
        notifications: [{ targetArn: 'arn:rustfs:sqs:us-east-1:primary:webhook', events: ['s3:ObjectCreated:*'] }],
        removalPolicy: 'destroy',
      }),
    ).toEqual({
      name: 'app-data',
      versioning: 'Enabled',
      objectLock: { defaultRetention: { mode: 'GOVERNANCE', days: 7 } },
      lifecycle: [{ id: 'rule-1', enabled: true, prefix: 'tmp/', expireAfterDays: 90 }],
      encryption: { algorithm: 'AES256' },
      cors: [{ allowedMethods: ['GET'], allowedOrigins: ['https://app.example'] }],
      tags: { team: 'web' },
      quotaBytes: 5_368_709_120,
      policy: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app-data/pub/*'] },
        ],
      },
      publicAccessReason: 'the web site',
      publicAccessBlock: {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: false,
        restrictPublicBuckets: false,
      },
      notifications: [
        { id: 'notification-1', targetArn: 'arn:rustfs:sqs:us-east-1:primary:webhook', events: ['s3:ObjectCreated:*'] },
      ],
      removalPolicy: 'destroy',
    });
  });

  test('object lock brings versioning', () => {
    expect(bucket({ objectLock: {} })).toEqual({
      name: 'app-data',
      versioning: 'Enabled',
      objectLock: {},
      removalPolicy: 'retain',
    });
  });

  test('suspended versioning, and the removal of delete markers', () => {
    expect(
      bucket({ versioning: 'suspended', lifecycle: [{ id: 'markers', expiredObjectDeleteMarker: true }] }),
    ).toEqual({
      name: 'app-data',
      versioning: 'Suspended',
      lifecycle: [{ id: 'markers', enabled: true, expiredObjectDeleteMarker: true }],
      removalPolicy: 'retain',
    });
  });

  test.each<readonly [Omit<BucketProps, 'server'>, string]>([
    [
      { objectLock: {}, versioning: false },
      'bucket app-data has object lock but versioning: false; RustFS locks versions, so leave versioning out or set it to true',
    ],
    [
      { objectLock: {}, versioning: 'suspended' },
      'bucket app-data has object lock but versioning: suspended; RustFS locks versions, so leave versioning out or set it to true',
    ],
    [
      { lifecycle: [{ expireAfter: Duration.days(1), expiredObjectDeleteMarker: true }] },
      'lifecycle rule 1 of bucket app-data has both expireAfter and expiredObjectDeleteMarker, of which S3 takes one; make two rules of them',
    ],
    [
      { lifecycle: [{ prefix: 'x' }] },
      'lifecycle rule 1 of bucket app-data does nothing; give it expireAfter, expireNoncurrentAfter or abortIncompleteMultipartAfter',
    ],
    [
      { notifications: [{ targetArn: 'arn:aws:sns:x', events: ['s3:ObjectCreated:*'] }] },
      'notification target of bucket app-data is arn:aws:sns:x; expected arn:rustfs:sqs:<region>:<lower-case id>:<type>, such as arn:rustfs:sqs:us-east-1:primary:webhook',
    ],
    [
      { policy: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::other/*'] }] },
      'policy of bucket app-data: $.Statement[0].Resource[0]: got "arn:aws:s3:::other/*"; a policy of bucket app-data can only speak of that bucket; write arn:aws:s3:::app-data or arn:aws:s3:::app-data/*',
    ],
    [
      {
        policy: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app-data/*'] }],
      },
      'anybody could s3:GetObject app-data/x because the policy of bucket app-data allows s3:GetObject on arn:aws:s3:::app-data/*; name access keys in its policy, or give the reason in publicAccessReason',
    ],
  ])('refuses %j', (props, message) => {
    expect(() => bucket(props)).toThrow(message);
  });

  test.each([
    ['ab', 'must be 3 to 63 characters long, got 2'],
    [
      'My-bucket',
      'may only contain a-z, 0-9, "." and "-", got "M" at offset 0\nmust begin and end with a letter or digit',
    ],
    ['a..b', 'must not contain "..", ".-" or "-."'],
    ['10.0.0.1', 'must not look like an IP address'],
    ['xn--abc', 'must not begin with "xn--"'],
    ['rustfs', 'is reserved by RustFS'],
  ])('bucket name %s', (name, errors) => {
    expect(() => Bucket.validateBucketName(name)).toThrow(`invalid bucket name (value: ${name})\n${errors}`);
  });

  test('Duration and Size refuse what RustFS cannot count', () => {
    expect(() => Duration.days(0)).toThrow('a duration must be a whole number of days, at least 1, got 0');
    expect(() => Size.bytes(0.5)).toThrow('a size must be a whole number of bytes, at least 1, got 0.5');
    expect(() => RustFsStorage.erasure({ drives: 1 })).toThrow(
      'erasure coding needs 2 to 16 drives, got 1; use RustFsStorage.single() for one',
    );
  });

  test('one server for a stack, and an endpoint without path', () => {
    expect(() =>
      synthesize((stack) => RustFs.external(stack, 'second', { endpoint: 'http://127.0.0.1:9001' })),
    ).toThrow(
      'stack test already has a RustFS server: a stack has one manifest.json, so give every server a stack of its own',
    );
    expect(() => synthesize((stack) => RustFs.external(stack, 'second', { endpoint: 'http://h/s3' }))).toThrow(
      'invalid endpoint (value: http://h/s3): expected a URL without path and credentials, such as http://127.0.0.1:9000, because S3 signatures break behind a path',
    );
  });
});
