import type { RuleGroup } from './rules.js';

/**
 * Alerts about the store. The names of the series are those that RustFS 1.0.1 exports over OTLP (observed), as the collector's
 * Prometheus exporter writes them.
 */
export function storeRules(): RuleGroup {
  return {
    name: 'rustfs-store',
    alerts: [
      {
        alert: 'RustFsDown',
        // RustFS pushes: when it is gone, so are its series. Unless it is the collector that is gone.
        expr: 'absent(rustfs_process_uptime_seconds) and on () up{job="otel-collector"} == 1',
        for: '1m',
        severity: 'critical',
        summary: 'RustFS sends no metrics: is its container running, and does it reach the collector?',
      },
      {
        alert: 'RustFsNotReady',
        expr: 'rustfs_runtime_readiness_ready == 0',
        for: '1m',
        severity: 'critical',
        summary: 'RustFS runs but is not ready: S3 is answered with 503; see its log and /health/ready',
      },
      {
        alert: 'RustFsNoWriteQuorum',
        expr: 'min by (pool_id, set_id) (rustfs_cluster_erasure_set_write_health) == 0',
        for: '0m',
        severity: 'critical',
        summary: 'erasure set {{ $labels.set_id }} of pool {{ $labels.pool_id }} takes no writes: bring drives back',
      },
      {
        alert: 'RustFsDriveOffline',
        expr: 'max(rustfs_cluster_health_drives_offline_count) > 0',
        for: '1m',
        severity: 'warning',
        summary: 'drives offline: {{ $value }}; bring them back or replace them while the rest holds a quorum',
      },
      {
        alert: 'RustFsDriveErrors',
        expr: 'sum by (drive) (increase(rustfs_system_drive_availability_errors_total[15m])) > 0',
        for: '5m',
        severity: 'warning',
        summary: 'drive {{ $labels.drive }} fails requests: look at the disk before it is lost',
      },
      {
        alert: 'RustFsCapacityLow',
        expr: 'max(rustfs_cluster_capacity_free_bytes) / max(rustfs_cluster_capacity_usable_total_bytes) < 0.1',
        for: '10m',
        severity: 'warning',
        summary: '{{ $value | humanizePercentage }} of the capacity is free: add drives or expire objects',
      },
      {
        alert: 'RustFsQuotaNearlyUsed',
        expr: 'rustfs_bucket_usage_usage_bytes / (rustfs_bucket_usage_quota_bytes > 0) > 0.9',
        for: '10m',
        severity: 'warning',
        summary: 'bucket {{ $labels.bucket }} uses {{ $value | humanizePercentage }} of its quota',
      },
      {
        alert: 'RustFsServerErrors',
        expr: 'sum(rate(rustfs_http_server_failures_total{status_class="5xx"}[5m])) / sum(rate(rustfs_http_server_requests_total[5m])) > 0.05',
        for: '5m',
        severity: 'critical',
        summary: '{{ $value | humanizePercentage }} of all requests fail with a server error',
      },
      {
        alert: 'RustFsSlow',
        expr: 'histogram_quantile(0.99, sum by (le) (rate(rustfs_http_server_request_duration_seconds_bucket[5m]))) > 5',
        for: '10m',
        severity: 'warning',
        summary: 'one request in a hundred takes longer than {{ $value | humanizeDuration }}',
      },
      {
        alert: 'TelemetryTargetDown',
        expr: 'up == 0',
        for: '5m',
        severity: 'critical',
        summary: '{{ $labels.job }} at {{ $labels.instance }} is not scraped: alerts that rest on it are blind',
      },
    ],
  };
}
