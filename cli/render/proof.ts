import type { Manifest } from '../../manifest/index.js';
import type { AccessProof, Finding } from '../../provisioning/index.js';
import { colors as pc } from './color.js';
import { renderTable } from './table.js';

/** A widened policy can contradict hundreds of probes; the most severe come first. */
const MAX_FINDINGS = 20;

const showFinding = ({ severity, message, command }: Finding) => [pc.red(`${severity}: ${message}`), `    ${command}`];

/** The most severe findings, each with the request that showed it. */
export function renderFindings(findings: readonly Finding[]): readonly string[] {
  const rest = findings.length - MAX_FINDINGS;
  return [
    ...findings.slice(0, MAX_FINDINGS).flatMap(showFinding),
    ...(rest > 0 ? [pc.red(`… and ${rest} more: verify --json shows all`)] : []),
  ];
}

function describeEncryption({ encryption }: AccessProof): readonly string[] {
  if (encryption === undefined) return [];
  const { buckets, customerKeys, restart } = encryption;
  const restarts = {
    before: 'encrypted objects wait for a restart: restart RustFS, then run verify --after-restart',
    after: `${restart?.objects ?? 0} encrypted objects read back after the restart`,
  };
  return [
    `encryption: ${buckets.proved} of ${buckets.total} buckets encrypt as declared and read back${customerKeys ? ', keys of clients (SSE-C) hold' : ''}`,
    ...(restart && restart.objects > 0 ? [restarts[restart.phase]] : []),
  ];
}

/**
 * The access proof for people: a row per component, the totals, then every finding with the request that showed it.
 *
 * @param sessions how many of the tried access keys are those of sessions
 */
export function renderProof(proof: AccessProof, manifest: Manifest, sessions: number): string {
  const { probes, findings, notProbed, pairs } = proof;
  const contradictionsOf = (key: string) =>
    findings.filter(({ who }) => who === key || who.startsWith(`${key} `)).length;
  const rows = manifest.components.map(({ name, buckets, policy, user, accessKey }) => {
    const contradictions = contradictionsOf(accessKey);
    const state = contradictions === 0 ? pc.green('as declared') : pc.red(`${contradictions} findings`);
    return [name, String(buckets.length), policy, user, state];
  });
  const total = [
    `${proof.components} components`,
    `${proof.buckets} buckets`,
    `${proof.accessKeys - sessions} access keys`,
    ...(sessions > 0 ? [`${sessions} sessions`] : []),
  ].join(', ');
  const counts = `${probes.total} probes: ${probes.allowed} allowed and ${probes.refused} refused as predicted, ${probes.contradictions} contradictions`;
  return [
    ...(rows.length > 0 ? [renderTable(['component', 'buckets', 'policy', 'service user', 'access'], rows)] : []),
    total,
    `proved from the manifest: ${proof.isolation.proved} of ${proof.isolation.pairs} ordered pairs of components isolated`,
    ...proof.exceptions.map(({ what, reason }) => pc.yellow(`accepted: ${what}: ${reason}`)),
    ...proof.unproved.map((problem) => pc.yellow(`not proved: ${problem}`)),
    probes.contradictions === 0 && findings.length === 0 ? pc.green(counts) : pc.red(counts),
    ...describeEncryption(proof),
    ...(pairs.probed < pairs.total
      ? [pc.dim(`${pairs.probed} of ${pairs.total} pairs of key and bucket probed; --exhaustive probes all`)]
      : []),
    ...(proof.emulated
      ? [pc.yellow('emulated: these answers came from the cdktf-rustfs emulator, not from RustFS')]
      : []),
    ...notProbed.map(({ what, reason }) => pc.yellow(`not probed: ${what}: ${reason}`)),
    ...renderFindings(findings),
  ].join('\n');
}
