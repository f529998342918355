import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Manifest } from '../../../manifest/index.js';
import { preflight } from '../../../provisioning/index.js';
import { manifestFor, type World } from '../fixture.js';
import { allow, lines, look, putPolicy, QUIET, worldOf } from './estate.js';

const FROM = '1.0.0-beta.7';
const MAPPING = { groupsClaim: 'groups', rolesClaim: '', claimName: 'groups', claimPrefix: '' };

const TRAPS = {
  ...QUIET,
  'kms/service-status': { status: 'Configured', backend_type: 'Local' },
  'get-config-kv?key=notify_webhook':
    'notify_webhook:primary endpoint="http://10.0.0.7:8080/hook"\n# RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_B=http://hooks.invalid/x',
  tier: [{ version: 'v1', type: 's3', s3: { name: 'COLD', endpoint: 'http://192.168.1.9:9000' } }],
  info: { servers: [{}, {}] },
};

const withProviders = (manifest: Manifest) => {
  const provider = { clientId: 'rustfs', scopes: ['openid'] };
  manifest.oidc = {
    providers: [
      {
        ...{ ...provider, id: 'corp', issuer: 'http://127.0.0.1:9' },
        mapping: { ...MAPPING, rolePolicies: ['web-storage'] },
        claims: [{ value: 'web', policies: ['web-storage'] }],
      },
      {
        ...provider,
        id: 'meta',
        issuer: 'http://169.254.169.254',
        mapping: { ...MAPPING, rolePolicies: [] },
        claims: [],
      },
    ],
  };
};

async function plantAccess(world: World): Promise<void> {
  await putPolicy(world, 'legacy', allow(['admin:KMSCreateKey'], {}));
  await putPolicy(world, 'two words', allow(['s3:GetBucketLocation']));
  await putPolicy(world, 'KMSAuditor', allow(['kms:*'], {}));
  await putPolicy(
    world,
    'dates',
    allow(['s3:PutObject'], {
      Resource: ['arn:aws:s3:::*'],
      Condition: { DateLessThan: { 'aws:CurrentTime': '2027-01-01T00:00:00Z' } },
    }),
  );
  await putPolicy(
    world,
    'sets',
    allow(['s3:PutObject'], {
      Resource: ['arn:aws:s3:::*'],
      Condition: { 'ForAllValues:StringEquals': { 'aws:groups': ['a'] } },
    }),
  );
  await putPolicy(world, 'everything', allow(['s3:*']));
  await putPolicy(world, 'purge', allow(['s3:DeleteObjectVersion']));
  await putPolicy(world, 'lister', allow(['s3:ListBucket', 's3:GetObject']));
  await putPolicy(world, 'operator', allow(['admin:ServerInfo', 'admin:CreateServiceAccount'], {}));
  await world.asRoot(
    'PUT',
    '/rustfs/admin/v3/add-service-account',
    {},
    {
      ...{ targetUser: 'web-svc', accessKey: 'narrowed', secretKey: 'narrowed-secret', name: 'narrowed' },
      policy: { Version: '2012-10-17', Statement: [allow(['admin:KMSKeyStatus'], {})] },
    },
  );
}

async function plantBuckets(world: World): Promise<void> {
  const put = async (path: string, query: Record<string, string>, body: string) => {
    const { status } = await world.asRoot('PUT', path, query, body);
    // beta.7 refuses the notification (500), and stores it all the same.
    expect([path, query, status]).toEqual([path, query, 'notification' in query ? 500 : 200]);
  };
  const encryption = (rule: string) =>
    `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault>${rule}</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`;
  await put('/web-uploads', { encryption: '' }, encryption('<SSEAlgorithm>AES256</SSEAlgorithm>'));
  await put('/web-uploads/secret.txt', {}, 'hello');
  await put('/backup-dumps', { encryption: '' }, encryption('<SSEAlgorithm>aws:kms</SSEAlgorithm>'));
  await put(
    '/web-assets',
    { lifecycle: '' },
    '<LifecycleConfiguration><Rule><ID>now</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><Days>0</Days></Expiration></Rule></LifecycleConfiguration>',
  );
  await put(
    '/web-assets',
    { notification: '' },
    '<NotificationConfiguration><QueueConfiguration><Id>n</Id><Queue>arn:rustfs:sqs:us-east-1:gone:webhook</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>',
  );
  const statement = {
    ...allow(['s3:ListBucket'], { Resource: ['arn:aws:s3:::web-assets'] }),
    Principal: { AWS: ['backup-svc'] },
  };
  const policy = await world.asRoot(
    'PUT',
    '/web-assets',
    { policy: '' },
    { Version: '2012-10-17', Statement: [statement] },
  );
  expect(policy.status).toBeLessThan(300);
}

describe('an estate with every trap of the upgrade', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldOf(FROM, { answers: TRAPS });
    await plantAccess(world);
    await plantBuckets(world);
  });
  afterAll(() => world.close());

  test('what the server and the manifest show', async () => {
    const result = await look(world, FROM, {}, withProviders);
    expect(lines(result)).toEqual([
      'blocks-start kms-local-master-key server: the KMS is local; whether the environment configures it was not seen (--server-env)',
      'blocks-start policy-actions policy legacy: names admin:KMSCreateKey',
      'breaks-clients embedded-policies embedded policy of access key narrowed: $.Statement[0].Action[0]: got "admin:KMSKeyStatus"; RustFS 1.0.1 does not know this action; write an action name that this RustFS version knows',
      'breaks-clients keys-for-others policy operator: allows admin:CreateServiceAccount',
      'breaks-clients kms-not-running bucket backup-dumps: encrypts with SSE-KMS by default, and the KMS is Configured',
      'breaks-clients list-versions policy lister: allows s3:ListBucket without s3:ListBucketVersions on versioned web-assets',
      'breaks-clients oidc-role-policies OIDC provider corp: has role policies (web-storage) beside claims',
      'breaks-clients outbound-literals tier COLD: http://192.168.1.9:9000: private address',
      'breaks-clients outbound-private OIDC provider corp: http://127.0.0.1:9: loopback address',
      'breaks-clients outbound-private OIDC provider meta: http://169.254.169.254: metadata endpoint',
      'breaks-clients outbound-private notification webhook: http://10.0.0.7:8080: private address',
      'breaks-clients outbound-private notification webhook: http://hooks.invalid: does not resolve here, so it is a private name or a mistake',
      'breaks-clients quota-usage bucket web-assets: has a quota of 1073741824 bytes',
      'breaks-clients sse-s3-key bucket web-uploads: encrypts with SSE-S3 by default, and no KMS runs',
      'breaks-clients versioned-reads policy lister: allows s3:GetObject without s3:GetObjectVersion on versioned web-assets',
      'changes-meaning bucket-policy-listing policy of bucket web-assets: allows s3:ListBucket',
      'changes-meaning date-conditions policy dates: has DateLessThan',
      'changes-meaning oidc-parents OIDC provider corp: signs users in',
      'changes-meaning oidc-parents OIDC provider meta: signs users in',
      'changes-meaning set-conditions policy sets: has ForAllValues:StringEquals',
      'changes-meaning version-deletes policy purge: allows s3:DeleteObjectVersion without s3:DeleteObject',
      'loses-data mixed-versions server: runs on several nodes',
      'loses-data zero-key-objects bucket web-uploads: 1 of the objects looked at has SSE-S3, such as secret.txt; no KMS runs',
      'note assume-role users: 2 users have a policy, but no Allow of sts:AssumeRole: backup-svc, web-svc',
      'note builtin-names policy KMSAuditor: has the name of a policy that is built in in 1.0.1',
      'note force-delete policy everything: allows s3:*, which covers force delete on beta.7 alone',
      'note kms-default-key bucket backup-dumps: encrypts with SSE-KMS and names no key',
      'note kms-permissions policy operator: allows admin:ServerInfo',
      'note lifecycle-days bucket web-assets: rule now has 0 days',
      'note list-versions policy web-storage: allows s3:ListBucket without s3:ListBucketVersions on versioned web-assets',
      'note notification-order bucket web-assets: notifies arn:rustfs:sqs:us-east-1:gone:webhook, which is not online',
      'note spaces-in-names policy two words: has white space in its name',
      'note versioned-reads policy web-storage: allows s3:GetObject without s3:GetObjectVersion on versioned web-assets',
    ]);
    const outbound = result.report.findings.filter(({ rule }) => rule === 'outbound-private');
    const fixes = new Map(outbound.map(({ object, fix }) => [object, fix]));
    expect(fixes.get('OIDC provider meta')).toBe('no list lifts this: use another address');
    expect(fixes.get('notification webhook')).toBe(
      'set RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://127.0.0.1:9,http://10.0.0.7:8080,http://hooks.invalid with the change (RustFs derives it from what is declared)',
    );
  });

  test('what the environment shows', async () => {
    const environment = new Map([
      ['RUSTFS_VOLUMES', 'http://node{1...4}:9000/data'],
      ['RUSTFS_ACCESS_KEY', ''],
      ['RUSTFS_SECRET_KEY', 'rustfsadmin'],
      ['RUSTFS_ADDRESS', ':9000'],
      ['RUSTFS_CONSOLE_ADDRESS', '0.0.0.0:9000'],
      ['RUSTFS_STORAGE_CLASS_STANDARD', 'EC:2'],
      ['RUSTFS_CONSOLE_RATE_LIMIT_ENABLE', 'true'],
      ['RUSTFS_OUTBOUND_ALLOW_ORIGINS', 'http://10.0.0.7:8080/hook'],
      ['RUSTFS_KEYSTONE_AUTH_URL', 'http://10.0.0.5:5000/v3'],
      ['RUSTFS_KMS_ENABLE', 'true'],
      ['RUSTFS_KMS_BACKEND', 'vault-transit'],
      ['RUSTFS_KMS_VAULT_ADDRESS', 'http://vault:8200'],
      ['RUSTFS_KMS_VAULT_TOKEN', 'dev-token'],
      ['RUSTFS_KMS_VAULT_NAMESPACE', 'team'],
    ]);
    const result = await look(world, FROM, { environment });
    const server = lines(result).filter((line) => / (?:server|Keystone|tier \w+|notification webhook): /.test(line));
    expect(server).toEqual([
      'blocks-start console-address server: RUSTFS_CONSOLE_ADDRESS 0.0.0.0:9000 overlaps RUSTFS_ADDRESS :9000',
      'blocks-start credential-variables server: RUSTFS_ACCESS_KEY set, but empty',
      'blocks-start default-credentials server: a root credential is rustfsadmin',
      'blocks-start kms-vault-http server: Vault has an http address and the token "dev-token"',
      'blocks-start storage-class server: has RUSTFS_STORAGE_CLASS_STANDARD=EC:2',
      'breaks-clients outbound-list server: RUSTFS_OUTBOUND_ALLOW_ORIGINS=http://10.0.0.7:8080/hook',
      'breaks-clients outbound-literals Keystone: http://10.0.0.5:5000/v3: private address',
      'breaks-clients outbound-literals tier COLD: http://192.168.1.9:9000: private address',
      'breaks-clients outbound-private notification webhook: http://10.0.0.7:8080: private address',
      'breaks-clients outbound-private notification webhook: http://hooks.invalid: does not resolve here, so it is a private name or a mistake',
      'changes-meaning console-rate-limit server: has RUSTFS_CONSOLE_RATE_LIMIT_ENABLE',
      'changes-meaning kms-variables server: has RUSTFS_KMS_VAULT_NAMESPACE',
      'loses-data mixed-versions server: runs on several nodes',
    ]);
  });
});

const clean = (manifest: Manifest) => {
  for (const bucket of manifest.buckets) {
    delete bucket.quotaBytes;
    delete bucket.versioning;
  }
  for (const { document } of manifest.policies)
    document.Statement.push({ Effect: 'Allow', Action: ['sts:AssumeRole'] });
};

test('an estate without a trap: nothing is found, and what cannot be seen is left to a person', async () => {
  const world = await worldOf(FROM, { change: clean });
  try {
    await world.asRoot('PUT', '/web-uploads/plain.txt', {}, 'hello');
    const environment = new Map([
      ['RUSTFS_VOLUMES', '/data'],
      ['RUSTFS_SSE_S3_MASTER_KEY', 'somebodys-key'],
    ]);
    const { report } = await look(world, FROM, { environment }, clean);
    expect(report.findings).toEqual([]);
    expect(report.lookedAt).toEqual([
      'the manifest of stack test',
      'the server: 7 stored policies, 2 users, 2 access keys, 3 buckets',
      '1 object, all there are',
      "2 variables of the server's environment",
    ]);
    expect(report.byHand.map(({ severity, rule }) => `${severity} ${rule}`)).toEqual([
      'breaks-clients session-longest',
      'breaks-clients unsigned-headers',
      'breaks-clients clock-skew',
      'breaks-clients metrics-route',
      'breaks-clients liveness-body',
      'changes-meaning session-shortest',
      'changes-meaning readiness',
      'note quota-bucket',
      'note website-delete',
      'note error-codes',
      'note unknown-usage',
    ]);
  } finally {
    await world.close();
  }
});

test('without a server and its environment, everything that they would show is left to a person', async () => {
  const world = await worldOf(FROM, { change: clean });
  try {
    const withoutServer = { from: FROM, to: '1.0.1', manifest: manifestFor(world.endpoint, clean) } as const;
    const { report } = await preflight(withoutServer);
    expect(report.findings).toEqual([]);
    const why = new Map<string, string>(report.byHand.map(({ rule, why }) => [rule, why]));
    expect(why.get('zero-key-objects')).toBe('no server was asked');
    expect(why.get('oidc-access-keys')).toBe('no server was asked');
    expect(why.get('storage-class')).toBe('the environment of the server was not given (--server-env)');
    expect(report.lookedAt).toEqual([
      'the manifest of stack test',
      'no server',
      'no object',
      "not the server's environment",
    ]);
  } finally {
    await world.close();
  }
});

test('only the first objects are looked at where that was asked for, and it says so', async () => {
  const world = await worldOf(FROM);
  try {
    for (const key of ['a', 'b', 'c'])
      await world.asRoot('PUT', `/web-assets/${key}`, {}, 'hello', { 'x-amz-server-side-encryption': 'AES256' });
    const { report } = await look(world, FROM, { objects: { perBucket: 2 } });
    expect(report.findings.find(({ rule }) => rule === 'zero-key-objects')?.found).toBe(
      '2 of the objects looked at have SSE-S3, such as a; no KMS runs',
    );
    expect(report.byHand.find(({ rule }) => rule === 'zero-key-objects')?.why).toBe(
      'only the first objects of web-assets were looked at',
    );
  } finally {
    await world.close();
  }
});

test('refuses another server than the one to be changed, and a change that is none', async () => {
  const world = await worldOf('1.0.1');
  try {
    await expect(look(world, FROM)).rejects.toThrow(
      `the server at ${world.endpoint} is RustFS 1.0.1, not 1.0.0-beta.7: preflight is run against the version before the change`,
    );
    await expect(look(world, FROM, { to: FROM })).rejects.toThrow(
      '--from and --to are both 1.0.0-beta.7: nothing changes',
    );
    await expect(preflight({ from: FROM, to: '1.0.1' })).rejects.toThrow(
      'nothing to look at: name a manifest, or let a server be asked',
    );
  } finally {
    await world.close();
  }
});
