import type { Manifest } from '../../manifest/index.js';
import { type DeploymentProof, intentOf } from '../../proofs/index.js';
import { asCurl } from '../wire.js';
import type { Finding, PlannedProbe } from './model.js';
import { rightsFactory } from './rights.js';

/**
 * Probes whose prediction contradicts a proof: the prover showed that the user keeps to what was declared on the bucket, and
 * the evaluator predicts that it may do more. One of the two is then wrong, and neither proves anything.
 */
export function proverDisagreements(
  manifest: Manifest,
  proof: DeploymentProof,
  probes: Iterable<PlannedProbe>,
  endpoint: string,
): readonly Finding[] {
  const rightsOf = rightsFactory(manifest, endpoint);
  const declared = new Map(
    manifest.users.map((user) => [user.name, rightsOf(intentOf(manifest, user).subject.principal)] as const),
  );
  const proved = new Set(
    proof.buckets.filter(({ result }) => result === 'proved').map(({ user, bucket }) => `${user}\0${bucket}`),
  );
  const users = new Map(manifest.accessKeys.map(({ name, user }) => [name, user] as const));
  const findings: Finding[] = [];
  for (const { accessKey, bucket, needs, predicted, title, who, request } of probes) {
    const user = users.get(accessKey ?? '');
    const concerned = needs.flat().map((need) => need.bucket);
    if (predicted !== 'allowed' || user === undefined || concerned.some((name) => !proved.has(`${user}\0${name}`)))
      continue;
    if (declared.get(user)?.predict(needs) !== 'refused') continue;
    const message = `${who}: ${title} is proved impossible, because ${user} keeps to what was declared, but predicted as allowed: prover and evaluator disagree, please report it`;
    findings.push({
      severity: 'error',
      who,
      probe: title,
      ...(bucket === undefined ? {} : { bucket }),
      predicted,
      observed: 'error',
      answer: 'not judged',
      cause: 'model',
      message,
      command: asCurl(request, endpoint),
    });
  }
  return findings;
}
