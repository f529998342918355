import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provider } from '@cdktf/provider-docker';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import {
  EventSecret,
  EventTarget,
  Kms,
  RustFsCluster,
  type SwarmClusterProps,
  VaultAuth,
} from '../../../constructs/index.js';

interface Service {
  readonly name: string;
  readonly depends_on: readonly string[];
  readonly endpoint_spec: { readonly mode: string; readonly ports: readonly Readonly<Record<string, unknown>>[] };
  readonly update_config: Readonly<Record<string, unknown>>;
  readonly task_spec: {
    readonly placement: { readonly constraints: readonly string[] };
    readonly networks_advanced: readonly { readonly aliases: readonly string[] }[];
    readonly container_spec: {
      readonly image: string;
      readonly env: Readonly<Record<string, string>>;
      readonly command: readonly string[];
      readonly healthcheck: { readonly test: readonly string[] };
      readonly mounts: readonly Readonly<Record<string, string>>[];
      readonly secrets: readonly Readonly<Record<string, string>>[];
    };
  };
}
interface Step {
  readonly depends_on?: readonly string[];
  readonly triggers_replace?: Readonly<Record<string, string>>;
  readonly provisioner: readonly { readonly 'local-exec': { readonly command: string } }[];
}

const NODES = ['a', 'b', 'c', 'd'].map((hostname, index) => ({ hostname, address: `10.0.0.${index + 1}` }));

function synthesize(props: Partial<SwarmClusterProps> = {}) {
  // Inside the project, so that the paths from the stack to the project and back are the ones of a real synthesis.
  mkdirSync('cdktf.out', { recursive: true });
  const app = Testing.app({ outdir: 'cdktf.out/test-cluster' });
  const stack = new TerraformStack(app, 'storage');
  new provider.DockerProvider(stack, 'docker');
  const cluster = RustFsCluster.swarm(stack, 'rustfs', { nodes: NODES, ...props });
  app.synth();
  const read = (file: string) => readFileSync(join(app.outdir, 'stacks', 'storage', file), 'utf8');
  const terraform = read('cdk.tf.json');
  const { resource } = JSON.parse(terraform) as {
    resource: { docker_service: Record<string, Service>; terraform_data: Record<string, Step> };
  };
  return {
    cluster,
    terraform,
    services: Object.values(resource.docker_service),
    addresses: Object.keys(resource.docker_service),
    steps: resource.terraform_data,
    clusterFile: JSON.parse(read('cluster.json')) as Record<string, unknown>,
    manifest: JSON.parse(read('manifest.json')) as {
      server: Record<string, unknown>;
      kms?: unknown;
      eventTargets?: unknown;
    },
  };
}

describe('four nodes with a disk of their own each', () => {
  const drives = ['/mnt/disk1/rustfs', '/mnt/disk2/rustfs'];
  const { services, addresses, steps, clusterFile, manifest, terraform } = synthesize({ drives });
  const containers = services.map(({ task_spec }) => task_spec.container_spec);

  test('are pinned to their machines, and found by names of their own', () => {
    expect(services.map(({ name, task_spec }) => [name, ...task_spec.placement.constraints])).toEqual([
      ['storage-rustfs-node1', 'node.hostname==a'],
      ['storage-rustfs-node2', 'node.hostname==b'],
      ['storage-rustfs-node3', 'node.hostname==c'],
      ['storage-rustfs-node4', 'node.hostname==d'],
    ]);
    expect(services.map(({ task_spec }) => task_spec.networks_advanced.flatMap(({ aliases }) => aliases))).toEqual([
      ['node1'],
      ['node2'],
      ['node3'],
      ['node4'],
    ]);
    expect(new Set(services.map(({ endpoint_spec }) => endpoint_spec.mode))).toEqual(new Set(['dnsrr']));
    expect(services[0]?.endpoint_spec.ports).toEqual([
      { protocol: 'tcp', publish_mode: 'host', published_port: 9000, target_port: 9000 },
    ]);
  });

  test('all have the same drives, and each knows which are its own', () => {
    expect(new Set(containers.map(({ env }) => env.RUSTFS_VOLUMES))).toEqual(
      new Set(['http://node{1...4}:9000/data{1...2}']),
    );
    expect(containers.map(({ env }) => env.RUSTFS_LOCAL_ENDPOINT_HOST)).toEqual(['node1', 'node2', 'node3', 'node4']);
    expect(containers[3]?.mounts).toEqual([
      { type: 'bind', source: '/mnt/disk1/rustfs', target: '/data1' },
      { type: 'bind', source: '/mnt/disk2/rustfs', target: '/data2' },
    ]);
  });

  test('are replaced one after the other: each waits for the gate of its predecessor', () => {
    const chain = services.map(({ depends_on }) => depends_on);
    const gates = Object.entries(steps).filter(([, { provisioner }]) =>
      provisioner.some((one) => one['local-exec'].command.includes('--node')),
    );
    expect(gates.map(([, { depends_on }]) => depends_on)).toEqual(addresses.map((id) => [`docker_service.${id}`]));
    expect(chain.slice(1)).toEqual(gates.slice(0, 3).map(([id]) => [`terraform_data.${id}`]));
    expect(new Set(services.map(({ update_config }) => update_config.order))).toEqual(new Set(['stop-first']));
    const commands = gates.map(([, { provisioner }]) => provisioner[0]?.['local-exec'].command);
    expect(commands[0]).toBe(
      'npx --no-install cdktf-rustfs cluster wait --cluster cdktf.out/test-cluster/stacks/storage/cluster.json --node node1 --timeout 600',
    );
  });

  test('get secrets by name, from files that Terraform knows the ids of only', () => {
    expect(containers[0]?.secrets.map(({ file_name }) => file_name)).toEqual([
      '/etc/rustfs/access-key',
      '/etc/rustfs/secret-key',
      '/etc/rustfs/rpc-secret',
      '/etc/rustfs/sse-s3-master-key',
    ]);
    expect(containers[0]?.secrets[2]?.secret_id).toMatch(
      /^\$\{jsondecode\(file\("\$\{path\.module\}\/\.\.\/\.\.\/\.\.\/\.\.\/\$\{terraform_data\.rustfs_Prepare_\w+\.output\}"\)\)\["rpc-secret"\]\["id"\]\}$/,
    );
    expect(containers[0]?.command.slice(0, 3)).toEqual([
      '/bin/sh',
      '-c',
      'export RUSTFS_RPC_SECRET="$(cat /etc/rustfs/rpc-secret)" && export RUSTFS_SSE_S3_MASTER_KEY="$(cat /etc/rustfs/sse-s3-master-key)" && exec /entrypoint.sh "$@"',
    ]);
    expect(terraform).not.toContain('docker_secret');
  });

  test('count as healthy while they look for their peers, which Swarm names only then', () => {
    expect(containers[0]?.healthcheck.test).toEqual([
      'CMD-SHELL',
      'curl -fsS -m 5 -o /dev/null http://127.0.0.1:9000/health; code=$?; [ $code -eq 0 ] || [ $code -eq 7 ]',
    ]);
  });

  test('are one server to everything else', () => {
    expect(manifest.server).toEqual({
      id: 'rustfs',
      endpoint: 'http://10.0.0.1:9000',
      region: 'us-east-1',
      rustfsVersion: '1.0.1',
      target: 'external',
      accessKeyFile: 'secrets/storage/root/access-key',
      secretKeyFile: 'secrets/storage/root/secret-key',
    });
    expect(clusterFile).toEqual({
      version: 1,
      cluster: 'storage-rustfs',
      volumes: 'http://node{1...4}:9000/data{1...2}',
      nodes: NODES.map(({ address }, index) => ({ name: `node${index + 1}`, endpoint: `http://${address}:9000` })),
      drives: 8,
      secrets: ['root/access-key', 'root/secret-key', 'root/rpc-secret', 'server/sse-s3-master-key'].map((file) => ({
        name: file.slice(file.indexOf('/') + 1),
        file: `secrets/storage/${file}`,
      })),
      engine: {
        type: 'swarm',
        services: NODES.map((_, index) => `storage-rustfs-node${index + 1}`),
        secretsFile: 'secrets/storage/root/swarm-secrets.json',
      },
    });
  });
});

test('without drives, a node has a volume that Docker keeps', () => {
  const [first] = synthesize().services;
  expect(first?.task_spec.container_spec.env.RUSTFS_VOLUMES).toBe('http://node{1...4}:9000/data');
  expect(first?.task_spec.container_spec.mounts).toEqual([
    { type: 'volume', source: 'storage-rustfs-node1-data', target: '/data' },
  ]);
});

test('another version is another task on every node, and the gates run again', () => {
  const gateOf = (version: '1.0.1' | '1.0.0-beta.7') => {
    const { steps, services } = synthesize({ version });
    return [
      services.map(({ task_spec }) => task_spec.container_spec.image),
      Object.values(steps).flatMap(({ triggers_replace }) => triggers_replace?.task ?? []),
    ] as const;
  };
  const [newImages, newTasks] = gateOf('1.0.1');
  const [oldImages, oldTasks] = gateOf('1.0.0-beta.7');
  expect([newImages[3], oldImages[3]]).toEqual(['rustfs/rustfs:1.0.1', 'rustfs/rustfs:1.0.0-beta.7']);
  expect(new Set([...newTasks, ...oldTasks]).size).toBe(8);
  expect(gateOf('1.0.1')[1]).toEqual(newTasks);
});

test('settings reach every node, their files as Docker secrets, and a change replaces the tasks one by one', () => {
  const of = (seconds: number) =>
    synthesize({
      settings: {
        server: { domains: ['s3.example.com'] },
        internode: { requestTimeoutSeconds: seconds },
        proxy: { trusted: true },
        iam: { masterKeyFile: 'secrets/iam-key' },
      },
    });
  const { services, clusterFile, steps } = of(4);
  const containers = services.map(({ task_spec }) => task_spec.container_spec);
  for (const { env, secrets } of containers) {
    expect(env).toMatchObject({
      RUSTFS_INTERNODE_RPC_TIMEOUT_SECS: '4',
      RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
      RUSTFS_SERVER_DOMAINS: 's3.example.com,node1,node2,node3,node4,localhost',
    });
    expect(secrets.map(({ file_name }) => file_name)).toContain('/etc/rustfs/settings/iam.masterKeyFile');
  }
  expect(clusterFile.secrets).toContainEqual({ name: 'settings-iam.masterKeyFile', file: 'secrets/iam-key' });
  const gates = (all: Record<string, Step>) => Object.values(all).flatMap((step) => step.triggers_replace?.task ?? []);
  expect(new Set([...gates(steps), ...gates(of(8).steps)]).size).toBe(8);
});

test('beta.7 gets no variable that it does not know', () => {
  const names = Object.keys(synthesize({ version: '1.0.0-beta.7' }).services[0]?.task_spec.container_spec.env ?? {});
  expect(names.filter((name) => /TOPOLOGY|LOCAL_ENDPOINT/.test(name))).toEqual([]);
});

test('every mistake is named', () => {
  const [a, b] = NODES as [(typeof NODES)[0], (typeof NODES)[0]];
  expect(() =>
    synthesize({ nodes: [a, b, { ...b, hostname: 'b c' }, a], drives: ['disk', '/mnt/1', '/mnt/1'] }),
  ).toThrow(
    new Error(
      [
        'invalid cluster:',
        '✖ invalid hostname or address (value: b c): expected letters, digits, "." and "-"',
        '✖ invalid drive (value: disk): expected an absolute path without spaces',
        '✖ node a is there twice',
        '✖ address 10.0.0.2 is there twice',
        '✖ address 10.0.0.1 is there twice',
        '✖ drive /mnt/1 is there twice',
      ].join('\n'),
    ),
  );
  expect(() => synthesize({ nodes: [a] })).toThrow(
    new Error('invalid nodes (value: 1): expected a whole number from 2 to 99; use RustFs for a single machine'),
  );
});

describe('a KMS', () => {
  const auth = VaultAuth.token({ file: 'secrets/vault-token' });
  const vault = Kms.vaultTransit({ address: 'https://vault.example.com:8200', auth });

  test('in Vault is provisioned as on a single server', () => {
    expect(synthesize({ kms: vault }).manifest.kms).toEqual({
      backend: {
        type: 'vault-transit',
        mount: 'transit',
        address: 'https://vault.example.com:8200',
        auth: { method: 'token', tokenFile: 'secrets/vault-token' },
      },
      defaultKey: 'rustfs',
      keys: ['rustfs'],
    });
  });

  test.each<[Partial<SwarmClusterProps>, string]>([
    [
      { kms: Kms.local() },
      'Kms.local() keeps keys in a directory of each node, but all need the same ones: use Kms.vaultTransit()',
    ],
    [
      { kms: vault, version: '1.0.0-beta.7' },
      'nobody has seen the nodes of RustFS 1.0.0-beta.7 share one: use version 1.0.1',
    ],
  ])('that not every node would have is refused: %#', (props, problem) => {
    expect(() => synthesize(props)).toThrow(new Error(`invalid kms of RustFsCluster rustfs: ${problem}`));
  });
});

describe('event targets', () => {
  const hook = (more: object = {}) =>
    EventTarget.webhook('hook', {
      endpoint: 'http://receiver.example:3020/webhook',
      authToken: EventSecret.file('secrets/hook'),
      ...more,
    });

  test('are in the environment of every node, with what they may reach and without a queue', () => {
    const { services, manifest } = synthesize({ eventTargets: [hook()] });
    for (const { task_spec } of services) {
      const { env, secrets } = task_spec.container_spec;
      expect(env).toMatchObject({
        RUSTFS_NOTIFY_ENABLE: 'true',
        RUSTFS_NOTIFY_WEBHOOK_ENABLE_HOOK: 'on',
        RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_HOOK: 'http://receiver.example:3020/webhook',
        RUSTFS_NOTIFY_WEBHOOK_QUEUE_DIR_HOOK: '',
        RUSTFS_OUTBOUND_ALLOW_ORIGINS: 'http://receiver.example:3020',
      });
      expect(secrets.map(({ file_name }) => file_name)).toContain('/etc/rustfs/events/notify-webhook-hook-auth_token');
    }
    expect(manifest.eventTargets).toMatchObject([{ id: 'hook', managedBy: 'environment' }]);
  });

  test('have no queue there', () => {
    expect(() => synthesize({ auditTargets: [hook({ queueDirectory: '/queue' })] })).toThrow(
      new Error(
        'event target hook has queueDirectory /queue, but the nodes of a cluster have no volume for queues; leave it out',
      ),
    );
  });
});
