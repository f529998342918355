import { setTimeout as sleep } from 'node:timers/promises';
import type { Wire, WireRequest, WireResponse } from '../wire.js';
import { classify } from './classify.js';
import type { PlannedProbe, ProbeResult } from './model.js';
import type { VerifyProfile } from './profile.js';

const UPLOAD_ID = /<UploadId>([^<]+)<\/UploadId>/;
const BROKEN_CONNECTION = new Set(['ECONNRESET', 'EPIPE']);
const OVERLOADED = new Set([502, 503, 504]);
/** Pauses before the second and the third try, in milliseconds. */
const PAUSES_MS = [200, 1000];

/**
 * A probe's first answer counts, unless it says nothing and another one may: a broken connection, or 502, 503 and 504. Some
 * 503 do say something, so the wire's own repetition is not used.
 */
async function send(
  wire: Wire,
  probe: PlannedProbe,
  request: WireRequest,
  profile: VerifyProfile,
): Promise<WireResponse> {
  for (const pause of PAUSES_MS) {
    const answer = await wire
      .send(request, probe.credentials, { retry: false })
      .catch((error: NodeJS.ErrnoException) => error);
    if (!(answer instanceof Error)) {
      if (!OVERLOADED.has(answer.status) || classify(probe, answer, profile).observed !== 'error') return answer;
    } else if (!BROKEN_CONNECTION.has(answer.code ?? '')) {
      throw answer;
    }
    await sleep(pause);
  }
  return wire.send(request, probe.credentials, { retry: false });
}

/** Makes one probe and says what its answer means. Never throws. */
export async function sendProbe(
  wire: Wire,
  planned: PlannedProbe,
  earlier: readonly ProbeResult[],
  profile: VerifyProfile,
): Promise<ProbeResult> {
  const { credentials: _, prepare, judge: __, ...probe } = planned;
  const request = prepare?.(earlier) ?? probe.request;
  try {
    const response = await send(wire, planned, request, profile);
    const { observed, detail, needs } = classify(planned, response, profile);
    const uploadId = UPLOAD_ID.exec(response.body.toString('utf8', 0, 4096))?.[1];
    return {
      probe,
      request,
      observed,
      answer: detail ?? '',
      status: response.status,
      ...(needs ? { needs } : {}),
      ...(request.query?.uploads === '' && request.method === 'POST' && uploadId ? { uploadId } : {}),
    };
  } catch (error) {
    return { probe, request, observed: 'error', answer: (error as Error).message, status: 0 };
  }
}
