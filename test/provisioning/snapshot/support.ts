import { createHash } from 'node:crypto';
import { type Credentials, createWire } from '../../../provisioning/index.js';
import { ROOT } from '../fixture.js';

export const ADMIN = '/rustfs/admin/v3';

/** A write that has to succeed; as root unless `as` says otherwise. */
export type Write = (
  method: string,
  path: string,
  query?: Record<string, string>,
  body?: unknown,
  options?: { readonly headers?: Record<string, string>; readonly as?: Credentials },
) => Promise<void>;

export function writer(endpoint: string, root = ROOT): { readonly write: Write; close(): void } {
  const wire = createWire({ endpoint });
  return {
    close: () => wire.close(),
    async write(method, path, query = {}, body = undefined, { headers = {}, as = root } = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
      const digest = { 'Content-MD5': createHash('md5').update(text).digest('base64') };
      const request = { method, path, query, headers: { ...(body === undefined ? {} : digest), ...headers } };
      const response = await wire.send(body === undefined ? request : { ...request, body: text }, as);
      if (response.status > 299) {
        throw new Error(`${method} ${path} ${JSON.stringify(query)}: ${response.status} ${response.body}`);
      }
    },
  };
}

const allow = (actions: string[], resource: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: actions, Resource: [resource] }],
});

const PUBLIC = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::full/*'] }],
};

/** Every setting, by subresource. */
const SETTINGS: Readonly<Record<string, unknown>> = {
  versioning: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  policy: PUBLIC,
  tagging:
    '<Tagging><TagSet><Tag><Key>team</Key><Value>a &amp; b</Value></Tag><Tag><Key>cost</Key><Value>7</Value></Tag></TagSet></Tagging>',
  lifecycle:
    '<LifecycleConfiguration><Rule><ID>old</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter><Expiration><Days>9</Days></Expiration></Rule></LifecycleConfiguration>',
  encryption:
    '<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>',
  cors: '<CORSConfiguration><CORSRule><ID>web</ID><AllowedMethod>GET</AllowedMethod><AllowedOrigin>https://a.example</AllowedOrigin><MaxAgeSeconds>30</MaxAgeSeconds></CORSRule></CORSConfiguration>',
  publicAccessBlock:
    '<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>false</BlockPublicPolicy><RestrictPublicBuckets>false</RestrictPublicBuckets></PublicAccessBlockConfiguration>',
};
const LOCK =
  '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>3</Days></DefaultRetention></Rule></ObjectLockConfiguration>';
export const ALICE: Credentials = { accessKeyId: 'alice', secretAccessKey: 'alice-secret' };

/** One bucket with every setting, one with object lock, and users, groups and keys in every state. */
export async function furnish(write: Write, root = ROOT): Promise<void> {
  await write('PUT', '/full');
  for (const [subresource, body] of Object.entries(SETTINGS)) await write('PUT', '/full', { [subresource]: '' }, body);
  await write('PUT', `${ADMIN}/quota/full`, {}, { quota: 1_048_576, quota_type: 'HARD' });
  await write('PUT', '/locked', {}, undefined, { headers: { 'x-amz-bucket-object-lock-enabled': 'true' } });
  await write('PUT', '/locked', { 'object-lock': '' }, LOCK);
  await write('PUT', '/plain');
  const policy = allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::full/*');
  await write('PUT', `${ADMIN}/add-canned-policy`, { name: 'read-full' }, policy);
  const selfService = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['admin:UpdateServiceAccount'] }],
  };
  await write('PUT', `${ADMIN}/add-canned-policy`, { name: 'self-service' }, selfService);
  const user = (name: string, status: string) =>
    write('PUT', `${ADMIN}/add-user`, { accessKey: name }, { secretKey: `${name}-secret`, status });
  await user('alice', 'enabled');
  await user('bob', 'disabled');
  const group = (name: string, members: string[]) =>
    write(
      'PUT',
      `${ADMIN}/update-group-members`,
      {},
      { group: name, members, groupStatus: 'enabled', isRemove: false },
    );
  await group('staff', ['alice']);
  await group('empty', []);
  await write('PUT', `${ADMIN}/set-group-status`, { group: 'empty', status: 'disabled' });
  const attach = (userOrGroup: string, policyName: string, isGroup: string) =>
    write('PUT', `${ADMIN}/set-user-or-group-policy`, { policyName, userOrGroup, isGroup });
  await attach('alice', 'read-full,self-service', 'false');
  await attach('staff', 'read-full', 'true');
  const key = (accessKey: string, targetUser: string, more: object = {}) =>
    write(
      'PUT',
      `${ADMIN}/add-service-account`,
      {},
      { accessKey, targetUser, secretKey: `${accessKey}-secret`, name: 'key', description: 'for a test', ...more },
    );
  const narrow = allow(['s3:GetObject'], 'arn:aws:s3:::full/a/*');
  await key('KEYPLAIN', 'alice');
  await key('KEYNARROW', 'alice', { policy: narrow, expiration: '2099-01-01T00:00:00Z' });
  await key('KEYOFROOT', root.accessKeyId);
  await key('KEYOFF', 'alice');
  await write('POST', `${ADMIN}/update-service-account`, { accessKey: 'KEYOFF' }, { newStatus: 'off' }, { as: ALICE });
}

/** Changes, removes and adds whatever can be. */
export async function ransack(write: Write): Promise<void> {
  for (const subresource of ['policy', 'tagging', 'lifecycle', 'encryption', 'cors', 'publicAccessBlock']) {
    await write('DELETE', '/full', { [subresource]: '' });
  }
  await write(
    'PUT',
    '/full',
    { versioning: '' },
    '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
  );
  await write('DELETE', `${ADMIN}/quota/full`);
  const bare = '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>';
  await write('PUT', '/locked', { 'object-lock': '' }, bare);
  await write('PUT', '/plain', { tagging: '' }, SETTINGS.tagging);
  await write('PUT', '/plain', { cors: '' }, SETTINGS.cors);
  await write('DELETE', `${ADMIN}/remove-user`, { accessKey: 'alice' });
  await write('PUT', `${ADMIN}/add-user`, { accessKey: 'bob' }, { secretKey: 'another-secret', status: 'enabled' });
  await write('PUT', `${ADMIN}/add-user`, { accessKey: 'mallory' }, { secretKey: 'mallory-secret', status: 'enabled' });
  const members = { group: 'newcomers', members: ['mallory'], groupStatus: 'enabled', isRemove: false };
  await write('PUT', `${ADMIN}/update-group-members`, {}, members);
  await write(
    'PUT',
    `${ADMIN}/update-group-members`,
    {},
    { group: 'empty', members: [], groupStatus: '', isRemove: true },
  );
  const wide = allow(['s3:*'], 'arn:aws:s3:::*');
  await write('PUT', `${ADMIN}/add-canned-policy`, { name: 'read-full' }, wide);
  await write('PUT', `${ADMIN}/add-canned-policy`, { name: 'newer' }, wide);
  const attach = { policyName: 'newer', userOrGroup: 'newcomers', isGroup: 'true' };
  await write('PUT', `${ADMIN}/set-user-or-group-policy`, attach);
  await write('DELETE', `${ADMIN}/delete-service-account`, { accessKey: 'KEYOFROOT' });
  const key = { accessKey: 'KEYPLAIN', targetUser: 'mallory', secretKey: 'another-secret', name: 'key' };
  await write('PUT', `${ADMIN}/add-service-account`, {}, key);
  await write('PUT', '/newer');
}
