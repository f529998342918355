import { stringify } from 'yaml';

/**
 * What RustFS tells in its log only: its metrics have no status code, just `4xx` (1.0.1, observed). The collector counts the
 * log records; both come with log level `warn` and were counted against the requests that caused them.
 */
export const ACCESS_METRICS = {
  /** The next three together. */
  failed: 'rustfs_access_failed_authentications_total',
  wrongSignature: 'rustfs_access_wrong_signature_total',
  unknownKey: 'rustfs_access_unknown_key_total',
  otherAuthentication: 'rustfs_access_other_authentication_failure_total',
  denied: 'rustfs_access_denied_total',
} as const;

/** Codes of S3 for a request whose sender is not who it says. */
const CODES = {
  wrongSignature: {
    codes: ['SignatureDoesNotMatch'],
    description: 'Requests signed with another secret than that of their access key.',
  },
  unknownKey: {
    codes: ['InvalidAccessKeyId'],
    description: 'Requests signed with an access key that RustFS does not know.',
  },
  otherAuthentication: {
    codes: ['ExpiredToken', 'InvalidToken', 'RequestTimeTooSkewed'],
    description: 'Requests refused for an expired or invalid token, or a clock that is off.',
  },
};

/** One record for each refused request, of s3s, which checks signatures for RustFS. */
const refusedWith = (codes: readonly string[]) => [
  `body == "failed to prepare" and IsMatch(attributes["err"], "code: (${codes.join('|')})\\\\b")`,
];

const counted = (
  name: string,
  description: string,
  conditions: readonly string[],
  attributes: readonly string[] = [],
) => [
  // The exporter appends `_total`.
  name.replace(/_total$/, ''),
  {
    description,
    conditions,
    ...(attributes.length > 0 && {
      attributes: attributes.map((key) => ({ key, default_value: 'unknown' })),
    }),
  },
];

export interface CollectorOptions {
  /** `host:port` of OTLP over gRPC, such as `tempo:4317`. */
  readonly traces: readonly string[];
  /** Base URL of Loki. */
  readonly loki?: string;
  /** MiB that it may use before it refuses. */
  readonly memoryMib: number;
}

/** OTLP over HTTP, metrics of RustFS, counted log records, the collector's own metrics, its health. */
export const COLLECTOR_PORTS = {
  otlp: 4318,
  metrics: 8889,
  counted: 8890,
  own: 8888,
  health: 13133,
} as const;

/** Every address of its container. */
const HOST = '0.0.0.0';

/** Series of a RustFS that no longer pushes are dropped after this. RustFS pushes every 30 s (RUSTFS_OBS_METER_INTERVAL). */
const EXPIRATION = '90s';

/** A counter must not vanish between two events: it would come back with all that it ever counted, as if that were new. */
const COUNTED_EXPIRATION = '24h';

/** Configuration of the OpenTelemetry Collector: OTLP over HTTP in; Prometheus, Loki and OTLP for traces out. */
export function collectorConfig({ traces, loki, memoryMib }: CollectorOptions): string {
  const traceExporters = traces.map((endpoint) => [`otlp_grpc/${endpoint.split(':')[0]}`, endpoint] as const);
  const processors = ['memory_limiter', 'batch'];
  return stringify(
    {
      receivers: { otlp: { protocols: { http: { endpoint: `${HOST}:${COLLECTOR_PORTS.otlp}` } } } },
      processors: {
        memory_limiter: { check_interval: '1s', limit_mib: memoryMib, spike_limit_mib: Math.floor(memoryMib / 4) },
        batch: {},
        // The counts come as differences, of which the Prometheus exporter would show the last one only (observed).
        deltatocumulative: { max_stale: COUNTED_EXPIRATION },
      },
      connectors: {
        count: {
          logs: Object.fromEntries([
            ...Object.entries(CODES).map(([metric, { codes, description }]) =>
              counted(ACCESS_METRICS[metric as keyof typeof CODES], description, refusedWith(codes)),
            ),
            counted(
              ACCESS_METRICS.failed,
              'Requests whose sender is not who it says.',
              refusedWith(Object.values(CODES).flatMap(({ codes }) => codes)),
            ),
            counted(
              ACCESS_METRICS.denied,
              'S3 requests of a known or anonymous sender that no policy allows.',
              ['attributes["event"] == "s3_authorization_denied"'],
              ['reason', 'action'],
            ),
          ]),
        },
      },
      exporters: {
        'prometheus/rustfs': { endpoint: `${HOST}:${COLLECTOR_PORTS.metrics}`, metric_expiration: EXPIRATION },
        'prometheus/counted': { endpoint: `${HOST}:${COLLECTOR_PORTS.counted}`, metric_expiration: COUNTED_EXPIRATION },
        ...Object.fromEntries(traceExporters.map(([id, endpoint]) => [id, { endpoint, tls: { insecure: true } }])),
        // It appends /v1/logs itself.
        ...(loki && { 'otlp_http/loki': { endpoint: `${loki}/otlp` } }),
      },
      extensions: { health_check: { endpoint: `${HOST}:${COLLECTOR_PORTS.health}` } },
      service: {
        extensions: ['health_check'],
        telemetry: {
          logs: { level: 'warn' },
          metrics: { readers: [{ pull: { exporter: { prometheus: { host: HOST, port: COLLECTOR_PORTS.own } } } }] },
        },
        pipelines: {
          ...(traceExporters.length > 0 && {
            traces: { receivers: ['otlp'], processors, exporters: traceExporters.map(([id]) => id) },
          }),
          metrics: { receivers: ['otlp'], processors, exporters: ['prometheus/rustfs'] },
          'metrics/counted': {
            receivers: ['count'],
            processors: ['memory_limiter', 'deltatocumulative', 'batch'],
            exporters: ['prometheus/counted'],
          },
          logs: { receivers: ['otlp'], processors, exporters: ['count', ...(loki ? ['otlp_http/loki'] : [])] },
        },
      },
    },
    { lineWidth: 0 },
  );
}
