import type { DeploymentProof } from '../../proofs/model.js';
import type { Finding } from '../../provisioning/index.js';
import type { ReportFinding } from '../model.js';

const ORDER = ['security', 'access', 'error'];

function ofProbe(finding: Finding): ReportFinding {
  const { severity, who, probe, bucket, predicted, observed, answer, cause, message, command } = finding;
  return {
    severity,
    source: 'probe',
    message,
    who,
    probe,
    ...(bucket === undefined ? {} : { bucket }),
    predicted,
    observed,
    answer,
    ...(cause ? { cause } : {}),
    command,
  };
}

function ofProof({ buckets, account, public: everybody, problems }: DeploymentProof): readonly ReportFinding[] {
  const open = [
    ...buckets.map((one) => ({ ...one, who: one.user })),
    ...account.map((one) => ({ ...one, who: one.user, bucket: undefined })),
    ...everybody.map((one) => ({ ...one, who: 'anonymous' })),
  ].filter(({ result, accepted }) => result !== 'proved' && accepted === undefined);
  const found = open.map(
    ({ result, who, bucket, message }): ReportFinding => ({
      severity: result === 'counterexample' ? 'security' : 'error',
      source: 'proof',
      message: message ?? `${who}${bucket === undefined ? '' : ` on ${bucket}`}: ${result}`,
      who,
      ...(bucket === undefined ? {} : { bucket }),
    }),
  );
  const messages = new Set(found.map(({ message }) => message));
  const others = problems.filter((message) => !messages.has(message));
  return [...found, ...others.map((message): ReportFinding => ({ severity: 'security', source: 'proof', message }))];
}

/** Everything that contradicts the declaration or could not be told, the most severe first. */
export function findingsOf(findings: readonly Finding[], proof: DeploymentProof | undefined): ReportFinding[] {
  return [...(proof ? ofProof(proof) : []), ...findings.map(ofProbe)].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || (a.message < b.message ? -1 : 1),
  );
}
