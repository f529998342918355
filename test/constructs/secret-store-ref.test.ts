import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { RustFs, SecretStoreRef } from '../../constructs/index.js';
import { written } from './fixture.js';

const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';

test.each([
  [SecretStoreRef.directory('vault/web/'), { type: 'directory', directory: 'vault/web' }],
  [
    SecretStoreRef.sops({ file: 'cluster.yaml', ageRecipients: [RECIPIENT] }),
    { type: 'sops', file: 'cluster.yaml', ageRecipients: [RECIPIENT] },
  ],
  [SecretStoreRef.sops({ file: '../cluster.yaml' }), { type: 'sops', file: '../cluster.yaml' }],
  [SecretStoreRef.dotenv('.env'), { type: 'dotenv', file: '.env' }],
  [SecretStoreRef.environment(), { type: 'environment' }],
  [undefined, { type: 'directory', directory: 'secrets/test' }],
])('the manifest names the store', (secretStore, reference) => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000', ...(secretStore ? { secretStore } : {}) });
  expect(written(app, 'test').manifest.secretStore).toEqual(reference);
});

test.each(['', '-x', 'a b', '$HOME/x', '${path.module}', 'a;b', 'a"b'])('path %j is refused', (path) => {
  expect(() => SecretStoreRef.directory(path)).toThrow(
    `invalid directory of a secret store (value: ${path}): expected a path of letters, digits, "_", "-", "." and "/"`,
  );
});

test('a private key in the place of a public one is not repeated', () => {
  expect(() => SecretStoreRef.sops({ file: 'x.yaml', ageRecipients: ['AGE-SECRET-KEY-1CANARY'] })).toThrow(
    /^invalid age recipient: expected a public key, age1…, as age-keygen prints it; a private key \(AGE-SECRET-KEY-…\) belongs in SOPS_AGE_KEY_FILE$/,
  );
});

test('a container keeps its root credentials in the store, and Terraform knows their files by path only', () => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  new RustFs(stack, 'rustfs', { secretStore: SecretStoreRef.sops({ file: 'cluster.yaml' }) });
  const { manifest, terraform } = written(app, 'test');
  expect([manifest.server.accessKeyFile, manifest.server.secretKeyFile]).toEqual([
    'secrets/test/root/access-key',
    'secrets/test/root/secret-key',
  ]);
  expect(terraform).toMatch(
    /"npx --no-install cdktf-rustfs root-credentials --dir secrets\/test\/root --manifest \S+\/stacks\/test\/manifest\.json"/,
  );
  expect(terraform).toMatch(/"source": "\$\{path\.module\}\/\S+\/secrets\/test\/root\/secret-key"/);
});
