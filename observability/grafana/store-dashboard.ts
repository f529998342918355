import { type Panel, type Query, renderDashboard } from './dashboard.js';

const RATE = '[$__rate_interval]';

const DURATION = 'rustfs_http_server_request_duration_seconds';

const latency = (operation: 'get' | 'put', quantile: number): Query => ({
  expr: `histogram_quantile(${quantile}, sum by (le) (rate(rustfs_s3_${operation}_object_duration_ms_bucket${RATE})))`,
  legend: `${operation === 'get' ? 'GetObject' : 'PutObject'} p${quantile * 100}`,
});

const logs: Panel = {
  title: 'Log of RustFS',
  type: 'logs',
  width: 24,
  queries: [{ expr: '{service_name="RustFS"}' }],
};

/** The store: every series was seen from RustFS 1.0.1, under these names. */
export function storeDashboard({ loki }: { readonly loki: boolean }): string {
  return renderDashboard({
    uid: 'rustfs-store',
    title: 'RustFS store',
    description: 'Requests, errors, latency, capacity, drives and buckets, by the metrics of RustFS 1.0.1',
    rows: [
      {
        title: 'Now',
        panels: [
          {
            title: 'State',
            type: 'stat',
            width: 4,
            queries: [{ expr: 'min(rustfs_runtime_readiness_ready)' }],
            states: ['not ready', 'ready'],
          },
          {
            title: 'Writes',
            type: 'stat',
            width: 4,
            queries: [{ expr: 'min(rustfs_cluster_erasure_set_write_health)' }],
            states: ['no quorum', 'quorum'],
          },
          {
            title: 'Drives offline',
            type: 'stat',
            width: 4,
            queries: [{ expr: 'max(rustfs_cluster_health_drives_offline_count)' }],
            thresholds: [1, 2],
          },
          {
            title: 'Capacity used',
            type: 'stat',
            width: 4,
            unit: 'percentunit',
            queries: [
              {
                expr: '1 - max(rustfs_cluster_capacity_free_bytes) / max(rustfs_cluster_capacity_usable_total_bytes)',
              },
            ],
            thresholds: [0.8, 0.9],
          },
          { title: 'Buckets', type: 'stat', width: 4, queries: [{ expr: 'max(rustfs_cluster_buckets_total)' }] },
          { title: 'Objects', type: 'stat', width: 4, queries: [{ expr: 'max(rustfs_cluster_objects_total)' }] },
        ],
      },
      {
        title: 'Requests',
        panels: [
          {
            title: 'Requests by operation',
            type: 'timeseries',
            width: 12,
            unit: 'reqps',
            queries: [{ expr: `sum by (op) (rate(rustfs_s3_http_requests_total${RATE}))`, legend: '{{op}}' }],
          },
          {
            title: 'Errors by class',
            description: 'RustFS has no metric by status code: what is behind 4xx, the access dashboard says',
            type: 'timeseries',
            width: 12,
            unit: 'reqps',
            queries: [
              {
                expr: `sum by (status_class) (rate(rustfs_http_server_failures_total${RATE}))`,
                legend: '{{status_class}}',
              },
            ],
          },
          {
            title: 'Mean time of a request',
            description: 'No quantiles: the first bucket of RustFS 1.0.1 ends at five seconds',
            type: 'timeseries',
            width: 12,
            unit: 's',
            queries: [
              {
                expr: `sum by (status_class) (rate(${DURATION}_sum${RATE})) / sum by (status_class) (rate(${DURATION}_count${RATE}))`,
                legend: '{{status_class}}',
              },
            ],
          },
          {
            title: 'Time of GetObject and PutObject',
            type: 'timeseries',
            width: 12,
            unit: 'ms',
            queries: [latency('get', 0.5), latency('get', 0.99), latency('put', 0.5), latency('put', 0.99)],
          },
          {
            title: 'Bytes',
            type: 'timeseries',
            width: 12,
            unit: 'Bps',
            queries: [
              { expr: `sum(rate(rustfs_http_server_request_body_bytes_total${RATE}))`, legend: 'in' },
              { expr: `sum(rate(rustfs_http_server_response_body_bytes_total${RATE}))`, legend: 'out' },
            ],
          },
          {
            title: 'Requests under way',
            type: 'timeseries',
            width: 12,
            queries: [{ expr: 'sum(rustfs_http_server_active_requests)', legend: 'requests' }],
          },
        ],
      },
      {
        title: 'Capacity and buckets',
        panels: [
          {
            title: 'Capacity',
            type: 'timeseries',
            width: 8,
            unit: 'bytes',
            queries: [
              { expr: 'max(rustfs_cluster_capacity_usable_total_bytes)', legend: 'usable' },
              { expr: 'max(rustfs_cluster_capacity_used_bytes)', legend: 'used' },
              { expr: 'max(rustfs_cluster_capacity_free_bytes)', legend: 'free' },
            ],
          },
          {
            title: 'Size of buckets',
            description: 'As the scanner of RustFS last counted it',
            type: 'bargauge',
            width: 8,
            unit: 'bytes',
            queries: [{ expr: 'max by (bucket) (rustfs_bucket_usage_usage_bytes)', legend: '{{bucket}}' }],
          },
          {
            title: 'Objects in buckets',
            type: 'bargauge',
            width: 8,
            queries: [{ expr: 'max by (bucket) (rustfs_bucket_usage_objects_total)', legend: '{{bucket}}' }],
          },
        ],
      },
      {
        title: 'Drives',
        panels: [
          {
            title: 'Healthy drives',
            type: 'timeseries',
            width: 8,
            queries: [{ expr: 'min by (drive) (rustfs_system_drive_health)', legend: '{{drive}}' }],
          },
          {
            title: 'Drives that may fail before writes stop',
            type: 'timeseries',
            width: 8,
            queries: [
              {
                expr: 'min by (pool_id, set_id) (rustfs_cluster_erasure_set_online_drives_count - rustfs_cluster_erasure_set_write_quorum)',
                legend: 'pool {{pool_id}} set {{set_id}}',
              },
            ],
          },
          {
            title: 'Latency of drives',
            type: 'timeseries',
            width: 8,
            unit: 'µs',
            queries: [{ expr: 'max by (drive) (rustfs_system_drive_api_latency_micros)', legend: '{{drive}}' }],
          },
          {
            title: 'Failed requests to drives',
            type: 'timeseries',
            width: 12,
            queries: [
              {
                expr: `sum by (drive) (rate(rustfs_system_drive_availability_errors_total${RATE}))`,
                legend: '{{drive}}',
              },
            ],
          },
          {
            title: 'Drives being healed',
            type: 'timeseries',
            width: 12,
            queries: [
              {
                expr: 'max by (pool_id, set_id) (rustfs_cluster_erasure_set_healing_drives_count)',
                legend: 'pool {{pool_id}} set {{set_id}}',
              },
            ],
          },
        ],
      },
      {
        title: 'Process',
        panels: [
          {
            title: 'CPU',
            type: 'timeseries',
            width: 8,
            unit: 'percent',
            queries: [{ expr: 'max by (instance) (rustfs_process_cpu_percent)', legend: '{{instance}}' }],
          },
          {
            title: 'Memory',
            type: 'timeseries',
            width: 8,
            unit: 'bytes',
            queries: [{ expr: 'max by (instance) (rustfs_process_memory_bytes)', legend: '{{instance}}' }],
          },
          {
            title: 'Open files',
            type: 'timeseries',
            width: 8,
            queries: [
              { expr: 'max by (instance) (rustfs_system_process_file_descriptor_open_total)', legend: '{{instance}}' },
            ],
          },
          ...(loki ? [logs] : []),
        ],
      },
    ],
  });
}
