import { stringify } from 'yaml';
import { type AlertRule, ruleFile } from '../../observability/index.js';
import type { FleetManifest } from '../manifest/index.js';
import type { ProbeName } from '../proof/meanings.js';
import { PROOF_METRICS } from './textfile.js';

export interface FleetMonitoringOptions {
  /** Port of the gateways' metrics in their network. @default 9327 */
  readonly metricsPort?: number;
  /** Minutes after which the last proof is too old. @default 30 */
  readonly proofMaxAgeMinutes?: number;
}

/**
 * Counter of weed's S3 requests, with the labels `type` and `code` (source: SeaweedFS weed/stats/metrics.go; the metrics
 * themselves were not observed on 4.44). It counts refused requests, so it tells *that* sessions or tokens are refused;
 * why, the proof and the balancer's log say.
 */
const REQUESTS = 'SeaweedFS_s3_request_total';

const job = (fleet: string) => `${fleet}-gateways`;

/** Scrape configuration of the gateways, for a Prometheus in the fleet's network. */
export function scrapeConfig(manifest: FleetManifest, { metricsPort = 9327 }: FleetMonitoringOptions = {}): string {
  return stringify({
    scrape_configs: [
      {
        job_name: job(manifest.fleet),
        static_configs: manifest.gateways.map(({ name, container }) => ({
          targets: [`${container}:${metricsPort}`],
          labels: { fleet: manifest.fleet, gateway: name },
        })),
      },
    ],
  });
}

const minutes = (count: number) => `${count}m`;

function alerts({ fleet }: FleetManifest, { proofMaxAgeMinutes = 30 }: FleetMonitoringOptions): readonly AlertRule[] {
  const found = (...probes: readonly ProbeName[]) =>
    `sum by (place) (${PROOF_METRICS.findings}{fleet="${fleet}",probe=~"${probes.join('|')}"}) > 0`;
  const refused = (codes: string) => `sum(rate(${REQUESTS}{fleet="${fleet}",code=~"${codes}"}[5m]))`;
  return [
    {
      alert: 'SeaweedFsGatewayOpen',
      expr: found('anonymous-refused', 'unknown-key-refused'),
      for: '0m',
      severity: 'critical',
      summary: '{{ $labels.place }} lets requests in without a valid key: take it out of the balancer',
    },
    {
      alert: 'SeaweedFsConfigurationDrift',
      expr: found(
        'sts-loaded',
        'role-loaded',
        'providers',
        'same-configuration',
        'session-shared',
        'session-issuer',
        'filer-policies',
      ),
      for: '0m',
      severity: 'critical',
      summary:
        '{{ $labels.place }} runs another IAM configuration than the one declared: see cdktf-rustfs fleet verify',
    },
    {
      alert: 'SeaweedFsProviderFailing',
      expr: found('token-accepted'),
      for: '0m',
      severity: 'warning',
      summary: '{{ $labels.place }} refuses valid tokens: is the identity provider reachable from it?',
    },
    {
      alert: 'SeaweedFsRightsDiffer',
      expr: found('role-right', 'role-trust', 'no-undeclared-role', 'static-key', 'token-refused', 'session-forged'),
      for: '0m',
      severity: 'critical',
      summary: 'somebody may do something else than declared on {{ $labels.place }}: see cdktf-rustfs fleet verify',
    },
    {
      alert: 'SeaweedFsNotAsDeclared',
      expr: `sum by (place, probe) (${PROOF_METRICS.findings}{fleet="${fleet}"}) > 0`,
      for: '0m',
      severity: 'warning',
      summary: '{{ $labels.place }} failed the probe {{ $labels.probe }}: see cdktf-rustfs fleet verify',
    },
    {
      alert: 'SeaweedFsProofStale',
      expr: `time() - ${PROOF_METRICS.time}{fleet="${fleet}"} > ${proofMaxAgeMinutes * 60} or absent(${PROOF_METRICS.time}{fleet="${fleet}"})`,
      for: minutes(5),
      severity: 'warning',
      summary: `the fleet was not proven for ${proofMaxAgeMinutes} minutes: does the timer still run?`,
    },
    {
      alert: 'SeaweedFsGatewayDown',
      expr: `up{job="${job(fleet)}"} == 0`,
      for: minutes(1),
      severity: 'warning',
      summary: '{{ $labels.gateway }} does not answer',
    },
    {
      alert: 'SeaweedFsRequestsRefused',
      expr: `${refused('403')} > 0.2 * ${refused('.+')}`,
      for: minutes(10),
      severity: 'warning',
      summary:
        'more than a fifth of all requests is refused: sessions of another signing key, or tokens that no provider validates',
    },
    {
      alert: 'SeaweedFsServerErrors',
      expr: `${refused('5..')} > 0`,
      for: minutes(10),
      severity: 'warning',
      summary: 'gateways answer with server errors: do the filers work?',
    },
  ];
}

/** Alert rules: an open gateway, drift, providers, sessions and tokens that are refused, and a proof that no longer runs. */
export function alertRules(manifest: FleetManifest, options: FleetMonitoringOptions = {}): string {
  const { fleet } = manifest;
  return ruleFile([{ name: fleet, labels: { fleet }, alerts: alerts(manifest, options) }]);
}
