import { readFileSync } from 'node:fs';
import { Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { RustFsDockerStack } from '../../stacks/index.js';
import { written } from '../constructs/fixture.js';

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

test('every docker resource of the stack is one that provider 3.6.2 takes', () => {
  const app = Testing.app();
  new RustFsDockerStack(app, 'rustfs-docker');
  const { resource } = JSON.parse(written(app, 'rustfs-docker').terraform) as {
    resource: Record<string, Record<string, Record<string, unknown>>>;
  };
  const docker = Object.entries(resource).filter(([type]) => type !== 'terraform_data');
  expect(docker.map(([type]) => type).sort()).toEqual(Object.keys(resources).sort());
  const found = docker.flatMap(([type, instances]) =>
    Object.entries(instances).flatMap(([name, value]) =>
      problems(`${type}.${name}`, withoutMeta(value), resources[type] as Block),
    ),
  );
  expect(found).toEqual([]);
});

test('the check knows what the provider refuses', () => {
  const container = resources.docker_container as Block;
  expect(problems('c', { name: 'x', env: 'A=1', nosuch: 1, ports: [{ external: 1 }] }, container)).toEqual([
    'c.image is required',
    'c.env is no set,string',
    'c.nosuch is not known',
    'c.ports[0].internal is required',
  ]);
});
