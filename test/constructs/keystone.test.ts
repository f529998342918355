import { App, TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  KeystoneBridge,
  type KeystoneBridgeProps,
  OpenStackKeystone,
  RustFs,
  type RustFsKeystoneProps,
  type RustFsProps,
} from '../../constructs/index.js';
import { rustFsKeystone } from '../../constructs/rustfs-keystone.js';
import { staticConfigSchema } from '../../gateway/config/static.js';
import { synthesize } from './fixture.js';

const BRIDGE: KeystoneBridgeProps = {
  authUrl: 'https://keystone.example:5000',
  serviceUser: { username: 'gateway', passwordFile: 'secrets/keystone/password' },
  credential: { accessKeyFile: 'secrets/bridge/access-key', secretKeyFile: 'secrets/bridge/secret-key' },
};

const stack = () => new TerraformStack(new App({ outdir: Testing.app().outdir }), 'test');

describe('KeystoneBridge', () => {
  test('is the configuration of the gateway, and the files it names', () => {
    const { config, files } = new KeystoneBridge(stack(), 'bridge', {
      ...BRIDGE,
      ...{ caFile: 'secrets/keystone/ca.pem', separator: '--', roles: { reader: 'ReadOnlyPolicy', admin: null } },
      ...{ tokenCacheSeconds: 60, ec2: false, implicitTenants: true },
    });
    const text = { tls_identity: { type: 'none' }, s3: { upstream: 'http://rustfs:9000', virtual_hosts: ['s3.test'] } };
    const { keystone } = staticConfigSchema.parse({ ...text, keystone: config });
    expect(keystone).toEqual({
      auth_url: 'https://keystone.example:5000/v3',
      ca_file: '/etc/gateway/keystone/ca.pem',
      service_user: {
        ...{ type: 'password', username: 'gateway', password_file: '/etc/gateway/keystone/service-password' },
        ...{ user_domain: 'Default', project: 'service', project_domain: 'Default' },
      },
      credential: {
        access_key_file: '/etc/gateway/keystone/access-key',
        secret_key_file: '/etc/gateway/keystone/secret-key',
      },
      ...{ region: 'us-east-1', separator: '--', session_secs: 3600, timeout_secs: 5, retry_after_secs: 2, ec2: false },
      roles: {
        ...{ admin: null, Member: 'ReadWritePolicy', member: 'ReadOnlyPolicy', ResellerAdmin: 'AdminPolicy' },
        ...{ reseller_admin: 'AdminPolicy', reader: 'ReadOnlyPolicy' },
      },
      token_cache: { size: 10_000, ttl_secs: 60 },
      implicit_tenants: true,
    });
    expect(files).toEqual([
      { projectPath: 'secrets/keystone/ca.pem', gatewayPath: '/etc/gateway/keystone/ca.pem' },
      { projectPath: 'secrets/keystone/password', gatewayPath: '/etc/gateway/keystone/service-password' },
      { projectPath: 'secrets/bridge/access-key', gatewayPath: '/etc/gateway/keystone/access-key' },
      { projectPath: 'secrets/bridge/secret-key', gatewayPath: '/etc/gateway/keystone/secret-key' },
    ]);
  });

  test('declares the policy of its RustFS user', () => {
    const { manifest } = synthesize((scope, server) => new KeystoneBridge(scope, 'bridge', { ...BRIDGE, server }));
    const buckets = `arn:aws:s3:::${'?'.repeat(32)}-*`;
    expect(manifest.policies).toMatchObject([
      {
        name: 'keystone-bridge',
        document: {
          Statement: [
            { Effect: 'Allow', Action: ['s3:*'], Resource: [buckets, `${buckets}/*`] },
            { Effect: 'Allow', Action: ['sts:AssumeRole'] },
          ],
        },
      },
    ]);
  });

  test.each([
    [
      { authUrl: 'http://keystone:5000/v2.0' },
      '✖ Identity API v2.0 is not spoken: OpenStack removed it from Keystone in Queens (2018); use /v3\n  → at auth_url',
    ],
    [{ authUrl: 'keystone' }, '✖ expected a URL such as https://keystone:5000/v3\n  → at auth_url'],
    [
      { roles: { auditor: ['s3:GetObject', 's3:ListAllMyBuckets'] } },
      '✖ expected exact S3 actions on buckets or objects, such as s3:GetObject\n  → at roles.auditor',
    ],
    [{ sessionSeconds: 60 }, '✖ Too small: expected number to be >=900\n  → at session_secs'],
  ] as const)('%j is refused', (change, problem) => {
    const declare = () => new KeystoneBridge(stack(), 'bridge', { ...BRIDGE, ...change });
    expect(declare).toThrow(new Error(`KeystoneBridge bridge is not valid:\n${problem}`));
  });
});

test('OpenStackKeystone needs an image of yours, and keeps the password out of Terraform', () => {
  const scope = stack();
  const props = { image: 'registry.example:5000/keystone:2025.1', adminPasswordFile: 'secrets/keystone/admin' };
  const keystone = new OpenStackKeystone(scope, 'keystone', { ...props, port: 5001 });
  expect([keystone.authUrl, keystone.internalAuthUrl]).toEqual(['http://127.0.0.1:5001/v3', 'http://keystone:5000/v3']);
  const { resource } = JSON.parse(Testing.synth(scope)) as {
    resource: { docker_container: Record<string, { upload?: { file: string; source?: string }[]; env?: string[] }> };
  };
  const server = Object.values(resource.docker_container).find(({ upload }) => upload !== undefined);
  expect(server?.upload?.find(({ file }) => file.endsWith('/admin-password'))?.source).toMatch(
    /^\$\{path\.module\}\/.*\/secrets\/keystone\/admin$/,
  );
  expect(server?.env).toContain('KEYSTONE_ADMIN_PASSWORD_FILE=/etc/keystone-development/admin-password');
  for (const image of ['keystone', 'registry.example/keystone:latest']) {
    expect(() => new OpenStackKeystone(scope, `with ${image}`, { ...props, image })).toThrow(
      new Error(
        `invalid image (value: ${image}): expected a pinned tag or digest, such as registry.example/keystone:2025.1`,
      ),
    );
  }
});

describe("RustFS' own Keystone mode", () => {
  const props: RustFsKeystoneProps = {
    authUrl: 'http://10.0.0.5:5000',
    admin: { user: 'rustfs', passwordFile: 'secrets/keystone/rustfs', project: 'service' },
  };

  test('is set, without the password, and says what will not work', () => {
    const { environment, secretVariables, warnings = [] } = rustFsKeystone(props, '1.0.1');
    expect(secretVariables).toEqual([
      {
        ...{ what: 'admin.passwordFile of keystone', variable: 'RUSTFS_KEYSTONE_ADMIN_PASSWORD' },
        ...{ projectPath: 'secrets/keystone/rustfs', path: '/etc/rustfs/keystone/admin-password' },
      },
    ]);
    expect(environment).toEqual({
      ...{ RUSTFS_KEYSTONE_ENABLE: 'true', RUSTFS_KEYSTONE_AUTH_URL: 'http://10.0.0.5:5000' },
      ...{ RUSTFS_KEYSTONE_VERSION: 'v3', RUSTFS_KEYSTONE_ADMIN_USER: 'rustfs' },
      ...{ RUSTFS_KEYSTONE_ADMIN_PROJECT: 'service', RUSTFS_KEYSTONE_ADMIN_DOMAIN: 'Default' },
      ...{ RUSTFS_KEYSTONE_VERIFY_SSL: 'true', RUSTFS_KEYSTONE_CACHE_SIZE: '10000' },
      ...{ RUSTFS_KEYSTONE_CACHE_TTL: '300', RUSTFS_KEYSTONE_TIMEOUT: '30' },
    });
    const refused =
      'RustFS 1.0.1 refuses literal loopback and private addresses (10.0.0.5) and then runs without Keystone: use a DNS name';
    expect(warnings).toHaveLength(4);
    expect(warnings[0]).toContain("RustFS' own Keystone mode serves no ordinary S3 client");
    expect(warnings).toContain(refused);
    expect(rustFsKeystone(props, '1.0.0-beta.7').warnings).not.toContain(refused);
    expect(rustFsKeystone({ authUrl: 'http://192.0.2.1:5000' }, '1.0.1').warnings).toHaveLength(3);
    expect(environment).not.toHaveProperty('RUSTFS_KEYSTONE_ENABLE_CACHE');
    expect(rustFsKeystone({ ...props, cache: false }, '1.0.1').environment).toHaveProperty(
      'RUSTFS_KEYSTONE_ENABLE_CACHE',
      'false',
    );
    expect(() => rustFsKeystone({ authUrl: 'http://keystone:5000/v2.0' }, '1.0.1')).toThrow(
      new Error(
        'invalid authUrl (value: http://keystone:5000/v2.0): expected the http or https URL of an Identity API v3, such as http://keystone:5000',
      ),
    );
  });

  test('reaches the container and the annotations of RustFs', () => {
    const scope = stack();
    const server = (id: string, change: RustFsProps) => new RustFs(scope, id, change);
    const rustfs = server('rustfs', { keystone: props });
    expect(rustfs.node.metadata.filter(({ type }) => type === '@cdktf/warn')).toHaveLength(4);
    expect(Testing.synth(scope)).toContain('RUSTFS_KEYSTONE_AUTH_URL=http://10.0.0.5:5000');
  });
});
