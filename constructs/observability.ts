import { container, image, network, volume } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import {
  accessDashboard,
  accessRules,
  COLLECTOR_PORTS,
  collectorConfig,
  DASHBOARD_DIRECTORY,
  type DatasourceUid,
  dashboardProvider,
  datasources,
  gatewayRules,
  jaegerConfig,
  lokiConfig,
  prometheusConfig,
  RULES_DIRECTORY,
  ruleFile,
  type ScrapeTarget,
  storeDashboard,
  storeRules,
  tempoConfig,
} from '../observability/index.js';
import { ObservabilityContainer, type ObservabilityContainerProps, volumeName } from './observability-container.js';
import { type ObservabilityPiece, PIECES } from './observability-pieces.js';
import { type ObservabilityProps, observabilityProblems } from './observability-props.js';
import { pathFromModule, projectCommand } from './provisioning-step.js';
import { RustFs } from './rustfs.js';
import { hostPath } from './seaweedfs-gateways.js';
import { TerraformData } from './terraform-data.js';

const TEXTFILES = '/metrics';
const ADMIN_PASSWORD = '/etc/grafana/admin-password';
/** MiB that the collector keeps free below the limit of its container. */
const HEADROOM = 128;

/**
 * OpenTelemetry Collector, Prometheus, and as wanted Tempo, Jaeger, Loki and Grafana for one RustFS, with dashboards and alerts
 * about the store and about who gets in. All ports are on 127.0.0.1, and RustFS reaches nothing of it but the collector.
 *
 * Grafana's password for `admin` is made at the first deployment, as the file {@link grafanaPasswordFile}; neither Terraform's
 * configuration nor its plan nor its state contains it.
 *
 * @throws Error with every problem of the props
 */
export class Observability extends Construct {
  readonly prometheusUrl: string;
  /** Undefined without Grafana. */
  readonly grafanaUrl: string | undefined;
  /** File with the password of Grafana's user `admin`, relative to the project directory. */
  readonly grafanaPasswordFile: string;
  /** Where `drift`, `verify` and `fleet verify` have to write with `--textfile`, relative to the project directory. */
  readonly metricsDir: string;
  /** What makes RustFS send its telemetry here. A RustFS container of the same stack has these variables already. */
  readonly serverEnvironment: Readonly<Record<string, string>>;
  readonly #props: ObservabilityProps;
  readonly #prefix: string;
  readonly #backend: string;
  readonly #ingest: string;

  constructor(scope: Construct, id: string, props: ObservabilityProps) {
    super(scope, id);
    const stack = TerraformStack.of(this).node.id;
    const { server, gateway, ports = {} } = props;
    const problems = observabilityProblems(props, stack);
    if (problems.length > 0) {
      throw new Error(`Observability ${id} is not valid:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`);
    }
    this.#props = props;
    this.#prefix = `${stack}-${id}`;
    this.metricsDir = props.metricsDir ?? 'reports/metrics';
    this.grafanaPasswordFile = `${props.secretsDir ?? `secrets/${stack}`}/grafana-admin-password`;
    this.prometheusUrl = `http://127.0.0.1:${ports.prometheus ?? 9090}`;
    this.grafanaUrl = props.grafana === false ? undefined : `http://127.0.0.1:${ports.grafana ?? 3000}`;
    this.serverEnvironment = this.#environment();
    this.#backend = new network.Network(this, 'Network', { name: this.#prefix }).name;
    this.#ingest = new network.Network(this, 'Ingest', { name: `${this.#prefix}-ingest`, internal: true }).name;
    const dependsOn = [this.#prepareVolumes()];
    this.#backends(dependsOn);
    this.#collector();
    this.#nodeExporter();
    this.#prometheus(dependsOn);
    if (this.grafanaUrl) this.#grafana(dependsOn);
    if (server instanceof RustFs) server._join(this.#ingest, { environment: this.serverEnvironment });
    gateway?._join(this.#ingest);
    this.#annotate();
  }

  /** What keeps data, in the order of Grafana's datasources. */
  get #kept(): readonly DatasourceUid[] {
    const { traces = 'tempo', logs = true } = this.#props;
    return [
      'prometheus',
      ...(logs ? (['loki'] as const) : []),
      ...(traces === 'tempo' || traces === 'both' ? (['tempo'] as const) : []),
      ...(traces === 'jaeger' || traces === 'both' ? (['jaeger'] as const) : []),
    ];
  }

  get #tracing(): readonly DatasourceUid[] {
    return this.#kept.filter((piece) => piece === 'tempo' || piece === 'jaeger');
  }

  #environment(): Record<string, string> {
    const { server, ports, traceSampleRatio = 0.1 } = this.#props;
    const traced = this.#tracing.length > 0;
    const port = COLLECTOR_PORTS.otlp;
    return {
      RUSTFS_OBS_ENDPOINT:
        server instanceof RustFs ? `http://otel-collector:${port}` : `http://127.0.0.1:${ports?.otlp ?? port}`,
      // Spans have the level `info` and obey this too (observed on 1.0.1). With `error`, the log has no denied requests, of which
      // the alerts about access are made.
      RUSTFS_OBS_LOGGER_LEVEL: traced ? 'info' : 'warn',
      // Without this, `docker logs` is empty once there is an endpoint.
      RUSTFS_OBS_LOG_STDOUT_ENABLED: 'true',
      // The collector forgets a RustFS that has not pushed for three times this.
      RUSTFS_OBS_METER_INTERVAL: '30',
      RUSTFS_OBS_SAMPLE_RATIO: String(traceSampleRatio),
      RUSTFS_OBS_TRACES_EXPORT_ENABLED: String(traced),
      RUSTFS_OBS_PROFILING_EXPORT_ENABLED: 'false',
    };
  }

  #container(piece: ObservabilityPiece, props: Omit<ObservabilityContainerProps, 'prefix' | 'image'>): void {
    new ObservabilityContainer(this, piece, {
      prefix: this.#prefix,
      image: this.#props.images?.[piece],
      ...props,
    });
  }

  /** Volumes, given to the users of the images: Docker makes them for root where an image does not have the directory. */
  #prepareVolumes(): ITerraformDependable {
    const pieces: readonly ObservabilityPiece[] = [...this.#kept, ...(this.grafanaUrl ? (['grafana'] as const) : [])];
    const volumes = pieces.map((piece) => ({
      piece,
      volumeName: new volume.Volume(this, `${piece}-data`, {
        name: volumeName(this.#prefix, piece),
        lifecycle: { preventDestroy: (this.#props.removalPolicy ?? 'retain') === 'retain' },
      }).name,
      containerPath: `/volumes/${piece}`,
    }));
    const owners = volumes.map(({ piece, containerPath }) => `chown ${PIECES[piece].user} ${containerPath}`);
    // It has a shell, unlike most of them.
    const shell = new image.Image(this, 'PrepareImage', {
      name: this.#props.images?.prometheus ?? PIECES.prometheus.image,
      keepLocally: true,
    });
    return new container.Container(this, 'PrepareVolumes', {
      name: `${this.#prefix}-prepare`,
      image: shell.imageId,
      user: '0:0',
      entrypoint: ['/bin/sh', '-c', owners.join(' && ')],
      volumes: volumes.map(({ volumeName, containerPath }) => ({ volumeName, containerPath })),
      mustRun: false,
      attach: true,
      restart: 'no',
    });
  }

  #backends(dependsOn: readonly ITerraformDependable[]): void {
    const { retention, ports } = this.#props;
    const networks = [this.#backend];
    const traceDays = retention?.traces?.toDays() ?? 3;
    if (this.#kept.includes('tempo')) {
      this.#container('tempo', {
        command: ['-config.file=/etc/tempo.yaml'],
        files: { '/etc/tempo.yaml': tempoConfig(traceDays) },
        networks,
        dependsOn,
      });
    }
    if (this.#kept.includes('jaeger')) {
      this.#container('jaeger', {
        command: ['--config=/etc/jaeger/config.yaml'],
        files: { '/etc/jaeger/config.yaml': jaegerConfig(traceDays) },
        port: [16686, ports?.jaeger ?? 16686],
        networks,
        dependsOn,
      });
    }
    if (this.#kept.includes('loki')) {
      this.#container('loki', {
        command: ['-config.file=/etc/loki/loki.yaml'],
        files: { '/etc/loki/loki.yaml': lokiConfig(retention?.logs?.toDays() ?? 14) },
        networks,
        dependsOn,
      });
    }
  }

  #collector(): void {
    const { server, ports } = this.#props;
    this.#container('otel-collector', {
      command: ['--config=/etc/otelcol/config.yaml'],
      files: {
        '/etc/otelcol/config.yaml': collectorConfig({
          traces: this.#tracing.map((piece) => `${piece}:4317`),
          ...(this.#kept.includes('loki') && { loki: 'http://loki:3100' }),
          memoryMib: PIECES['otel-collector'].memory - HEADROOM,
        }),
      },
      ...(!(server instanceof RustFs) && { port: [COLLECTOR_PORTS.otlp, ports?.otlp ?? COLLECTOR_PORTS.otlp] }),
      networks: [this.#backend, this.#ingest],
    });
  }

  /** Shows the files that the commands write. The directory is the host's, because the commands run there. */
  #nodeExporter(): void {
    const directory = new TerraformData(this, 'MetricsDirectory', {
      provisioners: [projectCommand(this, `mkdir -p ${this.metricsDir}`)],
    });
    this.#container('node-exporter', {
      command: [
        '--collector.disable-defaults',
        '--collector.textfile',
        `--collector.textfile.directory=${TEXTFILES}`,
        '--web.disable-exporter-metrics',
      ],
      mounts: [{ type: 'bind', source: hostPath(this, this.metricsDir), target: TEXTFILES, readOnly: true }],
      networks: [this.#backend],
      dependsOn: [directory],
    });
  }

  #prometheus(dependsOn: readonly ITerraformDependable[]): void {
    const { gateway, seaweedfs, alerts, alertmanagers, retention, scrape = [], ports } = this.#props;
    const fleet = seaweedfs?._monitoring();
    const rules: Record<string, string> = {
      'rustfs.yml': ruleFile([storeRules(), accessRules(alerts), ...(gateway ? [gatewayRules()] : [])]),
      ...(fleet && { 'seaweedfs.yml': fleet.rules }),
    };
    const own: readonly ScrapeTarget[] = [
      {
        job: 'rustfs',
        targets: [`otel-collector:${COLLECTOR_PORTS.metrics}`, `otel-collector:${COLLECTOR_PORTS.counted}`],
        honorLabels: true,
      },
      { job: 'otel-collector', targets: [`otel-collector:${COLLECTOR_PORTS.own}`] },
      { job: 'cdktf-rustfs', targets: ['node-exporter:9100'] },
      { job: 'prometheus', targets: ['127.0.0.1:9090'] },
      ...(this.#kept.includes('loki') ? [{ job: 'loki', targets: ['loki:3100'] }] : []),
      ...(this.#kept.includes('tempo') ? [{ job: 'tempo', targets: ['tempo:3200'] }] : []),
      ...(this.#kept.includes('jaeger') ? [{ job: 'jaeger', targets: ['jaeger:8888'] }] : []),
      ...(this.grafanaUrl ? [{ job: 'grafana', targets: ['grafana:3000'] }] : []),
      ...(gateway ? [{ job: 'gateway', targets: [`${gateway.containerName}:${gateway.metricsPort}`] }] : []),
    ];
    this.#container('prometheus', {
      command: [
        '--config.file=/etc/prometheus/prometheus.yml',
        '--storage.tsdb.path=/prometheus',
        `--storage.tsdb.retention.time=${retention?.metrics?.toDays() ?? 30}d`,
      ],
      files: {
        '/etc/prometheus/prometheus.yml': prometheusConfig({
          targets: [...own, ...scrape],
          rules: Object.keys(rules),
          ...(alertmanagers && { alertmanagers }),
          ...(fleet && { further: fleet.scrapeConfig }),
        }),
        ...Object.fromEntries(Object.entries(rules).map(([file, text]) => [`${RULES_DIRECTORY}/${file}`, text])),
      },
      port: [9090, ports?.prometheus ?? 9090],
      networks: [this.#backend, ...(gateway ? [this.#ingest] : []), ...(fleet ? [fleet.networkName] : [])],
      dependsOn,
    });
  }

  #grafana(dependsOn: readonly ITerraformDependable[]): void {
    const { gateway, seaweedfs, ports } = this.#props;
    const loki = this.#kept.includes('loki');
    const password = new TerraformData(this, 'GrafanaPassword', {
      provisioners: [
        projectCommand(this, `npx --no-install cdktf-rustfs secret-file --file ${this.grafanaPasswordFile}`),
      ],
    });
    this.#container('grafana', {
      environment: {
        GF_SECURITY_ADMIN_PASSWORD__FILE: ADMIN_PASSWORD,
        GF_USERS_ALLOW_SIGN_UP: 'false',
        GF_SECURITY_DISABLE_GRAVATAR: 'true',
        GF_ANALYTICS_REPORTING_ENABLED: 'false',
        GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: 'false',
        // Otherwise plugins are fetched from the internet at each start.
        GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      },
      files: {
        '/etc/grafana/provisioning/datasources/cdktf-rustfs.yaml': datasources(this.#kept),
        '/etc/grafana/provisioning/dashboards/cdktf-rustfs.yaml': dashboardProvider(),
        [`${DASHBOARD_DIRECTORY}/rustfs-store.json`]: storeDashboard({ loki }),
        [`${DASHBOARD_DIRECTORY}/rustfs-access.json`]: accessDashboard({
          loki,
          gateway: gateway !== undefined,
          fleet: seaweedfs !== undefined,
        }),
      },
      uploads: [{ file: ADMIN_PASSWORD, source: pathFromModule(this, this.grafanaPasswordFile) }],
      port: [3000, ports?.grafana ?? 3000],
      networks: [this.#backend],
      dependsOn: [...dependsOn, password],
    });
  }

  #annotate(): void {
    const { server, alertmanagers = [] } = this.#props;
    const annotations = Annotations.of(this);
    const textfile = (command: string) => `${command} --textfile ${this.metricsDir}/${command}.prom`;
    annotations.addInfo(
      `alerts about drift, access and the age of keys need ${textfile('drift')} and ${textfile('verify')} of cdktf-rustfs from a timer`,
    );
    if (alertmanagers.length === 0) {
      annotations.addInfo('no alertmanagers: alerts are seen in Prometheus and Grafana, and told to nobody');
    }
    if (!(server instanceof RustFs)) {
      const variables = Object.entries(this.serverEnvironment).map(([name, value]) => `${name}=${value}`);
      annotations.addInfo(`RustFS runs elsewhere: set ${variables.join(' ')}`);
    }
    if (server._registry.rustfsVersion !== '1.0.1') {
      annotations.addWarning(
        `dashboards and alerts use the names of RustFS 1.0.1's metrics; ${server._registry.rustfsVersion} was not observed`,
      );
    }
  }
}
