import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { RemoteState, RemoteStateBucket, RustFs } from '../../constructs/index.js';
import { evaluate, type NamedPolicy } from '../../policies/index.js';
import { synthesize, written } from './fixture.js';

test('state and lock of a stack lie below its name, on an S3 server that is not AWS', () => {
  const { terraform } = synthesize((stack) => {
    new RemoteState(stack, { endpoint: 'https://state.example.com/' });
  });
  expect((JSON.parse(terraform) as { terraform: { backend: object } }).terraform.backend).toEqual({
    s3: {
      bucket: 'terraform-state',
      endpoints: { s3: 'https://state.example.com' },
      key: 'test/terraform.tfstate',
      region: 'us-east-1',
      skip_credentials_validation: true,
      skip_metadata_api_check: true,
      skip_region_validation: true,
      skip_requesting_account_id: true,
      use_lockfile: true,
      use_path_style: true,
      workspace_key_prefix: 'test/workspaces',
    },
  });
});

test.each([
  ['https://state.example.com/bucket', 'https://state.example.com/bucket'],
  ['state.example.com', 'state.example.com'],
  ['https://key:secret@state.example.com', 'https://…@state.example.com'],
])('an endpoint such as %s is refused', (endpoint, shown) => {
  const stack = new TerraformStack(Testing.app(), 'test');
  expect(() => new RemoteState(stack, { endpoint })).toThrow(
    new Error(
      `invalid endpoint of the remote state (value: ${shown}): expected a URL without path and credentials, such as https://state.example.com`,
    ),
  );
});

test('the state of a container cannot be in that container', () => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  new provider.DockerProvider(stack, 'docker');
  new RustFs(stack, 'rustfs');
  new RemoteState(stack, { endpoint: 'http://127.0.0.1:9000' });
  expect(() => app.synth()).toThrow(
    'the state of stack test is at http://127.0.0.1:9000, which is RustFs rustfs of the same stack: Terraform reads the state before it can start it; keep the state on another server',
  );
});

test('a key reads and writes the state of its stack, deletes its lock, and nothing else', () => {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'test');
  const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000' });
  new RemoteStateBucket(stack, 'state', { server, stacks: ['storage-dev', 'storage-production'] });
  const { manifest } = written(app, 'test');
  expect(manifest.buckets).toMatchObject([{ name: 'terraform-state', versioning: 'Enabled', removalPolicy: 'retain' }]);
  expect(manifest.accessKeys.map(({ name, user }) => [name, user])).toEqual([
    ['state-storage-dev', 'state-storage-dev'],
    ['state-storage-production', 'state-storage-production'],
  ]);
  const policies = manifest.policies.filter(({ name }) => name === 'state-storage-dev-grants') as NamedPolicy[];
  const may = (action: string, key?: string, prefix?: string) =>
    evaluate(
      { kind: 'user', accessKey: 'state-storage-dev', policies },
      {
        action,
        bucket: 'terraform-state',
        ...(key === undefined ? {} : { key }),
        ...(prefix === undefined ? {} : { conditions: { 's3:prefix': prefix } }),
      },
    ).allowed;
  expect(policies).toHaveLength(1);
  // What Terraform asks for: the state, its lock, and whether there are workspaces.
  expect(may('s3:GetObject', 'storage-dev/terraform.tfstate')).toBe(true);
  expect(may('s3:PutObject', 'storage-dev/terraform.tfstate')).toBe(true);
  expect(may('s3:PutObject', 'storage-dev/terraform.tfstate.tflock')).toBe(true);
  expect(may('s3:DeleteObject', 'storage-dev/terraform.tfstate.tflock')).toBe(true);
  expect(may('s3:ListBucket', undefined, 'storage-dev/workspaces/')).toBe(true);
  // State is never deleted, and another stack's is out of reach.
  expect(may('s3:DeleteObject', 'storage-dev/terraform.tfstate')).toBe(false);
  expect(may('s3:DeleteObjectVersion', 'storage-dev/terraform.tfstate')).toBe(false);
  expect(may('s3:GetObject', 'storage-production/terraform.tfstate')).toBe(false);
  expect(may('s3:PutObject', 'storage-production/terraform.tfstate.tflock')).toBe(false);
  expect(may('s3:ListBucket', undefined, 'storage-production/')).toBe(false);
  expect(may('s3:ListBucket')).toBe(false);
});

test('state of no stack is refused', () => {
  const stack = new TerraformStack(Testing.app(), 'test');
  const server = RustFs.external(stack, 'rustfs', { endpoint: 'http://127.0.0.1:9000' });
  expect(() => new RemoteStateBucket(stack, 'state', { server, stacks: [] })).toThrow(
    'state is for no stack; name at least one in stacks',
  );
});
