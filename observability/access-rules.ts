import { ACCESS_METRICS } from './collector.js';
import { DRIFT_METRICS, PROOF_METRICS } from './metrics.js';
import type { AlertRule, RuleGroup } from './rules.js';

export interface AccessAlertOptions {
  /** In five minutes. @default 20 */
  readonly failedAuthentications?: number;
  /** In five minutes. @default 50 */
  readonly deniedRequests?: number;
  /** @default 90 */
  readonly maxKeyAgeDays?: number;
  /** After how many hours without `drift` and `verify` their results are too old. @default 26 */
  readonly maxProofAgeHours?: number;
}

const WINDOW = '5m';

/**
 * How often something happened in the window. `increase` does not see the first value of a series, and these counters begin
 * with the first event: without the second part, the first burst of all would go unnoticed.
 */
function happened(series: string): string {
  const sum = (vector: string) => `(sum(${vector}) or vector(0))`;
  const before = `${series} offset ${WINDOW}`;
  return `${sum(`increase(${series}[${WINDOW}]) and ${before}`)} + ${sum(`${series} unless ${before}`)}`;
}

/** Alerts about who gets in: what RustFS refuses, and what `drift` and `verify` found. */
export function accessRules(options: AccessAlertOptions = {}): RuleGroup {
  const { failedAuthentications = 20, deniedRequests = 50, maxKeyAgeDays = 90, maxProofAgeHours = 26 } = options;
  const stale = (alert: string, metric: string, command: string): AlertRule => ({
    alert,
    expr: `time() - ${metric} > ${maxProofAgeHours * 3600} or absent(${metric})`,
    for: '15m',
    severity: 'warning',
    summary: `cdktf-rustfs ${command} --textfile has not succeeded for ${maxProofAgeHours} hours: does the timer still run?`,
  });
  return {
    name: 'rustfs-access',
    alerts: [
      {
        alert: 'RustFsFailedAuthentications',
        expr: `${happened(ACCESS_METRICS.failed)} > ${failedAuthentications}`,
        for: '0m',
        severity: 'warning',
        summary: `{{ $value | humanize }} failed authentications in ${WINDOW}: somebody guesses, or an application has an old key`,
      },
      {
        alert: 'RustFsRequestsDenied',
        expr: `${happened(ACCESS_METRICS.denied)} > ${deniedRequests}`,
        for: '0m',
        severity: 'warning',
        summary: `{{ $value | humanize }} requests denied in ${WINDOW}: somebody looks around, or an application lacks a right`,
      },
      {
        alert: 'RustFsAccessKeyOld',
        expr: `time() - ${DRIFT_METRICS.keyCreated} > ${maxKeyAgeDays * 86400}`,
        for: '0m',
        severity: 'warning',
        summary: `access key {{ $labels.access_key }} is {{ $value | humanizeDuration }} old (limit ${maxKeyAgeDays}d): cdktf-rustfs rotate {{ $labels.access_key }}`,
      },
      {
        alert: 'RustFsAccessContradiction',
        expr: `${PROOF_METRICS.findings}{severity="security"} > 0`,
        for: '0m',
        severity: 'critical',
        summary: 'undeclared access in {{ $labels.stack }} (findings: {{ $value }}): see cdktf-rustfs verify',
      },
      {
        alert: 'RustFsAccessRefused',
        expr: `${PROOF_METRICS.findings}{severity="access"} > 0`,
        for: '0m',
        severity: 'warning',
        summary: 'declared rights are refused in {{ $labels.stack }} (findings: {{ $value }}): see cdktf-rustfs verify',
      },
      {
        alert: 'RustFsUndeclaredAccess',
        expr: `${DRIFT_METRICS.findings}{severity="security"} > 0`,
        for: '0m',
        severity: 'critical',
        summary: 'undeclared rights in {{ $labels.stack }} (findings: {{ $value }}): see cdktf-rustfs drift',
      },
      {
        alert: 'RustFsConfigurationDrift',
        expr: `${DRIFT_METRICS.findings}{severity="drift"} > 0`,
        for: '0m',
        severity: 'warning',
        summary: '{{ $labels.stack }} is not as declared (findings: {{ $value }}): see cdktf-rustfs drift',
      },
      stale('RustFsDriftUnknown', DRIFT_METRICS.time, 'drift'),
      stale('RustFsAccessUnproved', PROOF_METRICS.time, 'verify'),
    ],
  };
}

/** Alerts about a reference gateway, by its metrics. */
export function gatewayRules(): RuleGroup {
  const refused = (status: string) => happened(`gateway_requests_total{status="${status}"}`);
  return {
    name: 'rustfs-gateway',
    alerts: [
      {
        alert: 'GatewayFailedAuthentications',
        expr: `${refused('401')} > 20`,
        for: '0m',
        severity: 'warning',
        summary: `{{ $value | humanize }} requests without a valid token in ${WINDOW} at the gateway`,
      },
      {
        alert: 'GatewayRequestsDenied',
        expr: `${refused('403')} > 50`,
        for: '0m',
        severity: 'warning',
        summary: `{{ $value | humanize }} requests denied in ${WINDOW} at the gateway`,
      },
      {
        alert: 'GatewayUpstreamFailing',
        expr: 'sum(rate(gateway_requests_total{status=~"502|503|504"}[5m])) > 0.1',
        for: '5m',
        severity: 'critical',
        summary: 'the gateway cannot reach RustFS, or RustFS is not ready',
      },
      {
        alert: 'GatewayReloadFailed',
        expr: 'gateway_reload_successful == 0',
        for: '1m',
        severity: 'warning',
        summary:
          'the gateway runs an older version of {{ $labels.what }}, because the new one is not valid: see its log',
      },
    ],
  };
}
