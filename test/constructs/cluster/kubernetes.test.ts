import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { type KubernetesClusterProps, OidcProvider, RustFsCluster } from '../../../constructs/index.js';

type Schema = Parameters<typeof z.fromJSONSchema>[0];

const official = JSON.parse(readFileSync(new URL('data/kubernetes-1.37.json', import.meta.url), 'utf8')) as {
  readonly kinds: Readonly<Record<string, Record<string, unknown>>>;
  readonly $defs: Record<string, unknown>;
};

// biome-ignore lint/suspicious/noExplicitAny: documents of any kind, read as a test reads them
type Doc = any;

/** What Kubernetes' own schema says is wrong with an object. */
function problems(object: { readonly kind: string }): string {
  const schema = official.kinds[object.kind];
  if (!schema) return `no schema for ${object.kind}`;
  const { success, error } = z.fromJSONSchema({ ...schema, $defs: official.$defs } as Schema).safeParse(object);
  return success ? '' : `${object.kind}\n${z.prettifyError(error)}`;
}

const PROPS = { nodes: 4, driveSize: '100Gi', endpoint: 'http://127.0.0.1:9000' };

function synthesize(props: Partial<KubernetesClusterProps> = {}) {
  const app = Testing.app({ fakeCdktfJsonPath: false });
  const stack = new TerraformStack(app, 'storage');
  const cluster = RustFsCluster.kubernetes(stack, 'rustfs', { ...PROPS, ...props });
  app.synth();
  const read = (file: string) => readFileSync(join(app.outdir, 'stacks', 'storage', file), 'utf8');
  const text = read('kubernetes.yaml');
  const objects = parseAllDocuments(text).map((document) => document.toJS() as Doc);
  const kind = (name: string) => objects.find((object) => object.kind === name);
  return { cluster, text, objects, kind, read };
}

describe.each([
  ['one drive', {}],
  ['four drives, console, OIDC', { drivesPerNode: 4, console: true, storageClass: 'local', oidc: ['secrets/oidc'] }],
  ['beta.7', { version: '1.0.0-beta.7' as const, drivesPerNode: 2, parity: 1 }],
])('%s', (_, { oidc, ...props }: Partial<Omit<KubernetesClusterProps, 'oidc'>> & { oidc?: string[] }) => {
  const written = synthesize({
    ...props,
    ...(oidc && {
      oidc: [
        OidcProvider.generic({
          id: 'sso',
          issuer: 'https://sso.example.com',
          clientId: 'rustfs',
          rolePolicies: ['readonly'],
          clientSecretFile: oidc[0] as string,
        }),
      ],
    }),
  });

  test('is what the schema of Kubernetes takes', () => {
    expect(written.objects.map(problems).filter(Boolean)).toEqual([]);
    expect(written.objects.map(({ kind }) => kind)).toEqual([
      ...['Namespace', 'ServiceAccount', 'NetworkPolicy', 'Service', 'Service', 'PodDisruptionBudget', 'StatefulSet'],
    ]);
  });

  test('listens on IPv4, so that IPv4 conditions on aws:SourceIp hold', () => {
    const env = written.kind('StatefulSet').spec.template.spec.containers[0].env;
    expect(env).toContainEqual({ name: 'RUSTFS_ADDRESS', value: '0.0.0.0:9000' });
  });

  test('contains no secret, only the name of the Secret', () => {
    const { template } = written.kind('StatefulSet').spec;
    const env = template.spec.containers[0].env.map(({ name }: Doc) => name);
    expect(env.filter((name: string) => /SECRET|PASSWORD/.test(name) && !name.endsWith('_FILE'))).toEqual([]);
    expect(template.spec.volumes).toEqual([
      { name: 'secrets', secret: { secretName: 'storage-rustfs-secrets', defaultMode: 0o440 } },
    ]);
    const keys = (JSON.parse(written.read('cluster.json')) as Doc).secrets.map(({ name }: Doc) => name);
    const mounted = template.spec.containers[0].volumeMounts.filter(({ name }: Doc) => name === 'secrets');
    expect(mounted.map(({ subPath }: Doc) => subPath)).toEqual(keys);
    expect(keys).toEqual([
      'access-key',
      'secret-key',
      ...(oidc ? ['oidc-sso'] : []),
      'rpc-secret',
      'sse-s3-master-key',
    ]);
  });
});

describe('four pods', () => {
  const { kind, objects, read, cluster } = synthesize({ drivesPerNode: 4 });
  const { spec } = kind('StatefulSet');
  const pod = spec.template.spec;
  const [container] = pod.containers;
  const env = Object.fromEntries(container.env.map(({ name, value, valueFrom }: Doc) => [name, value ?? valueFrom]));

  test('know each other by names that exist before they are ready', () => {
    expect(env.RUSTFS_VOLUMES).toBe(
      'http://storage-rustfs-{0...3}.storage-rustfs-headless.storage-rustfs.svc.cluster.local:9000/data{1...4}',
    );
    expect(env.RUSTFS_LOCAL_ENDPOINT_HOST).toBe('$(POD_NAME).storage-rustfs-headless.storage-rustfs.svc.cluster.local');
    expect(container.env.findIndex(({ name }: Doc) => name === 'POD_NAME')).toBe(0);
    const headless = objects.find(({ metadata }) => metadata.name === spec.serviceName);
    expect(headless.spec).toMatchObject({ clusterIP: 'None', publishNotReadyAddresses: true });
    expect(spec.podManagementPolicy).toBe('Parallel');
  });

  test('have a claim for each drive, which outlives them', () => {
    expect(spec.volumeClaimTemplates.map(({ metadata }: Doc) => metadata.name)).toEqual(
      container.volumeMounts.slice(0, 4).map(({ name }: Doc) => name),
    );
    expect(container.volumeMounts.slice(0, 4).map(({ mountPath }: Doc) => mountPath)).toEqual([
      '/data1',
      '/data2',
      '/data3',
      '/data4',
    ]);
    expect(spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
  });

  test('may be evicted as far as writes go on', () => {
    expect(kind('PodDisruptionBudget').spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: spec.selector.matchLabels },
    });
    expect(spec.template.metadata.labels).toEqual(spec.selector.matchLabels);
    expect(cluster.layout.nodesLost.writes.any).toBe(1);
  });

  test('are restarted for themselves only, and get requests only when they can serve them', () => {
    expect(
      [container.startupProbe, container.livenessProbe, container.readinessProbe].map((p) => p.httpGet.path),
    ).toEqual(['/health', '/health', '/health/ready']);
  });

  test('are reached by pods of their own kind and of the named namespaces only', () => {
    const { ingress } = synthesize({ clientNamespaces: ['apps'], console: true }).kind('NetworkPolicy').spec;
    expect(ingress).toEqual([
      {
        from: [{ podSelector: { matchLabels: spec.selector.matchLabels } }],
        ports: [{ protocol: 'TCP', port: 9000 }],
      },
      {
        from: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'apps' } } }],
        ports: [
          { protocol: 'TCP', port: 9000 },
          { protocol: 'TCP', port: 9001 },
        ],
      },
    ]);
  });

  test('have a secret made and are waited for before they are provisioned', () => {
    const { resource } = JSON.parse(read('cdk.tf.json')) as Doc;
    expect(Object.keys(resource)).toEqual(['terraform_data']);
    const { provisioning, ...others } = resource.terraform_data;
    const [[ready, { provisioner }]] = Object.entries(others) as [[string, Doc]];
    expect(provisioning.depends_on).toEqual([`terraform_data.${ready}`]);
    expect(
      provisioner.map((one: Doc) => /cdktf-rustfs (\S+( prepare| wait)?)/.exec(one['local-exec'].command)?.[1]),
    ).toEqual(['root-credentials', 'secret-file', 'server-secrets', 'cluster prepare', 'cluster wait']);
  });
});

describe('settings', () => {
  const { kind, read, text } = synthesize({
    parity: 1,
    settings: {
      server: { domains: ['s3.example.com'] },
      internode: { prewarm: true },
      trust: { extraCaFile: 'certs/ca.pem' },
      iam: { masterKeyFile: 'secrets/iam-key' },
    },
    extraEnvironment: { RUSTFS_NO_SUCH_VARIABLE: 'x' },
  });
  const [container] = kind('StatefulSet').spec.template.spec.containers;
  const env = Object.fromEntries(container.env.map(({ name, value }: Doc) => [name, value]));

  test('are variables of every pod, beside those of the cluster itself', () => {
    expect(env).toMatchObject({
      RUSTFS_STARTUP_TOPOLOGY_WAIT_MODE: 'orchestrated',
      RUSTFS_INTERNODE_PREWARM: 'true',
      RUSTFS_STORAGE_CLASS_STANDARD: 'EC:1',
      RUSTFS_EXTRA_CA_CERT: '/etc/rustfs/settings/trust.extraCaFile',
      RUSTFS_TRUSTED_PROXY_ENABLED: 'false',
      RUSTFS_NO_SUCH_VARIABLE: 'x',
    });
    expect(env.RUSTFS_SERVER_DOMAINS.split(',')).toEqual([
      's3.example.com',
      ...[0, 1, 2, 3].map((pod) => `storage-rustfs-${pod}.storage-rustfs-headless.storage-rustfs.svc.cluster.local`),
      'storage-rustfs.storage-rustfs',
      'storage-rustfs.storage-rustfs.svc',
      'storage-rustfs.storage-rustfs.svc.cluster.local',
      'localhost',
    ]);
  });

  test('name the service as short as its namespace allows', () => {
    const named = synthesize({ namespace: 'storage', settings: { server: { domains: ['s3.example.com'] } } });
    const [of] = named.kind('StatefulSet').spec.template.spec.containers;
    const domains = of.env.find(({ name }: Doc) => name === 'RUSTFS_SERVER_DOMAINS').value;
    expect(domains.split(',').slice(5, 7)).toEqual(['storage-rustfs', 'storage-rustfs.storage']);
  });

  test('with a file are a key of the Secret, and secret ones no variable of the manifest', () => {
    const { secrets } = JSON.parse(read('cluster.json')) as Doc;
    expect(secrets).toContainEqual({ name: 'settings-trust.extraCaFile', file: 'certs/ca.pem' });
    expect(secrets).toContainEqual({ name: 'settings-iam.masterKeyFile', file: 'secrets/iam-key' });
    expect(container.volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/etc/rustfs/settings/iam.masterKeyFile',
      subPath: 'settings-iam.masterKeyFile',
      readOnly: true,
    });
    expect(env.RUSTFS_IAM_MASTER_KEY).toBeUndefined();
    expect(container.command[2]).toContain(
      'export RUSTFS_IAM_MASTER_KEY="$(cat /etc/rustfs/settings/iam.masterKeyFile)" && ',
    );
    expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
  });
});

test('the check knows what Kubernetes refuses', () => {
  expect(
    problems({ kind: 'PodDisruptionBudget', apiVersion: 'policy/v1', spec: { maxUnavailable: 1, minimum: 2 } } as Doc),
  ).toBe('PodDisruptionBudget\n✖ Unrecognized key: "minimum"\n  → at spec');
  expect(problems({ kind: 'StatefulSet', apiVersion: 'apps/v1', spec: { replicas: '4' } } as Doc)).toContain(
    '→ at spec',
  );
});

test.each([
  [{ driveSize: 'big' }, 'invalid driveSize (value: big): expected a quantity of Kubernetes, such as 100Gi'],
  [{ namespace: 'My_NS' }, 'invalid namespace (value: My_NS): expected at most 63 lower-case letters, digits and "-"'],
  [
    { endpoint: 'http://host/s3' },
    'invalid endpoint (value: http://host/s3): expected a URL without path and credentials, such as http://127.0.0.1:9000, because S3 signatures break behind a path',
  ],
  [
    { settings: { storage: { standardParity: 'EC:1' } }, extraEnvironment: { RUSTFS_REGION: 'x' } },
    [
      'RustFsCluster rustfs is not valid:',
      '✖ settings.storage.standardParity (value: EC:1): a cluster counts its capacity with its own prop; set parity to 1 instead',
      '✖ extraEnvironment RUSTFS_REGION: this variable is known; set region',
    ].join('\n'),
  ],
  [{ nodes: 1 }, 'invalid nodes (value: 1): expected a whole number from 2 to 99; use RustFs for a single machine'],
])('%j is an error', (props, message) => {
  expect(() => synthesize(props)).toThrow(new Error(message));
});
