import { StateLimit } from './budget.js';
import { differences } from './differences.js';
import type { Proof, ProveOptions, Subject } from './model.js';

/**
 * Does `a` allow anything that `b` does not? `proved`: no request that `evaluate` can be asked about, with actions on
 * resources of their level. A counterexample is confirmed by `evaluate` on both sides. `unknown` says why; it is never a
 * weak `proved`.
 */
export function proveContained(a: Subject, b: Subject, options: ProveOptions = {}): Proof {
  let unknown: string | undefined;
  try {
    for (const { counterexample, unknown: reason } of differences(a, b, options)) {
      if (counterexample) return { result: 'counterexample', counterexample };
      unknown ??= reason;
    }
  } catch (error) {
    if (!(error instanceof StateLimit)) throw error;
    return { result: 'unknown', reason: error.message };
  }
  return unknown === undefined ? { result: 'proved' } : { result: 'unknown', reason: unknown };
}
