import type { DeploymentProof } from '../../proofs/index.js';
import type { Finding } from '../../provisioning/index.js';
import type { ReportFinding } from '../model.js';
import { ANONYMOUS } from './identities.js';

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

/** One finding for each problem: a statement that allows too much is one, however many buckets it reaches. */
function ofProof({ buckets, account, public: everybody, problems }: DeploymentProof): readonly ReportFinding[] {
  const open = [
    ...buckets.map((one) => ({ ...one, who: one.user })),
    ...account.map((one) => ({ ...one, who: one.user, bucket: undefined })),
    ...everybody.map((one) => ({ ...one, who: ANONYMOUS })),
  ].filter(({ result, accepted }) => result !== 'proved' && accepted === undefined);
  return problems.map((message) => {
    const first = open.find((one) => one.message !== undefined && message.startsWith(one.message));
    return {
      severity: first?.result === 'unknown' ? 'error' : 'security',
      source: 'proof',
      message,
      ...(first ? { who: first.who } : {}),
      ...(first?.bucket === undefined ? {} : { bucket: first.bucket }),
    };
  });
}

/** Everything that contradicts the declaration or could not be told, the most severe first. */
export function findingsOf(findings: readonly Finding[], proof: DeploymentProof | undefined): ReportFinding[] {
  return [...(proof ? ofProof(proof) : []), ...findings.map(ofProbe)].sort(
    (a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity) || (a.message < b.message ? -1 : 1),
  );
}
