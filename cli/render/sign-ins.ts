import type { SignIn } from '../../provisioning/index.js';
import type { ProbedRequest } from '../../report/index.js';
import { colors as pc } from './color.js';

/** What was tried with one session; contains no credentials. */
interface SignInCount extends Pick<SignIn, 'name' | 'by'> {
  readonly probes: {
    readonly total: number;
    /** Allowed, as predicted. */
    readonly allowed: number;
    /** Refused, as predicted. */
    readonly refused: number;
  };
}

export function countSignIns(signIns: readonly SignIn[], results: readonly ProbedRequest[]): readonly SignInCount[] {
  return signIns.map(({ who, name, by }) => {
    const own = results.filter(({ probe }) => probe.accessKey === who);
    const asPredicted = own.filter(({ contradicts }) => contradicts === undefined);
    const allowed = asPredicted.filter(({ probe }) => probe.predicted === 'allowed').length;
    return { name, by, probes: { total: own.length, allowed, refused: asPredicted.length - allowed } };
  });
}

export function renderSignIn({ name, by, probes: { total, allowed, refused } }: SignInCount): string {
  const text = `signed in by ${by} as ${name}: ${total} probes: ${allowed} allowed and ${refused} refused as predicted`;
  return allowed + refused === total && total > 0 ? pc.green(text) : pc.red(text);
}
