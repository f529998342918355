import { gauge, type Labels } from '../../observability/index.js';
import type { FleetProof } from '../proof/index.js';

/** Metrics of the proof; weed 4.44 has none about its IAM configuration, its providers or its sessions. */
export const PROOF_METRICS = {
  findings: 'cdktf_rustfs_fleet_findings',
  probes: 'cdktf_rustfs_fleet_probes',
  asExpected: 'cdktf_rustfs_fleet_probes_as_expected',
  time: 'cdktf_rustfs_fleet_proof_timestamp_seconds',
} as const;

/**
 * The outcome of one proof in Prometheus' text format, for the textfile collector of node_exporter: run the proof from a
 * timer, and drift of a running fleet raises an alert.
 *
 * @param seconds when the proof ended, as Unix time
 */
export function proofMetrics(proof: FleetProof, seconds: number): string {
  const { fleet, findings, probes } = proof;
  const counts = new Map<string, { labels: Labels; count: number }>();
  for (const { probe, place } of findings) {
    const key = `${probe} ${place}`;
    counts.set(key, { labels: { fleet, probe, place }, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  const { findings: name, probes: total, asExpected, time } = PROOF_METRICS;
  return [
    gauge(
      name,
      'Contradictions between the declared and the running fleet, by probe and place.',
      sorted.map(([, { labels, count }]) => [labels, count] as const),
    ),
    gauge(total, 'Probes of the last proof.', [[{ fleet }, probes.total]]),
    gauge(asExpected, 'Probes that were answered as declared.', [[{ fleet }, probes.asExpected]]),
    gauge(time, 'When the last proof ended.', [[{ fleet }, seconds]]),
  ].join('');
}
