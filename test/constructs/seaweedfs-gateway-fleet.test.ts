import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { SeaweedFsFilers, SeaweedFsGatewayFleet, type SeaweedFsGatewayFleetProps } from '../../constructs/index.js';
import { parseFleetManifest } from '../../seaweedfs/manifest/index.js';

type Resources = Record<string, Record<string, Record<string, unknown>>>;

const SSO = { name: 'sso', type: 'oidc', issuer: 'https://sso.example.com', clientIds: ['s3'] } as const;
const ADMIN = { name: 'admin', actions: ['Admin'] } as const;

const iam: SeaweedFsGatewayFleetProps['iam'] = {
  sts: { issuer: 'test-sts' },
  providers: [SSO],
  policies: [
    {
      name: 'logs-read',
      document: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::logs/2026/*' }],
      },
    },
  ],
  roles: [{ name: 'Reader', trust: [{ principal: { provider: 'sso' } }], policies: ['logs-read'] }],
  identities: [ADMIN],
};

function synthesize(props: Partial<SeaweedFsGatewayFleetProps> = {}) {
  // Inside the project, so that the paths from the stack to the project and back are the ones of a real synthesis.
  mkdirSync('cdktf.out', { recursive: true });
  const app = Testing.app({ outdir: 'cdktf.out/test-fleet' });
  const stack = new TerraformStack(app, 'test');
  new LocalBackend(stack, { path: 'terraform.test.tfstate' });
  new provider.DockerProvider(stack, 'docker');
  const fleet = new SeaweedFsGatewayFleet(stack, 'fleet', {
    filers: SeaweedFsFilers.existing(['filer:8888']),
    iam,
    ...props,
  });
  app.synth();
  const read = (file: string) => readFileSync(join(app.outdir, 'stacks', 'test', file), 'utf8');
  return {
    fleet,
    terraform: read('cdk.tf.json'),
    resource: (JSON.parse(read('cdk.tf.json')) as { resource: Resources }).resource,
    manifest: parseFleetManifest(read('fleet.json')),
    template: read('iam.template.json'),
  };
}

const gatewaysOf = ({ resource }: { readonly resource: Resources }) =>
  Object.values(resource.docker_container ?? {}).filter(({ name }) => /-gateway-\d+-/.test(String(name)));

describe('three gateways', () => {
  const written = synthesize();

  test('run a pinned SeaweedFS with exactly these arguments, so that none can swallow another', () => {
    expect(Object.values(written.resource.docker_image ?? {}).map(({ name }) => name)).toEqual([
      'nginx:1.28.0-alpine',
      'chrislusf/seaweedfs:4.44',
    ]);
    expect(gatewaysOf(written).map(({ entrypoint, command }) => [entrypoint, command])).toEqual(
      Array.from({ length: 3 }, () => [
        ['/usr/bin/weed'],
        [
          's3',
          '-iam.config=/etc/seaweedfs/iam.json',
          '-filer=filer:8888',
          '-ip.bind=0.0.0.0',
          '-port=8333',
          '-port.iceberg=0',
          '-port.lance=0',
          '-iam.readOnly=true',
          '-allowDeleteBucketNotEmpty=false',
          '-metricsPort=9327',
        ],
      ]),
    );
  });

  test('count as healthy only while they refuse anonymous requests and have STS', () => {
    const { healthcheck, wait } = gatewaysOf(written)[0] as { healthcheck: { test: string[] }; wait: boolean };
    expect(wait).toBe(true);
    expect(healthcheck.test).toEqual([
      'CMD-SHELL',
      `[ "$(curl -s -m 3 -o /dev/null -w '%%{http_code}' http://127.0.0.1:8333/)" = 403 ] && [ "$(curl -s -m 3 -o /dev/null -w '%%{http_code}' -d 'Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn:aws:iam::role/probe&RoleSessionName=probe&WebIdentityToken=junk' http://127.0.0.1:8333/)" = 403 ]`,
    ]);
  });

  test('mount the rendered file read-only, with the hash of its template in labels and path', () => {
    const sha = createHash('sha256').update(written.template).digest('hex');
    expect(written.manifest.templateSha256).toBe(sha);
    expect(written.fleet.templateSha256).toBe(sha);
    for (const gateway of gatewaysOf(written)) {
      const [mount] = gateway.mounts as { source: string; target: string; read_only: boolean }[];
      expect(mount?.source).toMatch(
        new RegExp(
          `^\\$\\{abspath\\("\\$\\{path\\.module\\}/.*/secrets/test/fleet/test-fleet/iam-${sha.slice(0, 12)}\\.json"\\)\\}$`,
        ),
      );
      expect(mount).toMatchObject({ target: '/etc/seaweedfs/iam.json', read_only: true });
      expect(gateway.labels).toContainEqual({ label: 'cdktf-rustfs.template-sha256', value: sha });
      expect(gateway).toMatchObject({ user: '1000:1000', read_only: true, lifecycle: { create_before_destroy: true } });
      expect(gateway.ports).toBeUndefined();
    }
  });

  test('publish the balancer and one listener for each gateway on loopback', () => {
    const balancer = Object.values(written.resource.docker_container ?? {}).find(
      ({ name }) => name === 'test-fleet-balancer',
    );
    expect(balancer?.ports).toEqual(
      [8333, 8334, 8335, 8336].map((port) => ({ internal: port, external: port, ip: '127.0.0.1' })),
    );
    expect([written.fleet.endpoint, ...written.fleet.gatewayEndpoints]).toEqual([
      'http://127.0.0.1:8333',
      'http://127.0.0.1:8334',
      'http://127.0.0.1:8335',
      'http://127.0.0.1:8336',
    ]);
  });

  test('are rendered before, switched to, and proven after, whenever the manifest changes', () => {
    const steps = Object.values(written.resource.terraform_data ?? {});
    expect(new Set(steps.map(({ triggers_replace }) => JSON.stringify(triggers_replace))).size).toBe(1);
    const commands = steps.flatMap(({ provisioner }) =>
      (provisioner as { 'local-exec': { command: string } }[]).map((one) => one['local-exec'].command),
    );
    expect(commands.map((command) => command.replace(/ \S*\/fleet\.json/, ' fleet.json')).sort()).toEqual([
      'docker kill --signal HUP test-fleet-balancer && sleep 10',
      'npx --no-install cdktf-rustfs fleet render --manifest fleet.json',
      'npx --no-install cdktf-rustfs fleet verify --manifest fleet.json',
    ]);
  });

  test('have no secret and no absolute path in what Terraform sees', () => {
    expect(written.terraform).not.toContain(process.cwd());
    expect(written.terraform).not.toContain('signingKey');
    expect(JSON.parse(written.template).sts.signingKey).toEqual({
      $secret: 'test-fleet-signing-key',
      field: 'secretAccessKey',
    });
  });

  test('the manifest says what the proof has to find', () => {
    const { manifest } = written;
    expect(manifest.roles).toEqual([
      {
        name: 'Reader',
        arn: 'arn:aws:iam::000000000000:role/Reader',
        trust: [
          {
            effect: 'Allow',
            providers: ['sso'],
            identities: [],
            actions: ['sts:AssumeRoleWithWebIdentity'],
            conditions: {},
          },
        ],
        policies: ['logs-read'],
      },
    ]);
    expect(manifest.identities).toEqual([{ name: 'admin', secret: 'test-fleet-admin', actions: ['Admin'] }]);
    const may = manifest.probes.filter(({ allowed }) => allowed);
    expect(may).toEqual([
      { role: 'Reader', action: 's3:GetObject', bucket: 'logs', key: '2026/.cdktf-rustfs-fleet-probe', allowed: true },
    ]);
    expect(manifest.probes.filter(({ bucket }) => bucket === 'cdktf-rustfs-fleet-foreign')).toHaveLength(4);
    expect(written.fleet.roleArn('Reader')).toBe('arn:aws:iam::000000000000:role/Reader');
    expect(() => written.fleet.roleArn('Nobody')).toThrow('no role Nobody in fleet fleet; declared: Reader');
  });
});

test('the order of declaration means nothing; a changed policy renames every gateway', () => {
  const names = (written: ReturnType<typeof synthesize>) => gatewaysOf(written).map(({ name }) => name);
  const second = { ...SSO, name: 'another', issuer: 'https://another.example.com' };
  const one = synthesize({ iam: { ...iam, providers: [SSO, second] } });
  const two = synthesize({ iam: { ...iam, providers: [second, SSO] } });
  expect(one.template).toBe(two.template);
  expect(names(one)).toEqual(names(two));
  const changed = synthesize({ iam: { ...iam, sts: { issuer: 'other-sts' } } });
  expect(names(changed).filter((name) => names(synthesize()).includes(name))).toEqual([]);
  const newer = synthesize({ version: '4.45' });
  expect(newer.template).toBe(synthesize().template);
  expect(names(newer).filter((name) => names(synthesize()).includes(name))).toEqual([]);
});

test('HAProxy is told to reload in its own way', () => {
  const { terraform, manifest } = synthesize({ balancer: 'haproxy' });
  expect(terraform).toContain('docker kill --signal USR2 test-fleet-balancer');
  expect(manifest.balancer.configFile).toBe('secrets/test/fleet/test-fleet/balancer/haproxy.cfg');
});

test('every problem is reported at once', () => {
  const broken = () =>
    synthesize({
      gateways: 0,
      version: '4.43',
      runAs: '0:0',
      filers: SeaweedFsFilers.existing(['filer']),
      placement: ['node.role==manager'],
      secretsDir: '../elsewhere',
      iam: {
        ...iam,
        sts: { issuer: 'https://sso.example.com', tokenDuration: '3600' },
        providers: [
          { ...SSO, issuer: 'http://sso.example.com' },
          { name: 'dev', type: 'mock' },
        ],
        identities: [{ name: 'reader', actions: ['Read'] }],
      },
    });
  expect(broken).toThrow(
    new Error(
      [
        'invalid SeaweedFS fleet test-fleet',
        'filer "filer": expected host:port, such as filer:8888',
        'gateways is 0: expected a whole number from 1 to 32',
        'version is "4.43": expected 4.44 or newer, written like that; what is proven was observed there',
        'runAs is "0:0": expected uid:gid, not root, such as 1000:1000',
        'the proof needs a static identity with the action Admin: give it to one',
        'placement is for engine swarm only: leave it out',
        'path "../elsewhere": expected one below the project directory, of letters, digits and _ . / -',
        'iam.config $.sts.tokenDuration: got "3600"; must be a Go duration: SeaweedFS refuses the whole file: no STS, and without static identities everybody is let in; write a string such as "1h" or "1h30m"',
        'iam.config $.sts.providers[0].type: got "mock"; the source document has this type, SeaweedFS has oidc and ldap: SeaweedFS refuses the whole file: no STS, and without static identities everybody is let in; one broken provider takes the good ones with it; declare an OIDC provider instead; for development there is the development issuer (docs/seaweedfs.md)',
        'iam.config $.sts.providers[1].config.issuer: got "http://sso.example.com"; must be https: whoever is on the way could sign tokens of his own; write an https URL, or declare the fleet as development: true',
      ].join('\n'),
    ),
  );
});

test('filers that share nothing, two fleets in one stack, and ports that collide are refused', () => {
  expect(() => synthesize({ filers: SeaweedFsFilers.development({ filers: 3 }) })).toThrow(
    'invalid SeaweedFS fleet test-fleet\n3 filers without a store that they share: set etcd, or use one filer',
  );
  expect(() => synthesize({ directPort: 8333 })).toThrow(
    'invalid SeaweedFS fleet test-fleet\ntwo listeners share a port (8333, 8333, 8334, 8335): give each its own',
  );
  const stack = new TerraformStack(Testing.app(), 'twice');
  const props = { filers: SeaweedFsFilers.existing(['filer:8888']), iam };
  new SeaweedFsGatewayFleet(stack, 'one', props);
  expect(() => new SeaweedFsGatewayFleet(stack, 'two', props)).toThrow(
    'stack twice already has a SeaweedFS fleet: a stack has one fleet.json, so give every fleet a stack of its own',
  );
});

test('development filers start in order, without telemetry, and keep their data', () => {
  const { resource, manifest } = synthesize({ filers: SeaweedFsFilers.development({ filers: 2, etcd: 'etcd:2379' }) });
  expect(manifest.filers).toEqual(['test-fleet-filer-1:8888', 'test-fleet-filer-2:8888']);
  const containers = Object.values(resource.docker_container ?? {});
  const named = (name: string) => containers.find((one) => one.name === name);
  expect(named('test-fleet-master')?.command).toEqual([
    'master',
    '-telemetry=false',
    '-ip=test-fleet-master',
    '-ip.bind=0.0.0.0',
    '-port=9333',
  ]);
  expect(named('test-fleet-filer-2')?.env).toEqual([
    'WEED_LEVELDB2_ENABLED=false',
    'WEED_ETCD_ENABLED=true',
    'WEED_ETCD_SERVERS=etcd:2379',
  ]);
  expect(Object.values(resource.docker_volume ?? {}).map(({ lifecycle }) => lifecycle)).toEqual(
    Array.from({ length: 4 }, () => ({ prevent_destroy: true })),
  );
});

test('settings without effect are warnings', () => {
  const app = Testing.app();
  const stack = new TerraformStack(app, 'test');
  const fleet = new SeaweedFsGatewayFleet(stack, 'fleet', {
    filers: SeaweedFsFilers.existing(['filer:8888']),
    iam: {
      ...iam,
      providers: [{ ...SSO, scopes: ['openid'] }],
      roles: [{ ...(iam.roles ?? [])[0], maxSessionDuration: 3600 } as never],
    },
  });
  const warnings = fleet.node.metadata.filter(({ type }) => type === '@cdktf/warn').map(({ data }) => data);
  expect(warnings).toEqual([
    'iam.config $.sts.providers[0].config.scopes: got ["openid"]; has no effect: the gateway never asks the provider for a token; leave it out',
    'iam.config $.roles[0].maxSessionDuration: got 3600; is not enforced: a session of twice that length was granted; limit sts.maxSessionLength, which counts for web identities of all roles',
  ]);
});
