import { forEachConcurrently } from '../concurrency.js';
import type { Wire } from '../wire.js';
import type { NotProbed, PlannedProbe, ProbeResult } from './model.js';
import type { VerifyProfile } from './profile.js';
import { sendProbe } from './send-probe.js';

export interface RunOptions {
  readonly wire: Wire;
  readonly profile: VerifyProfile;
  /** Sequences at a time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
  readonly onResult: (result: ProbeResult) => void;
}

/** So many answers in a row that never came mean that the server is gone, and asking on only takes time. */
const GIVE_UP_AFTER = 50;

/**
 * Makes all probes, sequences side by side, and hands over each result. Stops early when the signal aborts or the server is
 * gone; says then what was left out.
 */
export async function runProbes(
  sequences: readonly (readonly PlannedProbe[])[],
  { wire, profile, concurrency, signal, onResult }: RunOptions,
): Promise<readonly NotProbed[]> {
  let silent = 0;
  let left = 0;
  let lastError = '';
  // The long ones first, so that none of them is waited for alone at the end.
  const ordered = [...sequences].sort((a, b) => b.length - a.length);
  await forEachConcurrently(ordered, concurrency, async (sequence) => {
    const results: ProbeResult[] = [];
    for (const probe of sequence) {
      if (signal?.aborted) return;
      if (silent >= GIVE_UP_AFTER) {
        left += 1;
        continue;
      }
      const result = await sendProbe(wire, probe, results, profile);
      silent = result.status === 0 ? silent + 1 : 0;
      if (result.status === 0) lastError = result.answer;
      results.push(result);
      onResult(result);
    }
  });
  return left === 0 ? [] : [{ what: `${left} probes`, reason: `the server stopped answering: ${lastError}` }];
}
