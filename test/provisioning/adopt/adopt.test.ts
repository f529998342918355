import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Manifest, parseManifest } from '../../../manifest/index.js';
import { type Adoption, adopt, directorySecretStore, openSession, type Session } from '../../../provisioning/index.js';
import { createProject, type Project, repository } from '../../e2e/fixture.js';
import { type ByHand, byHand } from '../drift/hand-made.js';
import { createWorld, ROOT, type World } from '../fixture.js';

let world: World;
let project: Project;
let hand: ByHand;

beforeEach(async () => {
  world = await createWorld();
  hand = byHand(world);
});
afterEach(async () => {
  await world.close();
  await project?.remove();
});

const statement = (Action: string[], Resource: string, more: object = {}) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, Resource: [`arn:aws:s3:::${Resource}`], ...more }],
});

const SECRETS = { APPKEY01: 'app-key-secret', APPKEYNARROW: 'narrow-key-secret', WEBEXTRA: 'web-extra-secret' };

/** Everything that constructs can say, made by hand, with names that need quoting. */
async function makeByHand(): Promise<void> {
  await hand.bucket('app.data');
  await hand.bucket(
    'app.data',
    { versioning: '' },
    '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
  );
  await hand.bucket(
    'app.data',
    { lifecycle: '' },
    '<LifecycleConfiguration>' +
      `<Rule><ID>it's "old"</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>7</Days></Expiration></Rule>` +
      '<Rule><ID>versions</ID><Status>Disabled</Status><Filter><Prefix></Prefix></Filter><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule>' +
      '<Rule><ID>markers</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter><Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration></Rule>' +
      '</LifecycleConfiguration>',
  );
  await hand.bucket(
    'app.data',
    { cors: '' },
    '<CORSConfiguration><CORSRule><ID>web</ID><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedOrigin>https://app.example</AllowedOrigin><AllowedHeader>*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>300</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  );
  await hand.bucket(
    'app.data',
    { tagging: '' },
    `<Tagging><TagSet><Tag><Key>team's</Key><Value>a "b" \${c} \\ d</Value></Tag></TagSet></Tagging>`,
  );
  await hand.bucket(
    'app.data',
    { encryption: '' },
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  );
  await hand.bucket(
    'app.data',
    { policy: '' },
    {
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::app.data/public/*'] },
        {
          Effect: 'Deny',
          Principal: { AWS: ['app'] },
          Action: ['s3:DeleteObject'],
          Resource: ['arn:aws:s3:::app.data/*'],
          Condition: { StringNotLike: { 's3:prefix': ['tmp/*'] }, Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  );
  await hand.bucket(
    'app.data',
    { publicAccessBlock: '' },
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>',
  );
  await hand.admin('PUT', '/quota/app.data', {}, { quota: 1_048_576, quota_type: 'HARD' });
  const locked = await world.asRoot('PUT', '/app-locked', {}, undefined, {
    'x-amz-bucket-object-lock-enabled': 'true',
  });
  expect(locked.status).toBe(200);
  await hand.bucket(
    'app-locked',
    { 'object-lock': '' },
    '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>',
  );

  await hand.policy(
    'app-lists',
    statement(['s3:ListBucket'], 'app.data', {
      Sid: 'OnlyTmp',
      Condition: {
        StringLike: { 's3:prefix': ['tmp/*', '${aws:username}/*'] },
        IpAddress: { 'aws:SourceIp': '10.0.0.0/8' },
      },
    }),
  );
  await hand.policy('app-wide', statement(['s3:*'], '*'));
  await hand.user('app');
  await hand.user('app-off', 'disabled');
  await hand.user('idle');
  await hand.attach('app', 'app-lists,web-storage,readonly');
  await hand.attach('app-off', 'app-wide');
  await hand.members('team-on', ['app', 'web-svc']);
  await hand.attach('team-on', 'app-lists', true);
  await hand.members('team-off', ['app-off']);
  await hand.groupStatus('team-off', 'disabled');
  const key = (accessKey: keyof typeof SECRETS, account: object) =>
    hand.key({ accessKey, secretKey: SECRETS[accessKey], ...account });
  await key('APPKEY01', { targetUser: 'app', name: 'app' });
  await key('APPKEYNARROW', { targetUser: 'app', name: 'app', policy: statement(['s3:GetObject'], 'app.data/*') });
  await key('WEBEXTRA', { targetUser: 'web-svc', name: 'web-extra' });

  // What cannot be adopted.
  await hand.key({ accessKey: 'ROOTKEY1', secretKey: 'root-key-secret', name: 'r' });
  await hand.key({ targetUser: 'app', accessKey: 'OFFKEY01', secretKey: 'off-key-secret', name: 'off' });
  await hand.admin('POST', '/update-service-account', { accessKey: 'OFFKEY01' }, { newStatus: 'off' });
  await hand.policy('with-id', { ID: 'my-id', ...statement(['s3:GetObject'], 'app.data/*') });
  await hand.user('identified');
  await hand.attach('identified', 'with-id');
  await hand.bucket('app-versioned');
  await hand.bucket(
    'app-versioned',
    { versioning: '' },
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  );
  await hand.bucket(
    'web-uploads',
    { tagging: '' },
    '<Tagging><TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet></Tagging>',
  );
}

async function withSession<T>(open: () => Promise<Session>, work: (session: Session) => Promise<T>): Promise<T> {
  const session = await open();
  try {
    return await work(session);
  } finally {
    session.close();
  }
}

const plain = (manifest: Manifest) => {
  for (const bucket of manifest.buckets) {
    delete bucket.versioning;
    delete bucket.quotaBytes;
  }
};

/** A stack that declares what the fixture's manifest declares, and calls the adopted module. */
const stackFile = (endpoint: string, needsUsers: boolean) => `
import { App, TerraformStack } from 'cdktf';
import { Access, ComponentStorage, RustFs } from 'cdktf-rustfs';
import { adopt } from './adopted.js';

const app = new App();
const stack = new TerraformStack(app, 'test');
const server = RustFs.external(stack, 'rustfs', { endpoint: '${endpoint}' });
new ComponentStorage(stack, 'backup', { server, buckets: ['dumps'], access: Access.append() });
const web = new ComponentStorage(stack, 'web', { server, buckets: ['uploads', 'assets'], access: Access.readWrite() });
adopt(stack, server${needsUsers ? ", { users: { 'web-svc': web.user } }" : ''});
void web;
app.synth();
`;

async function roundTrip(adoption: Adoption) {
  project = await createProject(stackFile(world.endpoint, adoption.source.includes('declared.users')));
  await writeFile(join(project.directory, 'adopted.ts'), adoption.source);
  await writeFile(
    join(project.directory, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2023',
        module: 'nodenext',
        strict: true,
        noUnusedLocals: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: false,
        skipLibCheck: true,
        noEmit: true,
        types: [],
      },
      files: ['main.ts', 'adopted.ts'],
    }),
  );
  const checked = await execa(process.execPath, [join(repository, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
    cwd: project.directory,
    reject: false,
  });
  expect(checked.stdout).toBe('');
  const synthesized = await execa(process.execPath, [join(repository, 'node_modules/tsx/dist/cli.mjs'), 'main.ts'], {
    cwd: project.directory,
    reject: false,
  });
  expect(synthesized.stderr).toBe('');
  const file = join(project.directory, 'cdktf.out', 'stacks', 'test', 'manifest.json');
  return parseManifest(await readFile(file, 'utf8'), file);
}

const keyComment = (accessKeyId: string, entry: string) =>
  `// Only the holder of access key ${accessKeyId} has its secret: put it into the secret store as ${entry} before you apply (docs/drift.md).`;

test('what was made by hand is declared by the printed constructs, and then nothing is left to change', async () => {
  await world.apply(plain);
  await makeByHand();
  const adoption = await withSession(() => world.open(plain), adopt);
  const leftOut = [
    { kind: 'policy', name: 'with-id', reason: 'its policy has the ID my-id, which constructs do not write' },
    {
      kind: 'user',
      name: 'identified',
      reason: 'policy with-id, which is attached to it, is not on the server or not adopted',
    },
    { kind: 'access-key', name: 'app/OFFKEY01', reason: 'it is switched off, and a declared key is always on' },
    {
      kind: 'access-key',
      name: 'testrootkey/ROOTKEY1',
      reason: 'it belongs to root; give its holder a user of its own',
    },
  ];
  expect(adoption.leftOut).toEqual(leftOut);
  for (const { kind, name, reason } of leftOut)
    expect(adoption.source).toContain(`// Not adopted: ${kind} ${name}: ${reason}\n`);
  expect(adoption.source).toContain(
    "// Bucket web-uploads is declared already. Add to its props:\n//   tags: { a: 'b' },\n",
  );
  // What the adopted group and policies give beyond what was declared needs a reason.
  expect(adoption.source).toContain(
    "  declared.users['web-svc'].addException({ bucket: 'app.data', reason: 'adopted from the server: review' });\n",
  );
  expect(adoption.source).toContain("{ bucket: 'web-uploads', reason: 'adopted from the server: review' }");
  for (const secret of [...Object.values(SECRETS), 'app-secret']) expect(adoption.source).not.toContain(secret);

  const store = directorySecretStore(world.secretsDir);
  for (const [name, accessKeyId, secretAccessKey] of [
    ['app', 'APPKEY01', SECRETS.APPKEY01],
    ['APPKEYNARROW', 'APPKEYNARROW', SECRETS.APPKEYNARROW],
  ] as const) {
    expect(adoption.source).toContain(keyComment(accessKeyId, name));
    const current = { accessKeyId, secretAccessKey, createdAt: '2026-01-01T00:00:00.000Z', state: 'active' } as const;
    await store.write(name, { current }, { endpoint: world.endpoint, region: 'us-east-1' });
  }
  // As a person would put it there.
  expect(adoption.source).toContain(keyComment('WEBEXTRA', 'web-extra'));
  const file = join(world.secretsDir, 'web-extra.env');
  await writeFile(file, `AWS_ACCESS_KEY_ID=WEBEXTRA\nAWS_SECRET_ACCESS_KEY=${SECRETS.WEBEXTRA}\n`, { mode: 0o600 });
  const manifest = await roundTrip(adoption);
  const { changes, blocked, unmanaged } = (
    await withSession(
      () => openSession({ manifest, root: ROOT, store }),
      (session) => session.plan({ checkSecrets: true }),
    )
  ).plan;
  expect({ changes, blocked }).toEqual({ changes: [], blocked: [] });
  expect(unmanaged.map(({ kind, name }) => `${kind} ${name}`)).toEqual(
    [...leftOut.map(({ kind, name }) => `${kind} ${name}`), 'bucket-config web-uploads/tags'].sort(),
  );
});

test('without the secret in the store, an adopted key is blocked, not replaced', async () => {
  await world.apply(plain);
  await hand.user('app');
  await hand.key({ targetUser: 'app', accessKey: 'APPKEY01', secretKey: 'app-key-secret', name: 'app' });
  const manifest = await roundTrip(await withSession(() => world.open(plain), adopt));
  const { plan } = await withSession(
    () => openSession({ manifest, root: ROOT, store: directorySecretStore(world.secretsDir) }),
    (session) => session.plan(),
  );
  expect(plan).toEqual({
    changes: [],
    unmanaged: [],
    blocked: [
      {
        kind: 'access-key',
        name: 'app',
        reason: 'access key APPKEY01 exists on the server, but its secret is not in the secret store',
        wayOut:
          'name the right secret store with --secrets, or replace the key with --replace-keys (applications that use the old one lose access)',
      },
    ],
  });
});

test('nothing unmanaged, nothing printed but the comment', async () => {
  await world.apply();
  const { source, adopted, leftOut } = await withSession(() => world.open(), adopt);
  expect({ adopted, leftOut }).toEqual({ adopted: [], leftOut: [] });
  expect(source.split('\n').filter((line) => line !== '' && !line.startsWith('//'))).toEqual(['export {};']);
});
