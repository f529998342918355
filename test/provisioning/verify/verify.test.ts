import { afterEach, beforeEach, expect, test } from 'vitest';
import { type AccessProof, verify } from '../../../provisioning/index.js';
import { createWorld, type World } from '../fixture.js';

const ADMIN = '/rustfs/admin/v3';
let world: World;
let fault: { action: 'respond'; status: number; body: string } | undefined;

beforeEach(async () => {
  fault = undefined;
  world = await createWorld({ onRequest: ({ path }) => (fault && path !== '/health/ready' ? fault : undefined) });
  await world.apply();
});
afterEach(() => world.close());

async function prove(before: () => Promise<unknown> = async () => {}): Promise<AccessProof> {
  const session = await world.open();
  try {
    await before();
    return await verify(session);
  } finally {
    session.close();
  }
}

const summary = ({ findings }: AccessProof) =>
  [
    ...new Set(
      findings.map(({ severity, who, bucket, probe }) => `${severity}: ${who} ${probe}${bucket ? ` ${bucket}` : ''}`),
    ),
  ].sort();

test('a server as declared: every probe is answered as predicted, nothing is left behind', async () => {
  const proof = await prove();
  expect(proof.findings).toEqual([]);
  expect(proof.probes.contradictions).toBe(0);
  expect(proof.probes.allowed + proof.probes.refused).toBe(proof.probes.total);
  // web: list, put, get, delete on two buckets, two copies between them, and its bucket list; backup: list, put, get and its bucket list.
  expect(proof.probes.allowed).toBe(14);
  expect(proof).toMatchObject({
    components: 2,
    buckets: 3,
    accessKeys: 2,
    emulated: true,
    pairs: { probed: 6, total: 6 },
    notProbed: [],
  });
  for (const bucket of ['backup-dumps', 'web-assets', 'web-uploads']) {
    const listing = await world.asRoot('GET', `/${bucket}`, { versions: '' });
    expect(listing.body.toString('utf8')).not.toContain('<Key>');
  }
});

test('a widened policy is a security finding with the request that showed it', async () => {
  const wide = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: ['arn:aws:s3:::*'] }],
  };
  const proof = await prove(() => world.asRoot('PUT', `${ADMIN}/add-canned-policy`, { name: 'backup-storage' }, wide));
  expect(summary(proof)).toEqual([
    'access: backup list exactly its own buckets',
    'access: backup put object backup-dumps',
    'security: backup get object web-assets',
    'security: backup get object web-uploads',
    'security: backup list objects web-assets',
    'security: backup list objects web-uploads',
    'security: backup see the buckets of others',
  ]);
  expect(proof.findings.find(({ probe, bucket }) => probe === 'list objects' && bucket === 'web-assets')).toMatchObject(
    {
      message: 'backup could list objects on web-assets, although the declared policies refuse it (200)',
      command: `curl -sS -i -X GET --aws-sigv4 aws:amz:us-east-1:s3 --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" '${world.endpoint}/web-assets?list-type=2&max-keys=1&prefix=.cdktf-rustfs-probe%2F'`,
    },
  );
});

test('a public bucket is found by the anonymous probes', async () => {
  const proof = await prove(() =>
    world.asRoot(
      'PUT',
      '/web-uploads',
      { policy: '' },
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: ['s3:ListBucket'], Resource: ['arn:aws:s3:::web-uploads'] },
        ],
      },
    ),
  );
  expect(summary(proof)).toContain('security: anonymous list objects web-uploads');
});

test('admin rights through a group are found', async () => {
  const proof = await prove(async () => {
    await world.asRoot(
      'PUT',
      `${ADMIN}/update-group-members`,
      {},
      { group: 'admins', members: ['web-svc'], groupStatus: 'enabled', isRemove: false },
    );
    await world.asRoot('PUT', `${ADMIN}/set-user-or-group-policy`, {
      policyName: 'consoleAdmin',
      userOrGroup: 'admins',
      isGroup: 'true',
    });
  });
  expect(summary(proof)).toEqual(
    expect.arrayContaining(['security: web list users', 'security: web put object backup-dumps']),
  );
});

test('a disabled user is an access finding', async () => {
  const proof = await prove(() =>
    world.asRoot('PUT', `${ADMIN}/set-user-status`, { accessKey: 'web-svc', status: 'disabled' }),
  );
  expect(summary(proof)).toContain('access: web get object web-assets');
  expect(summary(proof).filter((line) => line.startsWith('security'))).toEqual([]);
});

test('a server that allows everything, refuses everything or fails is never taken for a correct one', async () => {
  const allowing = await prove(async () => {
    fault = { action: 'respond', status: 200, body: '' };
  });
  expect(allowing.findings.filter(({ severity }) => severity === 'security').length).toBeGreaterThan(20);
  fault = undefined;
  const session = await world.open();
  fault = { action: 'respond', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
  await expect(verify(session)).rejects.toThrow('failed: HTTP 403 AccessDenied');
  session.close();
});

test('probe objects of a killed run are removed by the next one', async () => {
  await world.asRoot('PUT', '/web-assets/.cdktf-rustfs-probe/killed/web', {}, 'probe');
  await world.asRoot('PUT', '/web-assets/.cdktf-rustfs-probe/killed/web', {}, 'probe again');
  await prove();
  const listing = await world.asRoot('GET', '/web-assets', { versions: '' });
  expect(listing.body.toString('utf8')).not.toContain('<Key>');
});

test('a key that is not in the secret store is named, not passed over', async () => {
  const { directorySecretStore } = await import('../../../provisioning/index.js');
  await directorySecretStore(world.secretsDir).remove('backup');
  const proof = await prove();
  expect(proof.accessKeys).toBe(1);
  expect(proof.notProbed).toEqual([
    { what: 'access key backup', reason: `its secret is not in secret store ${world.secretsDir}` },
  ]);
});
