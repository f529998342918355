import type { AccessAlertOptions, ScrapeTarget } from '../observability/index.js';
import type { AlknetGateway } from './alknet-gateway.js';
import type { Duration } from './duration.js';
import type { ObservabilityPiece } from './observability-pieces.js';
import type { SeaweedFsGatewayFleet } from './seaweedfs-gateway-fleet.js';
import type { IRustFs } from './server.js';

export interface ObservabilityProps {
  /**
   * A RustFS container gets the variables and joins an internal network with the collector. For a server that runs elsewhere,
   * synthesis says which variables to set, and the collector listens on loopback.
   */
  readonly server: IRustFs;
  /** Its `metricsPort` has to be set. @default none */
  readonly gateway?: AlknetGateway;
  /** @default none */
  readonly seaweedfs?: SeaweedFsGatewayFleet;
  /** What keeps traces. @default tempo */
  readonly traces?: 'tempo' | 'jaeger' | 'both' | 'none';
  /** Part of the requests that is traced, 0 to 1. @default 0.1 */
  readonly traceSampleRatio?: number;
  /** Loki for the log of RustFS. Without it, the alerts about access still work. @default true */
  readonly logs?: boolean;
  /** @default true */
  readonly grafana?: boolean;
  /** How long data is kept. @default 30 days of metrics, 14 of logs, 3 of traces */
  readonly retention?: { readonly metrics?: Duration; readonly logs?: Duration; readonly traces?: Duration };
  /** Ports on 127.0.0.1. Only Grafana asks who one is. @default 3000, 9090, 16686, and 4318 for a server that runs elsewhere */
  readonly ports?: {
    readonly grafana?: number;
    readonly prometheus?: number;
    readonly jaeger?: number;
    readonly otlp?: number;
  };
  /** Limits of the alerts about access. @default - see {@link AccessAlertOptions} */
  readonly alerts?: AccessAlertOptions;
  /** `host:port` of Alertmanagers that tell people. @default - alerts are seen in Prometheus and Grafana only */
  readonly alertmanagers?: readonly string[];
  /** What Prometheus scrapes besides. @default none */
  readonly scrape?: readonly ScrapeTarget[];
  /**
   * Directory for what `drift`, `verify` and `fleet verify` write with `--textfile`, relative to the project directory.
   * @default reports/metrics
   */
  readonly metricsDir?: string;
  /** Directory of the generated password, relative to the project directory. @default secrets/<stack> */
  readonly secretsDir?: string;
  /** Other pinned images. @default - see docs/observability.md */
  readonly images?: Partial<Readonly<Record<ObservabilityPiece, string>>>;
  /** What happens to the data when the stack is destroyed. @default retain */
  readonly removalPolicy?: 'retain' | 'destroy';
}

const isHostPort = (text: string) => {
  const port = Number(/^[A-Za-z0-9][A-Za-z0-9.-]*:([1-9]\d{0,4})$/.exec(text)?.[1]);
  return port <= 65535;
};

/** Everything that is wrong with the props. */
export function observabilityProblems(props: ObservabilityProps, stack: string): readonly string[] {
  const { traceSampleRatio: ratio = 0.1, alerts = {}, ports = {}, traces = 'tempo' } = props;
  const published = Object.entries(ports).filter(([, port]) => port !== undefined);
  const used = new Map<number, string>();
  const directories = {
    metricsDir: props.metricsDir ?? 'reports/metrics',
    secretsDir: props.secretsDir ?? `secrets/${stack}`,
  };
  return [
    ...(props.gateway && props.gateway.metricsPort === undefined
      ? [`gateway ${props.gateway.node.id} has no metricsPort: set it there, such as to 9464`]
      : []),
    ...(props.gateway && props.gateway.containerName === undefined
      ? [`gateway ${props.gateway.node.id} runs as a process of its own: name its metrics in scrape instead`]
      : []),
    ...(ratio >= 0 && ratio <= 1 ? [] : [`traceSampleRatio is ${ratio}: expected 0 to 1`]),
    ...Object.entries(alerts).flatMap(([name, limit]) =>
      Number.isInteger(limit) && limit > 0 ? [] : [`alerts.${name} is ${limit}: expected a whole number from 1`],
    ),
    ...published.flatMap(([name, port]) => {
      if (!Number.isInteger(port) || port < 1 || port > 65535) return [`ports.${name} is ${port}: expected 1 to 65535`];
      const other = used.get(port);
      used.set(port, name);
      return other === undefined ? [] : [`ports.${other} and ports.${name} are both ${port}: give each its own`];
    }),
    ...(ports.jaeger !== undefined && traces !== 'jaeger' && traces !== 'both'
      ? [`ports.jaeger is ${ports.jaeger}, but traces is ${traces}: leave it out, or set traces to jaeger or both`]
      : []),
    ...(ports.grafana !== undefined && props.grafana === false
      ? [`ports.grafana is ${ports.grafana}, but grafana is false: leave one of them out`]
      : []),
    ...[...(props.alertmanagers ?? []), ...(props.scrape ?? []).flatMap(({ targets }) => targets)].flatMap((target) =>
      isHostPort(target) ? [] : [`${JSON.stringify(target)}: expected host:port, such as alertmanager:9093`],
    ),
    ...Object.entries(directories).flatMap(([name, path]) =>
      /^[\w./-]+$/.test(path) && !path.startsWith('/') && !path.split('/').includes('..')
        ? []
        : [
            `${name} is ${JSON.stringify(path)}: expected a path below the project directory, of letters, digits and _ . / -`,
          ],
    ),
  ];
}
