import { strToU8, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readIamExport } from '../../../provisioning/client/iam-export.js';

/** The files of the archive as a running RustFS 1.0.1 writes them, shortened; secrets replaced. */
const ASSETS = {
  policies: {
    reading: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/*'] }],
    },
  },
  users: { app: { secretKey: 'canary-user-secret', status: 'enabled' } },
  groups: {
    team: { version: 1, status: 'disabled', members: ['app'], updatedAt: '2026-01-01T00:00:00.960616699Z' },
    empty: { version: 1, status: 'enabled', members: null, somethingNew: true },
  },
  svcaccts: {
    PLAINKEY: {
      parent: 'app',
      accessKey: 'PLAINKEY',
      secretKey: 'canary-key-secret',
      groups: [],
      claims: { 'sa-policy': 'inherited-policy', parent: 'app' },
      sessionPolicy: null,
      status: 'on',
      name: 'app',
      description: 'managed by cdktf-rustfs',
    },
    NARROWKEY: {
      parent: 'openid:abc',
      accessKey: 'NARROWKEY',
      secretKey: 'canary-key-secret',
      groups: [],
      claims: { 'sa-policy': 'embedded-policy', parent: 'openid:abc', sessionPolicy: 'e30' },
      sessionPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: ['arn:aws:s3:::a/*'] }],
      },
      status: 'off',
      name: '',
      description: '',
    },
  },
  user_mappings: { app: { version: 1, policy: 'reading', updatedAt: '2026-01-01T00:00:00Z' } },
  group_mappings: { team: { version: 1, policy: 'reading,other', updatedAt: '2026-01-01T00:00:00Z' } },
  stsuser_mappings: {},
};

const archive = (files: Readonly<Record<string, unknown>>) =>
  Buffer.from(
    zipSync(
      Object.fromEntries(
        Object.entries(files).map(([name, content]) => [
          `iam-assets/${name}.json`,
          strToU8(typeof content === 'string' ? content : JSON.stringify(content)),
        ]),
      ),
    ),
  );

test('policies, groups and access keys are read, and no secret is kept', () => {
  const assets = readIamExport(archive(ASSETS));
  expect(assets).toEqual({
    policies: new Map([['reading', ASSETS.policies.reading]]),
    groups: new Map([
      ['team', { enabled: false, members: ['app'], policies: ['reading', 'other'] }],
      ['empty', { enabled: true, members: [], policies: [] }],
    ]),
    accessKeys: new Map<string, unknown>([
      ['PLAINKEY', { accessKeyId: 'PLAINKEY', parent: 'app', enabled: true, name: 'app' }],
      [
        'NARROWKEY',
        {
          accessKeyId: 'NARROWKEY',
          parent: 'openid:abc',
          enabled: false,
          embeddedPolicy: ASSETS.svcaccts.NARROWKEY.sessionPolicy,
        },
      ],
    ]),
  });
  expect(JSON.stringify([...assets.accessKeys])).not.toContain('canary');
});

const PROXY = ': is this RustFS, or a proxy before it?';
const without = (name: keyof typeof ASSETS) =>
  Object.fromEntries(Object.entries(ASSETS).filter(([file]) => file !== name));

test.each<readonly [title: string, content: Buffer, message: string]>([
  ['no archive', Buffer.from('canary'), 'answered something that is no zip archive'],
  ['a missing file', archive(without('svcaccts')), 'answered an archive without iam-assets/svcaccts.json'],
  [
    'broken JSON',
    archive({ ...ASSETS, svcaccts: '{"A": {"secretKey": "canary" "x"' }),
    'answered an archive in which svcaccts.json is not JSON',
  ],
  [
    'another form',
    archive({ ...ASSETS, svcaccts: { A: { secretKey: 'canary', parent: 7 } } }),
    'answered an archive in which svcaccts.json has an unknown form (A.parent: Invalid input: expected string, received number)',
  ],
])('%s is an error that quotes nothing of the archive', (_, content, message) => {
  expect(() => readIamExport(content)).toThrow(`GET /rustfs/admin/v3/export-iam ${message}${PROXY}`);
  let error: unknown;
  try {
    readIamExport(content);
  } catch (thrown) {
    error = thrown;
  }
  expect([String(error), JSON.stringify(error), (error as Error).cause]).toEqual([
    expect.not.stringContaining('canary'),
    expect.not.stringContaining('canary'),
    undefined,
  ]);
});
