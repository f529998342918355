import { ACCESS_METRICS } from '../collector.js';
import { DRIFT_METRICS, PROOF_METRICS } from '../metrics.js';
import { type Panel, type Query, type Row, renderDashboard } from './dashboard.js';

export interface AccessDashboardOptions {
  readonly loki: boolean;
  readonly gateway: boolean;
  readonly fleet: boolean;
}

const WINDOW = '[5m]';
const DAY = 86_400;

const inWindow = (metric: string, legend: string, by = ''): Query => ({
  expr: `sum${by} (increase(${metric}${WINDOW}))`,
  legend,
});

const findings = (title: string, metric: string, severity: string, description: string): Panel => ({
  title,
  description,
  type: 'stat',
  width: 4,
  queries: [{ expr: `sum(${metric}{severity="${severity}"})` }],
  thresholds: [1, 1],
});

const age = (title: string, metric: string): Panel => ({
  title,
  type: 'stat',
  width: 4,
  unit: 's',
  queries: [{ expr: `time() - max(${metric})` }],
  thresholds: [26 * 3600, 50 * 3600],
});

const refused: Row = {
  title: 'Refused by RustFS',
  panels: [
    {
      title: 'Failed authentications in 5 minutes',
      description: 'Counted by the collector from the log of RustFS, which has no metric for them',
      type: 'timeseries',
      width: 12,
      queries: [
        inWindow(ACCESS_METRICS.wrongSignature, 'wrong secret'),
        inWindow(ACCESS_METRICS.unknownKey, 'unknown access key'),
        inWindow(ACCESS_METRICS.otherAuthentication, 'expired, invalid or skewed'),
      ],
    },
    {
      title: 'Denied requests in 5 minutes',
      description: 'S3 requests only; counted by the collector from the log of RustFS',
      type: 'timeseries',
      width: 12,
      queries: [inWindow(ACCESS_METRICS.denied, '{{action}} {{reason}}', ' by (action, reason)')],
    },
  ],
};

const gatewayRow: Row = {
  title: 'At the gateway',
  panels: [
    {
      title: 'Requests by status',
      type: 'timeseries',
      width: 12,
      unit: 'reqps',
      queries: [{ expr: 'sum by (status) (rate(gateway_requests_total[$__rate_interval]))', legend: '{{status}}' }],
    },
    {
      title: 'Refused by a limit',
      type: 'timeseries',
      width: 12,
      unit: 'reqps',
      queries: [{ expr: 'sum by (limit) (rate(gateway_limited_total[$__rate_interval]))', legend: '{{limit}}' }],
    },
  ],
};

const fleetRow: Row = {
  title: 'SeaweedFS fleet',
  panels: [
    {
      title: 'Contradictions of the last proof',
      type: 'table',
      width: 24,
      queries: [{ expr: 'sum by (fleet, place, probe) (cdktf_rustfs_fleet_findings)' }],
    },
  ],
};

/** Who is refused, what `drift` and `verify` found, and how old the access keys are. */
export function accessDashboard({ loki, gateway, fleet }: AccessDashboardOptions): string {
  return renderDashboard({
    uid: 'rustfs-access',
    title: 'RustFS access',
    description: 'Failed authentications, denied requests, age of access keys, drift and the access proof',
    rows: [
      {
        title: 'Declared and proved',
        panels: [
          findings('Undeclared access', PROOF_METRICS.findings, 'security', 'Allowed, although nobody declared it'),
          findings('Refused rights', PROOF_METRICS.findings, 'access', 'Declared, but refused'),
          findings('Undeclared rights', DRIFT_METRICS.findings, 'security', 'Objects that give undeclared rights'),
          findings('Drift', DRIFT_METRICS.findings, 'drift', 'Objects that are not as declared'),
          age('Since the last proof', PROOF_METRICS.time),
          age('Since the last drift check', DRIFT_METRICS.time),
        ],
      },
      refused,
      ...(gateway ? [gatewayRow] : []),
      {
        title: 'Access keys',
        panels: [
          {
            title: 'Age of access keys in days',
            type: 'bargauge',
            width: 18,
            unit: 'd',
            queries: [
              {
                expr: `(time() - max by (access_key) (${DRIFT_METRICS.keyCreated})) / ${DAY}`,
                legend: '{{access_key}}',
              },
            ],
            thresholds: [60, 90],
          },
          {
            title: 'Of unknown age',
            description: 'Nobody recorded when they were made, or the secret store does not have them',
            type: 'stat',
            width: 6,
            queries: [{ expr: `sum(${DRIFT_METRICS.keysOfUnknownAge})` }],
            thresholds: [1, 1],
          },
        ],
      },
      ...(fleet ? [fleetRow] : []),
      ...(loki
        ? [
            {
              title: 'Log',
              panels: [
                {
                  title: 'Denied and not authenticated',
                  type: 'logs' as const,
                  width: 24,
                  queries: [
                    { expr: '{service_name="RustFS"} | event=~"s3_authorization_denied|secret_key_lookup_failed"' },
                  ],
                },
              ],
            },
          ]
        : []),
    ],
  });
}
