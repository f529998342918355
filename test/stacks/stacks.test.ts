import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { parseFleetManifest } from '../../seaweedfs/manifest/index.js';
import { QuickstartStack, RustFsDockerStack, SeaweedFsFleetStack } from '../../stacks/index.js';
import { written } from '../constructs/fixture.js';

describe('quickstart', () => {
  // Inside the project, so that the paths from the stack to the project and back are the ones of a real synthesis.
  mkdirSync('cdktf.out', { recursive: true });
  const app = Testing.app({ outdir: 'cdktf.out/test' });
  new QuickstartStack(app, 'quickstart');
  const { manifest, terraform } = written(app, 'quickstart');

  test('has the twelve buckets of the six applications', () => {
    expect(manifest.components.map(({ name, buckets }) => [name, ...buckets])).toEqual([
      ['langfuse', 'langfuse-events', 'langfuse-exports', 'langfuse-media', 'langfuse-postgres-backups'],
      ['litellm', 'litellm-cache', 'litellm-logs'],
      ['loki', 'loki-admin', 'loki-chunks', 'loki-ruler'],
      ['mcpgateway', 'mcpgateway-postgres-backups'],
      ['obot', 'obot-workspaces'],
      ['talos', 'talos-backups'],
    ]);
    expect(manifest.buckets).toHaveLength(12);
  });

  test('nobody may do more than the pattern says: Talos cannot delete, only MCP Context Forge asks for the location', () => {
    const actions = Object.fromEntries(
      manifest.policies.map(({ name, document }) => [
        name,
        document.Statement.flatMap(({ Action }) => Action ?? []).sort(),
      ]),
    );
    const readWrite = ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'];
    expect(actions).toEqual({
      'langfuse-storage': readWrite,
      'litellm-storage': readWrite,
      'loki-storage': readWrite,
      'mcpgateway-storage': [
        's3:DeleteObject',
        's3:GetBucketLocation',
        's3:GetObject',
        's3:ListBucket',
        's3:PutObject',
      ],
      'obot-storage': readWrite,
      'talos-storage': ['s3:GetObject', 's3:ListBucket', 's3:PutObject'],
    });
    const resources = manifest.policies.flatMap(({ document }) =>
      document.Statement.flatMap(({ Resource }) => Resource ?? []),
    );
    expect(resources.filter((arn) => /\*./.test(arn))).toEqual([]);
  });

  test('Terraform runs the post-apply step when the manifest changes, and knows no policy, path or secret', () => {
    const { resource } = JSON.parse(terraform) as {
      resource: { terraform_data: { provisioning: Record<string, unknown> } };
    };
    expect(Object.keys(resource)).toEqual(['terraform_data']);
    expect(resource.terraform_data.provisioning.triggers_replace).toEqual({
      manifest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(resource.terraform_data.provisioning.provisioner).toEqual([
      {
        'local-exec': {
          command:
            'npx --no-install cdktf-rustfs apply --manifest cdktf.out/test/stacks/quickstart/manifest.json --yes --verify',
          working_dir: '${path.module}/../../../..',
        },
      },
    ]);
    expect(terraform).not.toContain('arn:aws:s3');
    expect(terraform).not.toContain(process.cwd());
  });
});

describe('rustfs-docker', () => {
  const app = Testing.app();
  new RustFsDockerStack(app, 'rustfs-docker');
  const { manifest, terraform } = written(app, 'rustfs-docker');
  const { resource } = JSON.parse(terraform) as { resource: Record<string, Record<string, Record<string, unknown>>> };
  const containers = Object.values(resource.docker_container ?? {});
  const server = containers.find(({ name }) => name === 'rustfs-docker-rustfs');

  test('runs a pinned RustFS on loopback with a healthcheck and readable logs', () => {
    expect(Object.values(resource.docker_image ?? {}).map(({ name }) => name)).toEqual(['rustfs/rustfs:1.0.1']);
    expect(server?.ports).toEqual([
      { external: 9000, internal: 9000, ip: '127.0.0.1' },
      { external: 9001, internal: 9001, ip: '127.0.0.1' },
    ]);
    expect(server?.env).toContain('RUSTFS_OBS_LOG_DIRECTORY=');
    expect(server?.env).toContain('RUSTFS_VOLUMES=/data/drive{0...3}');
    expect(server?.healthcheck).toMatchObject({
      test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', 'http://127.0.0.1:9000/health/ready'],
    });
  });

  test('the volume survives a destroy and belongs to uid 10001', () => {
    expect(Object.values(resource.docker_volume ?? {}).map(({ lifecycle }) => lifecycle)).toEqual([
      { prevent_destroy: true },
    ]);
    expect(containers.find(({ name }) => name === 'rustfs-docker-rustfs-prepare')?.entrypoint).toEqual([
      '/bin/chown',
      '10001:10001',
      '/data',
    ]);
  });

  test('root credentials reach the container as files that Terraform knows only by path', () => {
    expect(server?.env).toContain('RUSTFS_ACCESS_KEY_FILE=/etc/rustfs/access-key');
    const uploads = server?.upload as { file: string; source: string; permissions: string }[];
    expect(uploads.map(({ file, permissions }) => [file, permissions])).toEqual([
      ['/etc/rustfs/access-key', '0444'],
      ['/etc/rustfs/secret-key', '0444'],
      ['/etc/rustfs/sse-s3-master-key', '0444'],
    ]);
    expect(uploads.map(({ source }) => source.replace(/^.*\/secrets/, 'secrets'))).toEqual([
      'secrets/rustfs-docker/root/access-key',
      'secrets/rustfs-docker/root/secret-key',
      'secrets/rustfs-docker/server/sse-s3-master-key',
    ]);
    expect(manifest.server).toEqual({
      id: 'rustfs',
      endpoint: 'http://127.0.0.1:9000',
      region: 'us-east-1',
      rustfsVersion: '1.0.1',
      target: 'docker',
      accessKeyFile: 'secrets/rustfs-docker/root/access-key',
      secretKeyFile: 'secrets/rustfs-docker/root/secret-key',
    });
  });
});

describe('seaweedfs-fleet', () => {
  const app = Testing.app();
  new SeaweedFsFleetStack(app, 'seaweedfs-fleet');
  app.synth();
  const read = (file: string) => readFileSync(join(app.outdir, 'stacks', 'seaweedfs-fleet', file), 'utf8');

  test('is three gateways behind nginx on one development filer', () => {
    const { resource } = JSON.parse(read('cdk.tf.json')) as {
      resource: Record<string, Record<string, { name: string }>>;
    };
    const names = Object.values(resource.docker_container ?? {}).map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ''));
    expect(names.map((name) => name.replace('seaweedfs-fleet-storage-', '')).sort()).toEqual([
      'balancer',
      'filer-1',
      'gateway-1',
      'gateway-2',
      'gateway-3',
      'master',
      'volume',
    ]);
    expect(parseFleetManifest(read('fleet.json')).gateways).toHaveLength(3);
  });

  test('a reader may not write, and nobody may delete', () => {
    const { probes } = parseFleetManifest(read('fleet.json'));
    const allowed = probes.filter((probe) => probe.allowed).map(({ role, action }) => `${role} ${action}`);
    expect(allowed.sort()).toEqual([
      'Auditor s3:GetObject',
      'Auditor s3:ListBucket',
      'ReportReader s3:GetObject',
      'ReportReader s3:ListBucket',
      'ReportWriter s3:GetObject',
      'ReportWriter s3:ListBucket',
      'ReportWriter s3:PutObject',
    ]);
  });
});
