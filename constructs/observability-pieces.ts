/** A container of the observability stack. */
export type ObservabilityPiece =
  | 'otel-collector'
  | 'tempo'
  | 'jaeger'
  | 'prometheus'
  | 'loki'
  | 'grafana'
  | 'node-exporter';

export interface PieceDefaults {
  readonly image: string;
  /** uid:gid that the image's own program runs as, and that owns its data. */
  readonly user: string;
  /** Limit in MiB. */
  readonly memory: number;
  /** What is kept on a volume. */
  readonly data?: string;
  /** Command in the container. Absent where the image has neither a shell nor a check of its own. */
  readonly healthcheck?: readonly string[];
}

const wget = (url: string) => ['CMD', 'wget', '-q', '-O', '/dev/null', url];

/**
 * Exact versions. The images of the collector and of Tempo 2.10 contain one program and nothing to ask it with (Tempo has a check
 * of its own from version 3 on, which needs Kafka): whether they run, Prometheus says with `up`.
 */
export const PIECES: Readonly<Record<ObservabilityPiece, PieceDefaults>> = {
  'otel-collector': { image: 'otel/opentelemetry-collector-contrib:0.155.0', user: '10001:10001', memory: 512 },
  tempo: { image: 'grafana/tempo:2.10.5', user: '10001:10001', memory: 1024, data: '/var/tempo' },
  jaeger: {
    image: 'jaegertracing/jaeger:2.17.0',
    user: '10001:10001',
    memory: 1024,
    data: '/badger',
    healthcheck: wget('http://127.0.0.1:13133/status'),
  },
  prometheus: {
    image: 'prom/prometheus:v3.5.0',
    user: '65534:65534',
    memory: 1024,
    data: '/prometheus',
    healthcheck: wget('http://127.0.0.1:9090/-/ready'),
  },
  loki: {
    image: 'grafana/loki:3.7.2',
    user: '10001:10001',
    memory: 1024,
    data: '/loki',
    healthcheck: ['CMD', '/usr/bin/loki', '-health'],
  },
  grafana: {
    image: 'grafana/grafana:12.3.1',
    user: '472:0',
    memory: 512,
    data: '/var/lib/grafana',
    healthcheck: wget('http://127.0.0.1:3000/api/health'),
  },
  'node-exporter': {
    image: 'prom/node-exporter:v1.8.2',
    user: '65534:65534',
    memory: 64,
    healthcheck: wget('http://127.0.0.1:9100/metrics'),
  },
};
