import type { DeploymentProof } from './model.js';

const count = (number: number, one: string) => `${number} ${one}${number === 1 ? '' : 's'}`;

/** What was proved, in a few lines for people: totals first, then every exception with its reason. */
export function describeProof({
  isolation,
  buckets,
  account,
  public: open,
  exceptions,
  problems,
}: DeploymentProof): readonly string[] {
  const users = new Set(buckets.map(({ user }) => user)).size || account.length;
  const proofs = [...buckets, ...account, ...open];
  const proved = proofs.filter(({ result }) => result === 'proved').length;
  return [
    `proved: ${isolation.proved} of ${count(isolation.pairs, 'ordered pair')} of components isolated; ` +
      `${count(users, 'user')} can do nothing beyond what was declared (${proved} of ${count(proofs.length, 'proof')})`,
    ...exceptions.map(({ what, reason }) => `accepted: ${what}: ${reason}`),
    ...problems.map((problem) => `not proved: ${problem}`),
  ];
}
