import { App, TerraformStack, Testing } from 'cdktf';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  AlknetGateway,
  Duration,
  Observability,
  type ObservabilityProps,
  RustFs,
  type RustFsProps,
  SeaweedFsFilers,
  SeaweedFsGatewayFleet,
} from '../../constructs/index.js';
import { hasPromtool, promtool, whySkipped } from '../observability/promtool.js';

const stack = () => new TerraformStack(new App({ outdir: Testing.app().outdir }), 'test');

function declare(
  props: (scope: TerraformStack, server: RustFs) => Partial<ObservabilityProps> = () => ({}),
  server: RustFsProps = {},
) {
  const scope = stack();
  const rustfs = new RustFs(scope, 'rustfs', server);
  const telemetry = new Observability(scope, 'telemetry', { server: rustfs, ...props(scope, rustfs) });
  return { scope, telemetry };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: string[];
  readonly command?: string[];
  readonly entrypoint?: string[];
  readonly user?: string;
  readonly wait?: boolean;
  readonly healthcheck?: { readonly test: string[] };
  readonly ports?: { readonly internal: number; readonly external: number; readonly ip: string }[];
  readonly networks_advanced?: { readonly name: string; readonly aliases?: string[] }[];
  readonly upload?: { readonly file: string; readonly content?: string; readonly source?: string }[];
  readonly mounts?: { readonly source: string; readonly target: string; readonly read_only: boolean }[];
  readonly volumes?: { readonly volume_name: string; readonly container_path: string }[];
}

interface Resources {
  readonly docker_container: Readonly<Record<string, Container>>;
  readonly docker_image: Readonly<Record<string, { readonly name: string }>>;
  readonly docker_network: Readonly<Record<string, { readonly name: string; readonly internal?: boolean }>>;
  readonly docker_volume: Readonly<
    Record<string, { readonly name: string; readonly lifecycle?: { readonly prevent_destroy: boolean } }>
  >;
  readonly terraform_data: Readonly<Record<string, { readonly provisioner: { 'local-exec': { command: string } }[] }>>;
}

function synthesized(scope: TerraformStack) {
  const text = Testing.synth(scope);
  const { resource } = JSON.parse(text) as { resource: Resources };
  const containers = Object.values(resource.docker_container);
  const piece = (name: string) => containers.find((one) => one.name === `test-telemetry-${name}`) as Container;
  const file = (name: string, path: string) =>
    // As Terraform reads it.
    (piece(name).upload?.find((one) => one.file === path)?.content ?? '').replaceAll('$${', '${');
  const pieces = containers.map(({ name }) => name.replace('test-telemetry-', '')).filter((name) => name !== 'prepare');
  return { text, resource, containers, piece, file, pieces };
}

const said = (telemetry: Observability, type: 'info' | 'warn') =>
  telemetry.node.metadata.filter((entry) => entry.type === `@cdktf/${type}`).map(({ data }) => data as string);

const jobs = (config: string) =>
  (
    parse(config) as { scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[] }
  ).scrape_configs.map(({ job_name, static_configs }) => [
    job_name,
    ...static_configs.flatMap(({ targets }) => targets),
  ]);

test('RustFS sends to the collector over a network that leads nowhere else', () => {
  const { scope, telemetry } = declare();
  const { resource, containers } = synthesized(scope);
  const server = containers.find(({ name }) => name === 'test-rustfs');
  expect(server?.env?.filter((line) => line.startsWith('RUSTFS_OBS_'))).toEqual([
    'RUSTFS_OBS_LOG_DIRECTORY=',
    'RUSTFS_OBS_ENDPOINT=http://otel-collector:4318',
    'RUSTFS_OBS_LOGGER_LEVEL=info',
    'RUSTFS_OBS_LOG_STDOUT_ENABLED=true',
    'RUSTFS_OBS_METER_INTERVAL=30',
    'RUSTFS_OBS_SAMPLE_RATIO=0.1',
    'RUSTFS_OBS_TRACES_EXPORT_ENABLED=true',
    'RUSTFS_OBS_PROFILING_EXPORT_ENABLED=false',
  ]);
  const internal = Object.values(resource.docker_network).filter((one) => one.internal);
  expect(internal.map(({ name }) => name)).toEqual(['test-telemetry-ingest']);
  const ingest = server?.networks_advanced?.at(-1)?.name;
  expect(ingest).toContain('docker_network.telemetry_Ingest');
  const reachable = containers.filter(({ networks_advanced = [] }) =>
    networks_advanced.some(({ name }) => name === ingest),
  );
  expect(reachable.map(({ name }) => name).sort()).toEqual(['test-rustfs', 'test-telemetry-otel-collector']);
  expect(telemetry.serverEnvironment.RUSTFS_OBS_ENDPOINT).toBe('http://otel-collector:4318');
});

test('every port is on loopback, every image pinned, and no program runs as root', () => {
  const { scope, telemetry } = declare(() => ({ traces: 'both' }));
  const { resource, containers, pieces } = synthesized(scope);
  expect(pieces.sort()).toEqual(
    ['grafana', 'jaeger', 'loki', 'node-exporter', 'otel-collector', 'prometheus', 'tempo']
      .concat('test-rustfs', 'test-rustfs-prepare')
      .sort(),
  );
  const telemetryContainers = containers.filter(({ name }) => name.startsWith('test-telemetry-'));
  expect(telemetryContainers.flatMap(({ ports = [] }) => ports)).toEqual(
    [3000, 16686, 9090].map((port) => ({ internal: port, external: port, ip: '127.0.0.1' })),
  );
  for (const { name } of Object.values(resource.docker_image)) expect(name).toMatch(/:v?\d+\.\d+\.\d+$/);
  const root = telemetryContainers.filter(({ user }) => user === undefined || user.startsWith('0'));
  expect(root.map(({ name }) => name)).toEqual(['test-telemetry-prepare']);
  expect([telemetry.grafanaUrl, telemetry.prometheusUrl]).toEqual(['http://127.0.0.1:3000', 'http://127.0.0.1:9090']);
});

test('healthchecks use what the images have; the two that have nothing are not waited for', () => {
  const { piece } = synthesized(declare(() => ({ traces: 'both' })).scope);
  const checks = ['otel-collector', 'tempo', 'jaeger', 'prometheus', 'loki', 'grafana', 'node-exporter'].map((name) => [
    name,
    piece(name).wait ?? false,
    piece(name).healthcheck?.test.join(' '),
  ]);
  const wget = (url: string) => `CMD wget -q -O /dev/null http://127.0.0.1:${url}`;
  expect(checks).toEqual([
    ['otel-collector', false, undefined],
    ['tempo', false, undefined],
    ['jaeger', true, wget('13133/status')],
    ['prometheus', true, wget('9090/-/ready')],
    ['loki', true, 'CMD /usr/bin/loki -health'],
    ['grafana', true, wget('3000/api/health')],
    ['node-exporter', true, wget('9100/metrics')],
  ]);
});

test("Grafana's password is a file that Terraform knows by path only", () => {
  const { scope, telemetry } = declare();
  const { resource, piece } = synthesized(scope);
  expect(telemetry.grafanaPasswordFile).toBe('secrets/test/grafana-admin-password');
  const commands = Object.values(resource.terraform_data).flatMap(({ provisioner }) =>
    provisioner.map((one) => one['local-exec'].command),
  );
  expect(commands).toContain('npx --no-install cdktf-rustfs secret-file --file secrets/test/grafana-admin-password');
  const { env, upload } = piece('grafana');
  expect(env?.filter((line) => /PASSWORD/.test(line))).toEqual([
    'GF_SECURITY_ADMIN_PASSWORD__FILE=/etc/grafana/admin-password',
  ]);
  const uploaded = upload?.find(({ file }) => file === '/etc/grafana/admin-password');
  expect([uploaded?.content, uploaded?.source]).toEqual([
    undefined,
    expect.stringMatching(/^\$\{path\.module\}\/.*secrets\/test\/grafana-admin-password$/),
  ]);
});

test('data is on volumes of their own, kept by default and owned by who writes', () => {
  const { resource, piece, containers } = synthesized(declare().scope);
  const volumes = Object.values(resource.docker_volume).filter(({ name }) => name.startsWith('test-telemetry'));
  expect(volumes.map(({ name, lifecycle }) => [name, lifecycle?.prevent_destroy])).toEqual([
    ['test-telemetry-grafana-data', true],
    ['test-telemetry-loki-data', true],
    ['test-telemetry-prometheus-data', true],
    ['test-telemetry-tempo-data', true],
  ]);
  expect(piece('prometheus').volumes?.map(({ container_path }) => container_path)).toEqual(['/prometheus']);
  const prepare = containers.find(({ name }) => name === 'test-telemetry-prepare');
  expect(prepare?.entrypoint).toEqual([
    '/bin/sh',
    '-c',
    'chown 65534:65534 /volumes/prometheus && chown 10001:10001 /volumes/loki && chown 10001:10001 /volumes/tempo && chown 472:0 /volumes/grafana',
  ]);
  const destroyed = synthesized(declare(() => ({ removalPolicy: 'destroy' })).scope).resource.docker_volume;
  expect(
    Object.values(destroyed)
      .filter(({ name }) => name.startsWith('test-telemetry'))
      .map(({ lifecycle }) => lifecycle?.prevent_destroy),
  ).toEqual([false, false, false, false]);
});

test('what is left out is nowhere', () => {
  const { scope, telemetry } = declare(() => ({ traces: 'none', logs: false, grafana: false }));
  const { pieces, file, resource, containers } = synthesized(scope);
  expect(pieces.filter((name) => !name.startsWith('test-rustfs')).sort()).toEqual([
    'node-exporter',
    'otel-collector',
    'prometheus',
  ]);
  expect(telemetry.grafanaUrl).toBeUndefined();
  expect(JSON.stringify(resource.terraform_data)).not.toContain('grafana');
  expect(jobs(file('prometheus', '/etc/prometheus/prometheus.yml'))).toEqual([
    ['rustfs', 'otel-collector:8889', 'otel-collector:8890'],
    ['otel-collector', 'otel-collector:8888'],
    ['cdktf-rustfs', 'node-exporter:9100'],
    ['prometheus', '127.0.0.1:9090'],
  ]);
  const server = containers.find(({ name }) => name === 'test-rustfs');
  expect(server?.env).toEqual(
    expect.arrayContaining(['RUSTFS_OBS_TRACES_EXPORT_ENABLED=false', 'RUSTFS_OBS_LOGGER_LEVEL=warn']),
  );
});

test('retention, ports, limits and further targets are as declared', () => {
  const { piece, file } = synthesized(
    declare(() => ({
      retention: { metrics: Duration.days(7), logs: Duration.days(2), traces: Duration.days(1) },
      ports: { prometheus: 19090 },
      alerts: { maxKeyAgeDays: 30 },
      alertmanagers: ['alertmanager:9093'],
      scrape: [{ job: 'haproxy', targets: ['haproxy:8404'] }],
      metricsDir: 'out/metrics',
    })).scope,
  );
  expect(piece('prometheus').command).toContain('--storage.tsdb.retention.time=7d');
  expect(piece('prometheus').ports).toEqual([{ internal: 9090, external: 19090, ip: '127.0.0.1' }]);
  expect(file('loki', '/etc/loki/loki.yaml')).toContain('retention_period: 48h');
  expect(file('tempo', '/etc/tempo.yaml')).toContain('block_retention: 24h');
  expect(file('prometheus', '/etc/prometheus/rules/rustfs.yml')).toContain(`> ${30 * 86400}`);
  const config = file('prometheus', '/etc/prometheus/prometheus.yml');
  expect(config).toContain('alertmanager:9093');
  expect(jobs(config)).toContainEqual(['haproxy', 'haproxy:8404']);
  expect(piece('node-exporter').mounts).toEqual([
    { type: 'bind', target: '/metrics', read_only: true, source: expect.stringMatching(/out\/metrics"\)\}$/) },
  ]);
});

test('a gateway is scraped over the internal network, at a port that is not published', () => {
  const { scope } = declare((parent, server) => ({
    gateway: new AlknetGateway(parent, 'gateway', {
      ...{ server, virtualHosts: ['s3.example.com'], tls: { type: 'selfSigned' as const } },
      metricsPort: 9464,
    }),
  }));
  const { containers, file, piece } = synthesized(scope);
  const gateway = containers.find(({ name }) => name === 'test-gateway') as Container;
  expect(gateway.ports?.map(({ internal }) => internal)).toEqual([443]);
  const config = JSON.parse(gateway.upload?.find((one) => one.file === '/etc/gateway/gateway.json')?.content ?? '{}');
  expect(config).toMatchObject({ metrics: { listen_addr: '0.0.0.0:9464' } });
  const shared = gateway.networks_advanced?.at(-1)?.name;
  expect(piece('prometheus').networks_advanced?.map(({ name }) => name)).toContain(shared);
  expect(jobs(file('prometheus', '/etc/prometheus/prometheus.yml'))).toContainEqual(['gateway', 'test-gateway:9464']);
  expect(file('prometheus', '/etc/prometheus/rules/rustfs.yml')).toContain('GatewayFailedAuthentications');
  expect(file('grafana', '/etc/grafana/dashboards/rustfs-access.json')).toContain('gateway_requests_total');
});

const fleetOf = (scope: TerraformStack) =>
  new SeaweedFsGatewayFleet(scope, 'storage', {
    iam: { sts: { issuer: 'test-sts' }, identities: [{ name: 'admin', actions: ['Admin'] }] },
    filers: SeaweedFsFilers.existing(['filer:8888']),
    gateways: 2,
  });

test('a SeaweedFS fleet brings its targets and its alerts', () => {
  const { file, piece } = synthesized(declare((scope) => ({ seaweedfs: fleetOf(scope) })).scope);
  const config = jobs(file('prometheus', '/etc/prometheus/prometheus.yml'));
  expect(config.find(([job]) => job === 'test-storage-gateways')).toHaveLength(3);
  expect(file('prometheus', '/etc/prometheus/rules/seaweedfs.yml')).toMatch(
    /SeaweedFsConfigurationDrift[\s\S]*SeaweedFsProviderFailing/,
  );
  expect(piece('prometheus').networks_advanced?.at(-1)?.name).toContain('docker_network.storage_Network');
});

describe.skipIf(!hasPromtool)(`promtool${whySkipped}`, () => {
  test('takes what Prometheus is given, with all that can be watched', () => {
    const { file } = synthesized(declare((scope) => ({ seaweedfs: fleetOf(scope), traces: 'both' })).scope);
    const { output, status } = promtool(['check', 'config', 'prometheus.yml'], {
      'prometheus.yml': file('prometheus', '/etc/prometheus/prometheus.yml').replaceAll('/etc/prometheus/rules/', ''),
      'rustfs.yml': file('prometheus', '/etc/prometheus/rules/rustfs.yml'),
      'seaweedfs.yml': file('prometheus', '/etc/prometheus/rules/seaweedfs.yml'),
    });
    expect(output).toContain('2 rule files found');
    expect(status).toBe(0);
  });
});

test('a server that runs elsewhere is told what to set, and reaches the collector on loopback', () => {
  const scope = stack();
  const server = RustFs.external(scope, 'rustfs', { endpoint: 'http://127.0.0.1:9000', version: '1.0.0-beta.7' });
  const telemetry = new Observability(scope, 'telemetry', { server, ports: { otlp: 14318 } });
  const { piece } = synthesized(scope);
  expect(piece('otel-collector').ports).toEqual([{ internal: 4318, external: 14318, ip: '127.0.0.1' }]);
  expect(said(telemetry, 'info')).toContain(
    'RustFS runs elsewhere: set RUSTFS_OBS_ENDPOINT=http://127.0.0.1:14318 RUSTFS_OBS_LOGGER_LEVEL=info RUSTFS_OBS_LOG_STDOUT_ENABLED=true RUSTFS_OBS_METER_INTERVAL=30 RUSTFS_OBS_SAMPLE_RATIO=0.1 RUSTFS_OBS_TRACES_EXPORT_ENABLED=true RUSTFS_OBS_PROFILING_EXPORT_ENABLED=false',
  );
  expect(said(telemetry, 'warn')).toEqual([
    "dashboards and alerts use the names of RustFS 1.0.1's metrics; 1.0.0-beta.7 was not observed",
  ]);
});

test('synthesis says what the alerts need', () => {
  const { telemetry } = declare();
  expect(said(telemetry, 'info')).toEqual([
    'alerts about drift, access and the age of keys need drift --textfile reports/metrics/drift.prom and verify --textfile reports/metrics/verify.prom of cdktf-rustfs from a timer',
    'no alertmanagers: alerts are seen in Prometheus and Grafana, and told to nobody',
  ]);
  expect(said(telemetry, 'warn')).toEqual([]);
});

describe('errors', () => {
  test('all problems of the props at once', () => {
    expect(() =>
      declare((scope, server) => ({
        gateway: new AlknetGateway(scope, 'gateway', { server, virtualHosts: ['s3.local'], tls: { type: 'none' } }),
        traceSampleRatio: 10,
        alerts: { deniedRequests: 0 },
        ports: { grafana: 9090, prometheus: 9090, jaeger: 1, otlp: 99999 },
        grafana: false,
        alertmanagers: ['http://alertmanager:9093'],
        metricsDir: '/var/metrics',
        secretsDir: '../secrets',
      })),
    ).toThrow(
      new Error(`Observability telemetry is not valid:
✖ gateway gateway has no metricsPort: set it there, such as to 9464
✖ traceSampleRatio is 10: expected 0 to 1
✖ alerts.deniedRequests is 0: expected a whole number from 1
✖ ports.grafana and ports.prometheus are both 9090: give each its own
✖ ports.otlp is 99999: expected 1 to 65535
✖ ports.jaeger is 1, but traces is tempo: leave it out, or set traces to jaeger or both
✖ ports.grafana is 9090, but grafana is false: leave one of them out
✖ "http://alertmanager:9093": expected host:port, such as alertmanager:9093
✖ metricsDir is "/var/metrics": expected a path below the project directory, of letters, digits and _ . / -
✖ secretsDir is "../secrets": expected a path below the project directory, of letters, digits and _ . / -`),
    );
  });

  test('a gateway that is no container', () => {
    const scope = stack();
    const server = RustFs.external(scope, 'rustfs', { endpoint: 'http://127.0.0.1:9000' });
    const gateway = new AlknetGateway(scope, 'gateway', {
      ...{ server, virtualHosts: ['s3.local'], tls: { type: 'none' as const } },
      metricsPort: 9464,
    });
    expect(() => new Observability(scope, 'telemetry', { server, gateway })).toThrow(
      new Error(`Observability telemetry is not valid:
✖ gateway gateway runs as a process of its own: name its metrics in scrape instead`),
    );
  });

  test('an image without a version', () => {
    expect(() => declare(() => ({ images: { grafana: 'grafana/grafana:latest' } }))).toThrow(
      new Error(
        'invalid image (value: grafana/grafana:latest): expected a pinned tag or digest, such as grafana/grafana:12.3.1',
      ),
    );
  });

  test('a second one for the same server', () => {
    expect(() =>
      declare((scope, server) => {
        new Observability(scope, 'other', { server, traceSampleRatio: 1 });
        return {};
      }),
    ).toThrow(new Error('RUSTFS_OBS_SAMPLE_RATIO would have to be both "1" and "0.1": set it in one place'));
  });
});
