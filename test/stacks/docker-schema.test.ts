import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provider } from '@cdktf/provider-docker';
import { type App, TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import {
  EventTarget,
  Kms,
  RustFs,
  RustFsStorage,
  RustFsTls,
  SeaweedFsFilers,
  SeaweedFsGatewayFleet,
} from '../../constructs/index.js';
import {
  ObservabilityStack,
  PhaseAStack,
  PhaseDStack,
  RustFsClusterStack,
  RustFsDockerStack,
  SeaweedFsFleetStack,
} from '../../stacks/index.js';

type AttributeType = 'string' | 'bool' | 'number' | readonly ['set' | 'list' | 'map', 'string' | 'number'];

interface Block {
  readonly attributes: Readonly<Record<string, { readonly type: AttributeType; readonly required?: boolean }>>;
  readonly blocks?: Readonly<Record<string, Block & { readonly min?: number; readonly max?: number }>>;
}

const { resources } = JSON.parse(readFileSync(new URL('data/docker-provider-3.6.2.json', import.meta.url), 'utf8')) as {
  resources: Readonly<Record<string, Block>>;
};

/** Arguments that every resource takes, whatever its schema. */
const META = new Set(['//', 'depends_on', 'lifecycle', 'provider', 'provisioner']);

const isReference = (value: unknown) => typeof value === 'string' && /^\$\{[^}]*\}$/.test(value);

function fits(value: unknown, type: AttributeType): boolean {
  if (isReference(value)) return true;
  if (typeof type === 'string') return typeof value === (type === 'bool' ? 'boolean' : type);
  const [collection, element] = type;
  if (collection !== 'map') return Array.isArray(value) && value.every((item) => fits(item, element));
  return typeof value === 'object' && value !== null && Object.values(value).every((item) => fits(item, element));
}

/** What the provider would refuse about one block. */
function problems(path: string, value: Readonly<Record<string, unknown>>, schema: Block): string[] {
  const missing = Object.entries(schema.attributes).filter(([name, { required }]) => required && !(name in value));
  return [
    ...missing.map(([name]) => `${path}.${name} is required`),
    ...Object.entries(value).flatMap(([name, item]) => {
      const attribute = schema.attributes[name];
      if (attribute) return fits(item, attribute.type) ? [] : [`${path}.${name} is no ${attribute.type}`];
      const block = schema.blocks?.[name];
      if (!block) return [`${path}.${name} is not known`];
      const items = (Array.isArray(item) ? item : [item]) as Record<string, unknown>[];
      const many = items.length > (block.max || Number.POSITIVE_INFINITY) ? [`${path}.${name} is there too often`] : [];
      return [...many, ...items.flatMap((one, index) => problems(`${path}.${name}[${index}]`, one, block))];
    }),
  ];
}

const withoutMeta = (value: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(value).filter(([name]) => !META.has(name)));

function dockerResources(app: App, stack: string): Record<string, Record<string, Record<string, unknown>>> {
  app.synth();
  const { resource } = JSON.parse(readFileSync(join(app.outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8')) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  return Object.fromEntries(Object.entries(resource).filter(([type]) => type !== 'terraform_data'));
}

const CONTAINER = ['docker_container', 'docker_image', 'docker_network', 'docker_volume'];

const STACKS: Readonly<Record<string, readonly [types: readonly string[], declare: (app: App) => void]>> = {
  'rustfs-docker': [CONTAINER, (app) => new RustFsDockerStack(app, 'rustfs-docker')],
  'rustfs-cluster': [['docker_network', 'docker_service'], (app) => new RustFsClusterStack(app, 'rustfs-cluster')],
  'phase-a': [CONTAINER, (app) => new PhaseAStack(app, 'phase-a')],
  observability: [CONTAINER, (app) => new ObservabilityStack(app, 'observability')],
  'phase-d': [CONTAINER, (app) => new PhaseDStack(app, 'phase-d')],
  'rustfs-in-full': [
    CONTAINER,
    (app) => {
      const stack = new TerraformStack(app, 'rustfs-in-full');
      new provider.DockerProvider(stack, 'docker');
      new RustFs(stack, 'rustfs', {
        storage: RustFsStorage.paths(['/mnt/disk1', '/mnt/disk2']),
        tls: RustFsTls.files({ host: 's3.test', certificate: 'certs/server.pem', key: 'certs/server.key' }),
        logs: 'volume',
        settings: { iam: { masterKeyFile: 'secrets/iam-key' } },
        kms: Kms.local({ keys: ['app'] }),
        eventTargets: [EventTarget.webhook('primary', { endpoint: 'http://receiver:3020/webhook' })],
        auditTargets: [EventTarget.kafka('audit', { brokers: ['kafka:9092'], topic: 'audit' })],
      });
    },
  ],
  'seaweedfs-fleet': [CONTAINER, (app) => new SeaweedFsFleetStack(app, 'seaweedfs-fleet')],
  'seaweedfs-swarm': [
    ['docker_container', 'docker_image', 'docker_network', 'docker_service'],
    (app) => {
      const stack = new TerraformStack(app, 'seaweedfs-swarm');
      new provider.DockerProvider(stack, 'docker');
      new SeaweedFsGatewayFleet(stack, 'storage', {
        engine: 'swarm',
        placement: ['node.role==manager'],
        filers: SeaweedFsFilers.existing(['filer:8888'], { network: 'storage' }),
        iam: { sts: { issuer: 'test-sts' }, identities: [{ name: 'admin', actions: ['Admin'] }] },
        caCertificates: { '/etc/seaweedfs/ca.pem': 'certs/ca.pem' },
      });
    },
  ],
};

test.each(Object.entries(STACKS))(
  'every docker resource of %s is one that provider 3.6.2 takes',
  (name, [types, declare]) => {
    const app = Testing.app();
    declare(app);
    const docker = dockerResources(app, name);
    expect(Object.keys(docker).sort()).toEqual(types);
    const found = Object.entries(docker).flatMap(([type, instances]) =>
      Object.entries(instances).flatMap(([id, value]) =>
        problems(`${type}.${id}`, withoutMeta(value), resources[type] as Block),
      ),
    );
    expect(found).toEqual([]);
  },
);

test('the check knows what the provider refuses', () => {
  const container = resources.docker_container as Block;
  expect(problems('c', { name: 'x', env: 'A=1', nosuch: 1, ports: [{ external: 1 }] }, container)).toEqual([
    'c.image is required',
    'c.env is no set,string',
    'c.nosuch is not known',
    'c.ports[0].internal is required',
  ]);
});
