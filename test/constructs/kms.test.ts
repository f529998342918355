import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { Bucket, BucketEncryption, Kms, RustFs, type RustFsProps, VaultAuth } from '../../constructs/index.js';
import type { Manifest } from '../../manifest/index.js';
import { written } from './fixture.js';

const TOKEN = VaultAuth.token({ file: 'secrets/vault-token' });
const HTTPS = 'https://vault.example.com:8200';

interface Deployed {
  readonly manifest: Manifest;
  readonly resource: Readonly<Record<string, Readonly<Record<string, Record<string, unknown>>>>>;
}

function deploy(props: RustFsProps, encryption?: BucketEncryption): Deployed {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  const server = new RustFs(stack, 'rustfs', props);
  new Bucket(stack, 'data', { server, ...(encryption && { encryption }) });
  const { manifest, terraform } = written(app, 'test');
  return { manifest, resource: (JSON.parse(terraform) as Deployed).resource };
}

const serverOf = ({ resource }: Deployed) =>
  Object.values(resource.docker_container ?? {}).find(({ name }) => name === 'test-rustfs');

describe('the SSE-S3 master key', () => {
  const deployed = deploy({});

  test('is read from a file before RustFS starts, and is in no environment', () => {
    const server = serverOf(deployed);
    expect(server?.entrypoint).toEqual([
      '/bin/sh',
      '-c',
      'export RUSTFS_SSE_S3_MASTER_KEY="$(cat /etc/rustfs/sse-s3-master-key)" && exec /entrypoint.sh "$@"',
      'entrypoint',
    ]);
    expect(JSON.stringify(server?.env)).not.toContain('MASTER_KEY');
  });

  test('is made before the container', () => {
    const commands = Object.entries(deployed.resource.terraform_data ?? {}).map(([id, data]) => [
      id,
      JSON.stringify(data.provisioner),
    ]);
    const [id] = commands.find(([, command]) => command?.includes('cdktf-rustfs server-secrets')) ?? [];
    expect(commands.find(([name]) => name === id)?.[1]).toContain(
      'server-secrets --dir secrets/test/server --manifest',
    );
    expect(serverOf(deployed)?.depends_on).toContain(`terraform_data.${id}`);
  });
});

describe('a local KMS', () => {
  test('keeps its keys on a volume of its own, which is kept and belongs to RustFS', () => {
    const deployed = deploy({ kms: Kms.local({ keys: ['app', 'archive'] }) }, BucketEncryption.sseKms('archive'));
    expect(
      Object.values(deployed.resource.docker_volume ?? {}).map(({ name, lifecycle }) => [name, lifecycle]),
    ).toEqual([
      ['test-rustfs-data', { prevent_destroy: true }],
      ['test-rustfs-kms', { prevent_destroy: true }],
    ]);
    expect(JSON.stringify(serverOf(deployed)?.volumes)).toContain('"container_path":"/kms"');
    const prepare = Object.values(deployed.resource.docker_container ?? {}).find(({ name }) => name !== 'test-rustfs');
    expect(prepare?.entrypoint).toEqual(['/bin/chown', '10001:10001', '/data', '/kms']);
    expect(deployed.manifest.kms).toEqual({
      backend: { type: 'local', keyDirectory: '/kms' },
      defaultKey: 'app',
      keys: ['app', 'archive'],
    });
    expect(deployed.manifest.buckets[0]?.encryption).toEqual({ algorithm: 'aws:kms', kmsKeyId: 'archive' });
  });

  test.each(['kms', '/data/kms', '/data0', '/tmp/kms', '/etc/rustfs'])(
    'does not take %s for its keys',
    (keyDirectory) => {
      expect(() => Kms.local({ keyDirectory })).toThrow(
        `invalid keyDirectory (value: ${keyDirectory}): expected an absolute path outside /data, /etc, /logs and /tmp, such as /kms, because losing it loses every object`,
      );
    },
  );
});

describe('a Vault', () => {
  test('is in the manifest by address and the path of its secret', () => {
    const auth = VaultAuth.appRole({ roleId: 'rustfs', secretIdFile: 'secrets/vault-secret-id' });
    const { manifest } = deploy({ kms: Kms.vaultTransit({ address: `${HTTPS}/`, auth, namespace: 'storage' }) });
    expect(manifest.kms).toEqual({
      backend: {
        type: 'vault-transit',
        address: HTTPS,
        mount: 'transit',
        namespace: 'storage',
        auth: { method: 'approle', roleId: 'rustfs', secretIdFile: 'secrets/vault-secret-id' },
      },
      defaultKey: 'rustfs',
      keys: ['rustfs'],
    });
  });

  test('can also be declared for a server that somebody else runs', () => {
    const app = Testing.app({ fakeCdktfJsonPath: false });
    const stack = new TerraformStack(app, 'test');
    const kms = Kms.vaultKv2({ address: HTTPS, auth: TOKEN, keys: ['a'] });
    RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000', kms });
    expect(written(app, 'test').manifest.kms?.backend).toEqual({
      type: 'vault-kv2',
      address: HTTPS,
      kvMount: 'secret',
      keyPrefix: 'rustfs/kms/keys',
      auth: { method: 'token', tokenFile: 'secrets/vault-token' },
    });
  });

  test('needs a URL', () => {
    expect(() => Kms.vaultTransit({ address: 'vault:8200', auth: TOKEN })).toThrow(
      'invalid address of Vault (value: vault:8200): expected a URL without path and credentials, such as https://vault.example.com:8200',
    );
  });
});

describe('synthesis refuses', () => {
  const appRole = VaultAuth.appRole({ roleId: 'rustfs', secretIdFile: 'secrets/vault-secret-id' });
  test.each<[string, RustFsProps, BucketEncryption | undefined, string]>([
    [
      'AppRole on beta.7',
      { version: '1.0.0-beta.7', kms: Kms.vaultTransit({ address: HTTPS, auth: appRole }) },
      undefined,
      'kms: RustFS 1.0.0-beta.7 accepts AppRole and then does not start its KMS (not implemented in that version); use VaultAuth.token(), or RustFS 1.0.1',
    ],
    [
      'a certificate authority on beta.7',
      { version: '1.0.0-beta.7', kms: Kms.vaultTransit({ address: HTTPS, auth: TOKEN, caCertificatePath: '/ca.pem' }) },
      undefined,
      'kms: RustFS 1.0.0-beta.7 takes no certificate authority for its Vault (caCertificatePath); use RustFS 1.0.1, or a certificate that the image trusts',
    ],
    [
      'plain http on 1.0.1',
      { kms: Kms.vaultTransit({ address: 'http://vault:8200', auth: TOKEN }) },
      undefined,
      'kms: RustFS 1.0.1 refuses a Vault over plain http (address: http://vault:8200); use https, or for development give insecureReason',
    ],
    [
      'SSE-KMS without a KMS',
      {},
      BucketEncryption.sseKms('app'),
      'bucket data: SSE-KMS needs a KMS, and the server has none; give RustFs kms: Kms.local() or a Vault',
    ],
    [
      'a key that is not declared',
      { kms: Kms.local({ keys: ['app'] }) },
      BucketEncryption.sseKms('other'),
      'bucket data: KMS key other is not declared (keys: app); add it to keys of the KMS',
    ],
    [
      'a name that rotation makes',
      { kms: Kms.local({ keys: ['app-r2'] }) },
      undefined,
      'kms: key app-r2 has a name that is reserved, for RustFS itself or for what rotate appends; choose another',
    ],
  ])('%s', (_, props, encryption, message) => {
    expect(() => deploy(props, encryption)).toThrow(message);
  });

  test('a key name that becomes a path', () => {
    expect(() => Kms.local({ keys: ['../app'] })).toThrow(
      'invalid KMS key name (value: ../app): expected up to 100 letters, digits, "-" and "_", beginning with a letter or digit',
    );
  });
});
