/** How often identical requests are sent, and why that is enough. */
export interface Repeats {
  /** Wanted probability of meeting a fault that is there. */
  readonly confidence: number;
  /** Through the balancer: finds one odd gateway among the declared ones and one that nobody declared. */
  readonly balancer: number;
  /** Assumptions of a role per gateway: finds a provider that is drawn per request. */
  readonly assume: number;
}

/** Two providers with one issuer: of 20 identical calls at least 2 were refused (recorded: duplicate-issuer.trust). */
const DRAWN_REFUSALS = 2 / 20;

/** Requests after which a fault that each shows with probability `share` was seen with probability `confidence`. */
export function triesFor(share: number, confidence: number): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(1 - share));
}

export function repeatsFor(gateways: number, confidence: number): Repeats {
  return {
    confidence,
    balancer: triesFor(1 / (gateways + 1), confidence),
    assume: triesFor(DRAWN_REFUSALS, confidence),
  };
}
