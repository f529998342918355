// Not by the room's index: it brings a writer of YAML, which every command would load.
import { DRIFT_METRICS, PROOF_METRICS } from '../observability/metrics.js';
import { gauge, type Labels } from '../observability/text-format.js';
import type { DriftReport } from './drift/model.js';
import type { AccessProof } from './verify/model.js';

const count = <T extends { readonly severity: string }>(
  findings: readonly T[],
  severities: readonly T['severity'][],
  labels: Labels,
) =>
  severities.map((severity) => {
    const found = findings.filter((finding) => finding.severity === severity);
    return [{ ...labels, severity }, found.length] as const;
  });

/**
 * What `drift` found, in Prometheus' text format. An access key has the time of its creation, so its age goes on without a new run.
 *
 * @param seconds when it was looked at, as Unix time
 */
export function driftMetrics(stack: string, { findings, keyAges }: DriftReport, seconds: number): string {
  const created = keyAges.flatMap(({ accessKey, component, createdAt }) =>
    createdAt === undefined
      ? []
      : [
          [
            { stack, access_key: accessKey, ...(component !== undefined && { component }) },
            Math.floor(Date.parse(createdAt) / 1000),
          ] as const,
        ],
  );
  return [
    gauge(
      DRIFT_METRICS.findings,
      'Differences between the declared and the running server.',
      count(findings, ['security', 'drift'], { stack }),
    ),
    gauge(DRIFT_METRICS.keyCreated, 'When each managed access key was made.', created),
    gauge(DRIFT_METRICS.keysOfUnknownAge, 'Managed access keys whose creation nobody recorded, or that are missing.', [
      [{ stack }, keyAges.length - created.length],
    ]),
    gauge(DRIFT_METRICS.time, 'When drift was last looked for.', [[{ stack }, seconds]]),
  ].join('');
}

/**
 * The outcome of the access proof, in Prometheus' text format.
 *
 * @param seconds when it ended, as Unix time
 */
export function accessMetrics(stack: string, { findings, probes }: AccessProof, seconds: number): string {
  return [
    gauge(
      PROOF_METRICS.findings,
      'Probes that contradict what is declared, or got no usable answer.',
      count(findings, ['security', 'access', 'error'], { stack }),
    ),
    gauge(PROOF_METRICS.probes, 'Probes of the last proof.', [[{ stack }, probes.total]]),
    gauge(PROOF_METRICS.time, 'When the last proof ended.', [[{ stack }, seconds]]),
  ].join('');
}
