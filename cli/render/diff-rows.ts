import { type AccessChange, describeRequest } from '../../policies/index.js';
import type { HolderDiff, ManifestDiff } from '../../proofs/index.js';

/** One line of a diff: what a holder gains (`+`) or loses (`-`) on one resource. */
export interface DiffRow {
  readonly who: string;
  readonly sign: '+' | '-';
  readonly actions: string;
  readonly resource: string;
  /** A request that shows it, with the policy that allows it. */
  readonly example: string;
}

/** `s3:*` alone stands for more than ninety actions. */
const MOST_ACTIONS = 4;

function shortened(actions: readonly string[]): string {
  if (actions.length <= MOST_ACTIONS) return actions.join(', ');
  return `${actions.slice(0, MOST_ACTIONS).join(', ')} and ${actions.length - MOST_ACTIONS} more`;
}

function exampleOf({ example, unknown }: AccessChange): string {
  if (!example) return `cannot be told: ${unknown ?? 'no reason given'}`;
  const policy = example.allowedBy?.policy;
  return `${describeRequest(example.request)}${policy ? `, by ${policy}` : ''}`;
}

/** `access key langfuse (langfuse-svc)`, with `new` or `removed`. */
export function describeHolder({ who, user, state }: HolderDiff): string {
  const states = { added: 'new ', removed: 'removed ', changed: '' };
  return `${states[state]}${who}${user ? ` (${user})` : ''}`;
}

export function rowsOf(holder: HolderDiff): readonly DiffRow[] {
  const who = describeHolder(holder);
  const rows = (changes: readonly AccessChange[], sign: '+' | '-') =>
    changes.map((change) => ({
      who,
      sign,
      actions: shortened(change.actions),
      resource: change.resource || 'the server',
      example: exampleOf(change),
    }));
  return [...rows(holder.gains, '+'), ...rows(holder.losses, '-')];
}

/** `2 gain access, 1 loses access`, and what else a reviewer should know. */
export function summaryOf({ holders, version }: ManifestDiff): string {
  const gaining = holders.filter(({ gains }) => gains.length > 0).length;
  const losing = holders.filter(({ losses }) => losses.length > 0).length;
  const note = version
    ? `; RustFS changes from ${version.before} to ${version.after}, and rights are compared as ${version.after} understands them`
    : '';
  if (gaining + losing === 0) return `nobody gains or loses access${note}`;
  const parts = [
    ...(gaining > 0 ? [`${gaining} ${gaining === 1 ? 'gains' : 'gain'} access`] : []),
    ...(losing > 0 ? [`${losing} ${losing === 1 ? 'loses' : 'lose'} access`] : []),
  ];
  return `${parts.join(', ')}${note}`;
}
