import { policiesEqual } from '../../policies/index.js';
import type { AdminClient } from '../client/admin.js';
import { ProvisioningError } from '../errors.js';
import { backUp } from './backup.js';
import type { Verdict } from './judge.js';
import type { PreflightEstate, Rewrite } from './model.js';
import { withActionBeside } from './rewrite.js';

export interface FixOptions {
  /** Where the replaced policies are noted down. */
  readonly backup: string;
  readonly onFixed?: (policy: string) => void;
}

/** One rewrite for each policy: a policy that several rules speak of is changed by all of them. */
function merged(findings: Verdict['findings']): readonly Rewrite[] {
  const byPolicy = new Map<string, Rewrite>();
  for (const { rule, rewrite } of findings) {
    if (rewrite === undefined) continue;
    const earlier = byPolicy.get(rewrite.policy);
    if (earlier === undefined) byPolicy.set(rewrite.policy, rewrite);
    else if (rule === 'list-versions')
      byPolicy.set(rewrite.policy, {
        ...earlier,
        after: withActionBeside(earlier.after, 's3:ListBucket', 's3:ListBucketVersions'),
      });
    else if (rule === 'versioned-reads')
      byPolicy.set(rewrite.policy, {
        ...earlier,
        after: withActionBeside(earlier.after, 's3:GetObject', 's3:GetObjectVersion'),
      });
  }
  return [...byPolicy.values()];
}

/**
 * Fixes what the tool can fix, worst first: notes all policies down, then replaces one after the other and reads them back.
 * Interrupted, it is simply run again: what was replaced is no longer found.
 * @throws ProvisioningError if the server does not keep what was written
 */
export async function fixFindings(
  admin: AdminClient,
  estate: PreflightEstate,
  findings: Verdict['findings'],
  { backup, onFixed }: FixOptions,
): Promise<readonly Rewrite[]> {
  const rewrites = merged(findings);
  if (rewrites.length === 0) return [];
  await backUp(backup, rewrites, estate);
  for (const { policy, after } of rewrites) {
    await admin.putPolicy(policy, after);
    onFixed?.(policy);
  }
  const stored = await admin.listPolicies();
  const lost = rewrites.filter(({ policy, after }) => {
    const document = stored[policy];
    return document === undefined || !policiesEqual(document, after);
  });
  if (lost.length > 0)
    throw new ProvisioningError(
      `the server accepted policy ${lost.map(({ policy }) => policy).join(', ')}, but does not show it as written; run preflight --fix again`,
    );
  return rewrites;
}
