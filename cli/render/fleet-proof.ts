import type { FleetFinding, FleetProof, NotProbed } from '../../seaweedfs/proof/index.js';
import { colors as pc } from './color.js';

const showFinding = ({ place, request, expected, got, times, tries, meaning, wayOut }: FleetFinding) => [
  pc.red(`${place}: ${request}: expected ${expected}, got ${got}${tries > 1 ? ` (${times} of ${tries} times)` : ''}`),
  `    ${meaning}`,
  `    way out: ${wayOut}`,
];

const MAX_FINDINGS = 20;

/** Findings and what was not probed. */
export function renderFindings(findings: readonly FleetFinding[], notProbed: readonly NotProbed[]): string[] {
  return [
    ...notProbed.map(({ what, reason }) => pc.yellow(`not probed: ${what}: ${reason}`)),
    ...findings.slice(0, MAX_FINDINGS).flatMap(showFinding),
    ...(findings.length > MAX_FINDINGS
      ? [pc.red(`… and ${findings.length - MAX_FINDINGS} more: --json shows all`)]
      : []),
  ];
}

/** The proof of a fleet for people. */
export function renderFleetProof({ gateways, repeats, probes, findings, notProbed, standIn }: FleetProof): string {
  const counts = `${probes.total} answers, ${probes.asExpected} as expected, ${findings.length} findings`;
  return [
    `${gateways} gateways and the balancer; through the balancer each request ${repeats.balancer} times, web identities ` +
      `${repeats.assume} times per gateway: enough to meet one odd gateway of ${gateways + 1}, or a provider that is drawn, ` +
      `with a probability of ${repeats.confidence}`,
    findings.length === 0 ? pc.green(counts) : pc.red(counts),
    ...(standIn ? [pc.yellow('stand-in: these answers came from the cdktf-rustfs stand-in, not from SeaweedFS')] : []),
    ...renderFindings(findings, notProbed),
  ].join('\n');
}
