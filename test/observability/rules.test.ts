import { describe, expect, test } from 'vitest';
import {
  accessRules,
  gatewayRules,
  prometheusConfig,
  RULES_DIRECTORY,
  ruleFile,
  storeRules,
} from '../../observability/index.js';
import { hasPromtool, promtool, whySkipped } from './promtool.js';

const RULES = ruleFile([storeRules(), accessRules(), gatewayRules()]);

interface Case {
  readonly alert: string;
  /** Series and values as promtool takes them. */
  readonly fires: readonly (readonly [series: string, values: string])[];
  readonly silent: readonly (readonly [series: string, values: string])[];
  /** When it is looked at. @default 20m */
  readonly at?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
}

const UP = ['up{job="otel-collector"}', '1x120'] as const;
const denied = (values: string) =>
  ['rustfs_access_denied_total{action="GetObject",reason="no_policy"}', values] as const;
const failed = (values: string) => ['rustfs_access_failed_authentications_total{job="RustFS"}', values] as const;
const drift = (severity: string, values: string) =>
  [`cdktf_rustfs_drift_findings{stack="a",severity="${severity}"}`, values] as const;
const access = (severity: string, values: string) =>
  [`cdktf_rustfs_access_findings{stack="a",severity="${severity}"}`, values] as const;
const http = (failures: string, requests: string) =>
  [
    ['rustfs_http_server_failures_total{status_class="5xx"}', failures],
    ['rustfs_http_server_requests_total{method="GET"}', requests],
  ] as const;
const STACK = { stack: 'a' };

/** promtool's clock starts at 0, so a key made 91 days before is one made at a negative time. */
const daysBefore = (days: number) => `${-days * 86400}x120`;

const CASES: readonly Case[] = [
  {
    alert: 'RustFsDown',
    // Gone after five minutes, while the collector is scraped.
    fires: [UP, ['rustfs_process_uptime_seconds{server="a"}', '1+60x5 stale']],
    silent: [UP, ['rustfs_process_uptime_seconds{server="a"}', '1+60x120']],
    severity: 'critical',
    summary: 'RustFS sends no metrics: is its container running, and does it reach the collector?',
  },
  {
    alert: 'RustFsNotReady',
    fires: [['rustfs_runtime_readiness_ready', '0x120']],
    silent: [['rustfs_runtime_readiness_ready', '1x120']],
    severity: 'critical',
    summary: 'RustFS runs but is not ready: S3 is answered with 503; see its log and /health/ready',
  },
  {
    alert: 'RustFsNoWriteQuorum',
    fires: [['rustfs_cluster_erasure_set_write_health{pool_id="0",set_id="1"}', '0x120']],
    silent: [['rustfs_cluster_erasure_set_write_health{pool_id="0",set_id="1"}', '1x120']],
    labels: { pool_id: '0', set_id: '1' },
    severity: 'critical',
    summary: 'erasure set 1 of pool 0 takes no writes: bring drives back',
  },
  {
    alert: 'RustFsDriveOffline',
    fires: [['rustfs_cluster_health_drives_offline_count', '2x120']],
    silent: [['rustfs_cluster_health_drives_offline_count', '0x120']],
    severity: 'warning',
    summary: 'drives offline: 2; bring them back or replace them while the rest holds a quorum',
  },
  {
    alert: 'RustFsDriveErrors',
    fires: [['rustfs_system_drive_availability_errors_total{drive="/data/drive1"}', '0+1x120']],
    silent: [['rustfs_system_drive_availability_errors_total{drive="/data/drive1"}', '7x120']],
    labels: { drive: '/data/drive1' },
    severity: 'warning',
    summary: 'drive /data/drive1 fails requests: look at the disk before it is lost',
  },
  {
    alert: 'RustFsCapacityLow',
    fires: [
      ['rustfs_cluster_capacity_free_bytes', '5x120'],
      ['rustfs_cluster_capacity_usable_total_bytes', '100x120'],
    ],
    silent: [
      ['rustfs_cluster_capacity_free_bytes', '11x120'],
      ['rustfs_cluster_capacity_usable_total_bytes', '100x120'],
    ],
    severity: 'warning',
    summary: '5% of the capacity is free: add drives or expire objects',
  },
  {
    alert: 'RustFsQuotaNearlyUsed',
    fires: [
      ['rustfs_bucket_usage_usage_bytes{bucket="a"}', '95x120'],
      ['rustfs_bucket_usage_quota_bytes{bucket="a"}', '100x120'],
    ],
    // A quota of 0 is none.
    silent: [
      ['rustfs_bucket_usage_usage_bytes{bucket="a"}', '95x120'],
      ['rustfs_bucket_usage_quota_bytes{bucket="a"}', '0x120'],
    ],
    labels: { bucket: 'a' },
    severity: 'warning',
    summary: 'bucket a uses 95% of its quota',
  },
  {
    alert: 'RustFsServerErrors',
    fires: http('0+6x120', '0+60x120'),
    silent: http('0+1x120', '0+60x120'),
    severity: 'critical',
    summary: '10% of all requests fail with a server error',
  },
  {
    alert: 'RustFsSlow',
    fires: [
      ['rustfs_http_server_request_duration_seconds_bucket{le="5"}', '0+90x120'],
      ['rustfs_http_server_request_duration_seconds_bucket{le="10"}', '0+100x120'],
      ['rustfs_http_server_request_duration_seconds_bucket{le="+Inf"}', '0+100x120'],
    ],
    silent: [
      ['rustfs_http_server_request_duration_seconds_bucket{le="5"}', '0+100x120'],
      ['rustfs_http_server_request_duration_seconds_bucket{le="10"}', '0+100x120'],
      ['rustfs_http_server_request_duration_seconds_bucket{le="+Inf"}', '0+100x120'],
    ],
    severity: 'warning',
    summary: 'one request in a hundred takes longer than 9.5s',
  },
  {
    alert: 'TelemetryTargetDown',
    fires: [['up{job="loki",instance="loki:3100"}', '0x120']],
    silent: [['up{job="loki",instance="loki:3100"}', '1x120']],
    labels: { job: 'loki', instance: 'loki:3100' },
    severity: 'critical',
    summary: 'loki at loki:3100 is not scraped: alerts that rest on it are blind',
  },
  {
    alert: 'RustFsFailedAuthentications',
    fires: [failed('0+6x120')],
    silent: [failed('0+3x120')],
    severity: 'warning',
    summary: '30 failed authentications in 5m: somebody guesses, or an application has an old key',
  },
  {
    alert: 'RustFsRequestsDenied',
    fires: [denied('0+12x120')],
    silent: [denied('900x120')],
    severity: 'warning',
    summary: '60 requests denied in 5m: somebody looks around, or an application lacks a right',
  },
  {
    alert: 'RustFsAccessKeyOld',
    fires: [['cdktf_rustfs_access_key_created_timestamp_seconds{stack="a",access_key="loki"}', daysBefore(91)]],
    silent: [['cdktf_rustfs_access_key_created_timestamp_seconds{stack="a",access_key="loki"}', daysBefore(89)]],
    at: '0m',
    labels: { ...STACK, access_key: 'loki' },
    severity: 'warning',
    summary: 'access key loki is 91d 0h 0m 0s old (limit 90d): cdktf-rustfs rotate loki',
  },
  {
    alert: 'RustFsAccessContradiction',
    fires: [access('security', '1x120')],
    silent: [access('security', '0x120'), access('access', '1x120')],
    labels: STACK,
    severity: 'critical',
    summary: 'undeclared access in a (findings: 1): see cdktf-rustfs verify',
  },
  {
    alert: 'RustFsAccessRefused',
    fires: [access('access', '3x120')],
    silent: [access('access', '0x120'), access('error', '1x120')],
    labels: STACK,
    severity: 'warning',
    summary: 'declared rights are refused in a (findings: 3): see cdktf-rustfs verify',
  },
  {
    alert: 'RustFsUndeclaredAccess',
    fires: [drift('security', '1x120')],
    silent: [drift('security', '0x120'), drift('drift', '4x120')],
    labels: STACK,
    severity: 'critical',
    summary: 'undeclared rights in a (findings: 1): see cdktf-rustfs drift',
  },
  {
    alert: 'RustFsConfigurationDrift',
    fires: [drift('drift', '2x120')],
    silent: [drift('drift', '0x120'), drift('security', '1x120')],
    labels: STACK,
    severity: 'warning',
    summary: 'a is not as declared (findings: 2): see cdktf-rustfs drift',
  },
  {
    alert: 'RustFsDriftUnknown',
    fires: [],
    silent: [['cdktf_rustfs_drift_timestamp_seconds{stack="a"}', '0x120']],
    severity: 'warning',
    summary: 'cdktf-rustfs drift --textfile has not succeeded for 26 hours: does the timer still run?',
  },
  {
    alert: 'RustFsAccessUnproved',
    fires: [['cdktf_rustfs_access_proof_timestamp_seconds{stack="a"}', daysBefore(2)]],
    silent: [['cdktf_rustfs_access_proof_timestamp_seconds{stack="a"}', '0x120']],
    labels: STACK,
    severity: 'warning',
    summary: 'cdktf-rustfs verify --textfile has not succeeded for 26 hours: does the timer still run?',
  },
  {
    alert: 'GatewayFailedAuthentications',
    fires: [['gateway_requests_total{status="401",route="s3"}', '0+6x120']],
    silent: [['gateway_requests_total{status="200",route="s3"}', '0+60x120']],
    severity: 'warning',
    summary: '30 requests without a valid token in 5m at the gateway',
  },
  {
    alert: 'GatewayRequestsDenied',
    fires: [['gateway_requests_total{status="403",route="s3"}', '0+12x120']],
    silent: [['gateway_requests_total{status="403",route="s3"}', '0+6x120']],
    severity: 'warning',
    summary: '60 requests denied in 5m at the gateway',
  },
  {
    alert: 'GatewayUpstreamFailing',
    fires: [['gateway_requests_total{status="502",route="s3"}', '0+60x120']],
    silent: [['gateway_requests_total{status="500",route="s3"}', '0+60x120']],
    severity: 'critical',
    summary: 'the gateway cannot reach RustFS, or RustFS is not ready',
  },
  {
    alert: 'GatewayReloadFailed',
    fires: [['gateway_reload_successful{what="dynamic"}', '0x120']],
    silent: [['gateway_reload_successful{what="dynamic"}', '1x120']],
    labels: { what: 'dynamic' },
    severity: 'warning',
    summary: 'the gateway runs an older version of dynamic, because the new one is not valid: see its log',
  },
];

function unitTest(series: Case['fires'], alert: string, at: string, expected: readonly object[]) {
  return {
    interval: '1m',
    input_series: series.map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [{ eval_time: at, alertname: alert, exp_alerts: expected }],
  };
}

function run(tests: readonly object[]) {
  const document = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests };
  return promtool(['test', 'rules', 'test.yml'], { 'rules.yml': RULES, 'test.yml': JSON.stringify(document) });
}

const fires = ({ alert, fires: series, at = '20m', labels, severity, summary }: Case) =>
  unitTest(series, alert, at, [{ exp_labels: { ...labels, severity }, exp_annotations: { summary } }]);

test('every alert has a case here', () => {
  const alerts = [storeRules(), accessRules(), gatewayRules()].flatMap((group) =>
    group.alerts.map(({ alert }) => alert),
  );
  expect(CASES.map(({ alert }) => alert)).toEqual(alerts);
});

describe.skipIf(!hasPromtool)(`promtool${whySkipped}`, () => {
  test('takes the rules, and a configuration that names them and an Alertmanager', () => {
    const config = prometheusConfig({
      targets: [{ job: 'rustfs', targets: ['otel-collector:8889'], honorLabels: true, labels: { stack: 'a' } }],
      rules: ['rules.yml'],
      alertmanagers: ['alertmanager:9093'],
      further: 'scrape_configs: [{ job_name: fleet, static_configs: [{ targets: ["fleet:9327"] }] }]',
    });
    const { status, output } = promtool(['check', 'config', 'prometheus.yml'], {
      'prometheus.yml': config.replaceAll(`${RULES_DIRECTORY}/`, ''),
      'rules.yml': RULES,
    });
    expect(output).toContain('1 rule files found');
    expect(output).toContain(`SUCCESS: ${CASES.length} rules found`);
    expect(status).toBe(0);
  });

  test('each fires when it has to', () => {
    const { output, status } = run(CASES.map(fires));
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('none fires when it has not to', () => {
    const { output, status } = run(CASES.map(({ alert, silent, at = '20m' }) => unitTest(silent, alert, at, [])));
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('a first burst counts, although its counter did not exist before; an old count does not', () => {
    const alert = 'RustFsFailedAuthentications';
    const summary = '40 failed authentications in 5m: somebody guesses, or an application has an old key';
    const { output, status } = run([
      unitTest([failed('_x10 40x60')], alert, '12m', [
        { exp_labels: { severity: 'warning' }, exp_annotations: { summary } },
      ]),
      unitTest([failed('_x10 40x60')], alert, '30m', []),
    ]);
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  test('the check fails for an alert that does not fire', () => {
    const [first] = CASES;
    const { status, output } = run([fires({ ...(first as Case), fires: first?.silent ?? [] })]);
    expect(output).toContain('FAILED');
    expect(status).toBe(1);
  });
});
