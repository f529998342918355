import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { emptyManifest, importTerraformState } from '../../../provisioning/index.js';

const manifest = emptyManifest('storage', 'http://127.0.0.1:9000', '1.0.1', {
  type: 'directory',
  directory: 'secrets',
});
const importState = (text: string, store = new Map()) => importTerraformState(text, 'state.json', manifest, store);

const resource = (type: string, attributes: object, name = 'x') => ({
  mode: 'managed',
  type,
  name,
  instances: [{ attributes }],
});
const state = (...resources: object[]) => JSON.stringify({ version: 4, resources });

test('a state that the provider weinmann-emt/rustfs wrote with RustFS 1.0.1', () => {
  const text = readFileSync(new URL('rustfs-provider-state.json', import.meta.url), 'utf8');
  const { source, keys, entries, leftOut } = importState(text);
  expect(
    source,
  ).toBe(`// Found in the Terraform state state.json, declared by nobody. Review every line: what is declared here is kept and repaired by apply.
import { AccessKey, Bucket, Duration, type IRustFs, Policy, ServiceUser, Size } from 'cdktf-rustfs';
import { Construct } from 'constructs';

export function adopt(scope: Construct, server: IRustFs): void {
  const adopted = new Construct(scope, 'adopted');
  const appRwPolicy = new Policy(adopted, 'policy-app-rw', {
    server,
    policyName: 'app-rw',
    statements: [
      { Effect: 'Allow', Action: ['s3:GetObject', 's3:PutObject'], Resource: ['arn:aws:s3:::app-data/*'] },
      { Effect: 'Allow', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::app-data'] },
    ],
  });
  const appUser = new ServiceUser(adopted, 'user-app', { server, userName: 'app', policies: [appRwPolicy] });
  new AccessKey(adopted, 'access-key-app', { server, keyName: 'app', user: appUser });
  new Bucket(adopted, 'bucket-app-data', {
    server,
    bucketName: 'app-data',
    versioning: true,
    lifecycle: [{ id: 'tmp', prefix: 'tmp/', expireAfter: Duration.days(7) }],
    quota: Size.bytes(1073741824),
  });
}
`);
  expect(leftOut).toEqual([]);
  expect(keys).toEqual([{ accessKeyId: 'APPKEY0001', secretAccessKey: 'canary-key-secret' }]);
  expect([...entries]).toEqual([['APPKEY0001', 'app']]);
});

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::data/*'] }],
});

test('a state with the resources of the provider aminueza/minio', () => {
  const { source, keys, leftOut } = importState(
    state(
      resource('minio_s3_bucket', { bucket: 'data', acl: 'private', object_locking: true, quota: 0, tags: null }),
      resource('minio_s3_bucket_quota', { bucket: 'data', quota: 2048 }),
      resource('minio_s3_bucket_tags', { bucket: 'data', tags: { team: 'web' } }),
      resource('minio_s3_bucket_object_lock_configuration', {
        bucket: 'data',
        rule: [{ default_retention: [{ mode: 'GOVERNANCE', days: 3, years: 0 }] }],
      }),
      resource('minio_s3_bucket_server_side_encryption', { bucket: 'data', encryption_type: 'AES256', kms_key_id: '' }),
      resource('minio_s3_bucket_cors', {
        bucket: 'data',
        cors_rule: [
          {
            id: '',
            allowed_methods: ['GET'],
            allowed_origins: ['https://a.example'],
            allowed_headers: null,
            expose_headers: ['ETag'],
            max_age_seconds: 60,
          },
        ],
      }),
      resource('minio_ilm_policy', {
        bucket: 'data',
        rule: [
          {
            id: 'old',
            status: 'Enabled',
            filter: 'tmp/',
            tags: null,
            expiration: '30d',
            transition: [],
            noncurrent_expiration: [{ days: '7d', newer_versions: 0 }],
          },
          {
            id: 'cold',
            status: 'Enabled',
            filter: '',
            tags: null,
            expiration: '',
            transition: [{ days: '9d', storage_class: 'COLD' }],
          },
          { id: 'dated', status: 'Enabled', filter: '', tags: null, expiration: '2030-01-01' },
        ],
      }),
      resource('minio_s3_bucket_notification', {
        bucket: 'data',
        queue: [{ id: 'q', queue_arn: 'arn:minio:sqs::primary:webhook', events: ['s3:ObjectCreated:*'] }],
      }),
      resource('minio_s3_bucket', { bucket: 'open', acl: 'public-read', tags: {} }, 'open'),
      resource('minio_iam_policy', { name: 'read', policy }),
      resource('minio_iam_user', { name: 'app', secret: 'canary-user-secret', disable_user: false, status: 'enabled' }),
      resource(
        'minio_iam_user',
        { name: 'gone', secret: 'canary-user-secret', disable_user: true, status: 'disabled' },
        'g',
      ),
      resource('minio_iam_user_policy_attachment', { user_name: 'app', policy_name: 'read' }),
      resource('minio_iam_group', { name: 'team', disable_group: false }),
      resource('minio_iam_group_membership', { name: 'm', group: 'team', users: ['app'] }),
      resource('minio_iam_group_policy_attachment', { group_name: 'team', policy_name: 'readonly' }),
      resource('minio_iam_service_account', {
        target_user: 'app',
        access_key: 'APPKEY01',
        secret_key: 'canary-key-secret',
        name: null,
        policy,
        disable_user: false,
        status: 'on',
      }),
      resource('minio_accesskey', {
        user: 'app',
        access_key: 'APPKEY02',
        secret_key: null,
        policy: '',
        status: 'enabled',
      }),
      resource('minio_ilm_tier', { name: 'COLD', type: 's3' }, 'cold'),
      resource('aws_s3_bucket', { bucket: 'elsewhere' }),
      { ...resource('minio_iam_user', { name: 'data-source' }), mode: 'data' },
    ),
  );
  const bucket = (source.match(/new Bucket\(adopted, 'bucket-data'[\s\S]*?\n {2}\}\);/) ?? [''])[0];
  expect(bucket).toBe(`new Bucket(adopted, 'bucket-data', {
    server,
    bucketName: 'data',
    objectLock: { defaultRetention: { mode: 'GOVERNANCE', duration: Duration.days(3) } },
    lifecycle: [
      { id: 'old', prefix: 'tmp/', expireAfter: Duration.days(30), expireNoncurrentAfter: Duration.days(7) },
    ],
    encryption: BucketEncryption.sseS3(),
    cors: [
      { allowedMethods: ['GET'], allowedOrigins: ['https://a.example'], exposeHeaders: ['ETag'], maxAgeSeconds: 60 },
    ],
    tags: { team: 'web' },
    quota: Size.bytes(2048),
  });`);
  expect(source).toContain(
    "const appUser = new ServiceUser(adopted, 'user-app', { server, userName: 'app', policies: [readPolicy] });",
  );
  expect(source).toContain("new ServiceUser(adopted, 'user-gone', { server, userName: 'gone', enabled: false });");
  expect(source).toContain("policies: [Policy.builtIn('readonly')]");
  expect(source).toContain('// Only the holder of access key APPKEY02 has its secret');
  expect(source).not.toContain('// Only the holder of access key APPKEY01');
  expect(source).not.toContain('canary');
  expect(source).not.toContain('elsewhere');
  expect(source).not.toContain('data-source');
  expect(keys).toEqual([{ accessKeyId: 'APPKEY01', secretAccessKey: 'canary-key-secret' }]);
  expect(leftOut.map(({ name, reason }) => [name, reason])).toEqual([
    ['minio_ilm_policy.x', 'rule cold moves objects to a tier, which Bucket does not know'],
    ['minio_ilm_policy.x', 'rule dated expires at a date, which Bucket does not know'],
    [
      'minio_s3_bucket_notification.x',
      'its target arn:minio:sqs::primary:webhook is one of MinIO: declare a target of RustFS',
    ],
    [
      'minio_s3_bucket.open',
      'its acl is public-read, which MinIO made a bucket policy of: declare what of it is meant in policy',
    ],
    ['minio_ilm_tier.cold', 'there is no construct for it'],
  ]);
});

test('a resource with attributes that nobody expects is left out, in a module and with an index', () => {
  const { leftOut } = importState(
    JSON.stringify({
      version: 4,
      resources: [
        {
          module: 'module.store',
          mode: 'managed',
          type: 'minio_iam_policy',
          name: 'p',
          instances: [
            { index_key: 'a', attributes: { name: 'one', policy: '{' } },
            { index_key: 0, attributes: { policy } },
          ],
        },
      ],
    }),
  );
  expect(leftOut).toEqual([
    { kind: 'resource', name: 'module.store.minio_iam_policy.p["a"]', reason: 'policy: its policy is no JSON' },
    {
      kind: 'resource',
      name: 'module.store.minio_iam_policy.p[0]',
      reason: 'name: Invalid input: expected string, received undefined',
    },
  ]);
});

test.each([
  ['{"secret": "canary', 'state.json is no JSON: expected a Terraform state, as "terraform state pull" prints it'],
  [
    '{"version": 3, "modules": []}',
    'state.json is no Terraform state of format 4 (at version): expected what "terraform state pull" prints',
  ],
  [
    state(resource('aws_s3_bucket', { bucket: 'x' })),
    'state.json has no resource of the MinIO or RustFS provider (minio_…, rustfs_…): is it the state of the right workspace?',
  ],
])('what is no such state is refused: %s', (text, message) => {
  expect(() => importState(text)).toThrow(message);
});
