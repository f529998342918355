import type { FleetProof } from '../proof/index.js';

/** Metrics of the proof; weed 4.44 has none about its IAM configuration, its providers or its sessions. */
export const PROOF_METRICS = {
  findings: 'cdktf_rustfs_fleet_findings',
  probes: 'cdktf_rustfs_fleet_probes',
  asExpected: 'cdktf_rustfs_fleet_probes_as_expected',
  time: 'cdktf_rustfs_fleet_proof_timestamp_seconds',
} as const;

const label = (value: string) => value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');

const labels = (values: Readonly<Record<string, string>>) =>
  `{${Object.entries(values)
    .map(([name, value]) => `${name}="${label(value)}"`)
    .join(',')}}`;

/**
 * The outcome of one proof in Prometheus' text format, for the textfile collector of node_exporter: run the proof from a
 * timer, and drift of a running fleet raises an alert.
 *
 * @param seconds when the proof ended, as Unix time
 */
export function proofMetrics(proof: FleetProof, seconds: number): string {
  const { fleet, findings, probes } = proof;
  const counts = new Map<string, number>();
  for (const { probe, place } of findings) {
    const key = labels({ fleet, probe, place });
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const metric = (name: string, help: string, samples: readonly string[]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...samples,
  ];
  const { findings: name, probes: total, asExpected, time } = PROOF_METRICS;
  return `${[
    ...metric(
      name,
      'Contradictions between the declared and the running fleet, by probe and place.',
      [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, count]) => `${name}${key} ${count}`),
    ),
    ...metric(total, 'Probes of the last proof.', [`${total}${labels({ fleet })} ${probes.total}`]),
    ...metric(asExpected, 'Probes that were answered as declared.', [
      `${asExpected}${labels({ fleet })} ${probes.asExpected}`,
    ]),
    ...metric(time, 'When the last proof ended.', [`${time}${labels({ fleet })} ${seconds}`]),
  ].join('\n')}\n`;
}
