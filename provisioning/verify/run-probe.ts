import { errorCode } from '../client/response.js';
import type { Wire } from '../wire.js';
import type { Probe, ProbeResult } from './model.js';

/** The credential itself did not work: for a probe with the right secret that proves nothing about its rights. */
const UNAUTHENTICATED = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'RequestTimeTooSkewed']);

function isWrongSecret({ who }: Probe): boolean {
  return who.endsWith(' with a wrong secret');
}

/** Sends one probe and says whether the server allowed it. Only a clear refusal counts as refused. */
export async function runProbe(wire: Wire, probe: Probe): Promise<ProbeResult> {
  let response: Awaited<ReturnType<Wire['send']>>;
  try {
    const retry = !probe.authorizedCodes.includes('ServiceUnavailable');
    response = await wire.send(probe.request, probe.credentials, { retry });
  } catch (error) {
    return { probe, observed: 'error', answer: (error as Error).message };
  }
  const code = errorCode(response);
  const answer = `${response.status} ${code}`.trim();
  if (response.status >= 200 && response.status < 300) {
    return { probe, observed: probe.judge?.(response.body.toString('utf8')) ?? 'allowed', answer };
  }
  if (probe.authorizedCodes.includes(code)) return { probe, observed: 'allowed', answer };
  if (response.status === 403 && (!UNAUTHENTICATED.has(code) || isWrongSecret(probe)))
    return { probe, observed: 'refused', answer };
  if (response.status === 403)
    return { probe, observed: 'refused', answer: `${answer}: the server does not accept the key` };
  return { probe, observed: 'error', answer };
}
