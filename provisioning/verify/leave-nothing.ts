import { forEachConcurrently } from '../concurrency.js';
import type { Session } from '../session.js';
import { asCurl } from '../wire.js';
import { abortUpload, sweep } from './cleanup.js';
import type { Finding, ProbeResult } from './model.js';
import type { RunPlan } from './plan-probes.js';
import { rootFinding } from './result.js';

/** Uploads that were created and not seen to be aborted. */
function openUploads(results: readonly ProbeResult[]): readonly ProbeResult[] {
  const aborted = new Set(results.filter(({ status }) => status === 204).map(({ request }) => request.query?.uploadId));
  return results.filter(({ uploadId }) => uploadId !== undefined && !aborted.has(uploadId));
}

/**
 * Removes everything that this run or an earlier one left behind, as root, because the keys under test may not be allowed to.
 * Never throws: what could not be removed is a finding, one for each reason.
 */
export async function leaveNothing(
  session: Session,
  plan: RunPlan,
  results: readonly ProbeResult[],
  concurrency: number,
): Promise<readonly Finding[]> {
  const failures = new Map<string, string[]>();
  const uploads = openUploads(results);
  await forEachConcurrently(plan.buckets, concurrency, async ({ name, quotaBytes }) => {
    try {
      for (const { probe, request, uploadId } of uploads) {
        if (probe.bucket === name && uploadId !== undefined) await abortUpload(session, request.path, uploadId);
      }
      for (const prefix of plan.swept.get(name) ?? []) await sweep(session, name, prefix, quotaBytes !== undefined);
    } catch (error) {
      const reason = (error as Error).message.replaceAll(`/${name}`, '/<bucket>');
      failures.set(reason, [...(failures.get(reason) ?? []), name]);
    }
  });
  return [...failures].map(([reason, buckets]) => {
    const names = buckets.sort();
    const request = { method: 'GET', path: `/${names[0]}`, query: { versions: '' } };
    const message = `root: removing the probe objects from ${names.join(', ')} failed: ${reason}`;
    return rootFinding('error', 'remove the probe objects', message, reason, asCurl(request, session.wire.endpoint));
  });
}
