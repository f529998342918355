import type { Session } from '../session.js';
import { type Explanation, explain, observedIdentity } from './explain.js';
import type { Outcome, ProbeResult } from './model.js';
import type { RunPlan } from './plan-probes.js';
import { severityOfResult } from './result.js';

const UNREADABLE: Explanation = { cause: 'unknown', why: 'what the server holds could not be read' };

/** What the server must have thought for its answer; undefined when the answer says nothing about rights. */
function answered({ observed, needs }: ProbeResult): Outcome | undefined {
  if (observed === 'allowed' || observed === 'leak') return 'allowed';
  // Broken without anything that was missing: the bucket is not there.
  return observed === 'refused' || (observed === 'broken' && needs) ? 'refused' : undefined;
}

/** Reads what the server holds, but only if an answer has to be explained, and says for each result why it was answered so. */
export async function explainResults(
  session: Session,
  plan: RunPlan,
  results: readonly ProbeResult[],
): Promise<(result: ProbeResult) => Explanation | undefined> {
  const { manifest, root, store } = session;
  const contradictory = results.filter((result) => {
    const severity = severityOfResult(result);
    return severity !== undefined && severity !== 'error';
  });
  if (contradictory.length === 0) return () => undefined;
  const state = await session.plan().catch(() => undefined);
  const subjects = new Map(plan.assignments.map(({ subject }) => [subject.who, subject]));

  return (result) => {
    const { probe, observed } = result;
    const subject = subjects.get(probe.who);
    if (!contradictory.includes(result) || !subject) return undefined;
    if (!state) return UNREADABLE;
    const { credentials, accessKey, rights } = subject;
    // What a session was given is not among what the server lists.
    if (rights.principal.kind === 'session') return undefined;
    const identity =
      credentials === 'anonymous'
        ? undefined
        : observedIdentity(state.estate, root.accessKeyId, credentials.accessKeyId, accessKey ?? '');
    if (observed === 'barred') {
      const why = /SignatureDoesNotMatch/.test(result.answer)
        ? `the secret in ${store.description} is not the one that the server has`
        : identity?.powerless;
      return why ? { cause: 'drift', why } : undefined;
    }
    const outcome = answered(result);
    return outcome && explain(manifest, state.estate, identity, result.needs ?? probe.needs, outcome);
  };
}
