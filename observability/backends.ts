import { stringify } from 'yaml';

const yaml = (document: unknown) => stringify(document, { lineWidth: 0 });
const hours = (days: number) => `${days * 24}h`;

/** Tempo 2.10 as one process, with its blocks on a volume. Version 3 has other blocks, and needs Kafka. */
export function tempoConfig(retentionDays: number): string {
  return yaml({
    server: { http_listen_port: 3200, log_level: 'warn' },
    distributor: { receivers: { otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } } } },
    compactor: { compaction: { block_retention: hours(retentionDays) } },
    storage: {
      trace: { backend: 'local', wal: { path: '/var/tempo/wal' }, local: { path: '/var/tempo/blocks' } },
    },
    usage_report: { reporting_enabled: false },
  });
}

/** Jaeger 2, which takes its storage from this file only (the variables of version 1 mean nothing to it), with Badger on a volume. */
export function jaegerConfig(retentionDays: number): string {
  return yaml({
    service: {
      extensions: ['jaeger_storage', 'jaeger_query', 'healthcheckv2'],
      pipelines: {
        traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] },
      },
      telemetry: {
        resource: { 'service.name': 'jaeger' },
        logs: { level: 'warn' },
        metrics: { readers: [{ pull: { exporter: { prometheus: { host: '0.0.0.0', port: 8888 } } } }] },
      },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: '127.0.0.1:13133' } },
      jaeger_query: { storage: { traces: 'traces' }, http: { endpoint: '0.0.0.0:16686' } },
      jaeger_storage: {
        backends: {
          traces: {
            badger: {
              directories: { keys: '/badger/keys', values: '/badger/values' },
              ephemeral: false,
              ttl: { spans: hours(retentionDays) },
            },
          },
        },
      },
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: '0.0.0.0:4317' } } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: 'traces' } },
  });
}

/** Loki as one process with its chunks on a volume. Without a compactor that deletes, `retention_period` would do nothing. */
export function lokiConfig(retentionDays: number): string {
  return yaml({
    auth_enabled: false,
    server: { http_listen_port: 3100, log_level: 'warn' },
    common: {
      instance_addr: '127.0.0.1',
      path_prefix: '/loki',
      replication_factor: 1,
      ring: { kvstore: { store: 'inmemory' } },
      storage: { filesystem: { chunks_directory: '/loki/chunks', rules_directory: '/loki/rules' } },
    },
    schema_config: {
      configs: [
        {
          from: '2024-04-01',
          store: 'tsdb',
          object_store: 'filesystem',
          schema: 'v13',
          index: { prefix: 'index_', period: '24h' },
        },
      ],
    },
    limits_config: { retention_period: hours(retentionDays), allow_structured_metadata: true, volume_enabled: true },
    compactor: { working_directory: '/loki/compactor', retention_enabled: true, delete_request_store: 'filesystem' },
    analytics: { reporting_enabled: false },
  });
}
