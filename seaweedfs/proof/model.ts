import type { Credentials, Wire } from '../../provisioning/wire.js';
import type { FleetManifest } from '../manifest/index.js';
import type { ProbeName } from './meanings.js';
import type { Repeats } from './repeats.js';
import type { TokenSource } from './tokens.js';

/** Where requests go: one gateway, or the balancer. */
export interface Place {
  /** Name of the gateway, or `balancer`. */
  readonly name: string;
  readonly kind: 'gateway' | 'balancer';
  readonly wire: Wire;
}

/** One request with its answer. */
export interface Observation {
  readonly probe: ProbeName;
  readonly place: string;
  /** The request, for people: `anonymous GET /`. */
  readonly request: string;
  readonly expected: string;
  /** Status and error code, or why there was no answer. */
  readonly got: string;
  readonly ok: boolean;
}

/** Something that the fleet does and should not, or the other way round. */
export interface FleetFinding {
  readonly probe: ProbeName;
  readonly place: string;
  readonly request: string;
  readonly expected: string;
  readonly got: string;
  /** How many of `tries` identical requests were answered so. */
  readonly times: number;
  readonly tries: number;
  readonly meaning: string;
  readonly wayOut: string;
}

export interface NotProbed {
  readonly what: string;
  readonly reason: string;
}

export interface FleetProof {
  readonly fleet: string;
  /** The answers came from a stand-in, not from SeaweedFS. */
  readonly standIn: boolean;
  readonly gateways: number;
  readonly repeats: Repeats;
  readonly probes: { readonly total: number; readonly asExpected: number };
  readonly findings: readonly FleetFinding[];
  readonly notProbed: readonly NotProbed[];
}

/** What every group of probes works with. */
export interface ProbeContext {
  readonly manifest: FleetManifest;
  readonly places: readonly Place[];
  readonly repeats: Repeats;
  /** Of `manifest.probeIdentity`. */
  readonly admin: Credentials;
  /** Keys of static identities by name, as far as the secret store has them. */
  readonly identities: ReadonlyMap<string, Credentials>;
  readonly tokens: TokenSource | undefined;
  /** Milliseconds that a session lives which asks for no duration. */
  readonly tokenDurationMs: number | undefined;
  record(observation: Observation): void;
  skip(what: string, reason: string): void;
}

/** One request whose answer is recorded. */
export type Probe = () => Promise<void>;

/**
 * Sends probes: to a gateway once each, through the balancer as often as `repeats` says and in random order. In a fixed
 * order a round robin could send the same request to the same gateway each time.
 */
export async function sendProbes(
  context: Pick<ProbeContext, 'repeats'>,
  place: Place,
  probes: readonly Probe[],
): Promise<void> {
  const all = Array.from({ length: timesAt(context, place) }, () => probes).flat();
  for (const probe of place.kind === 'balancer' ? shuffled(all) : all) await probe();
}

function shuffled<T>(items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** How often to ask one place the same. */
export function timesAt({ repeats }: Pick<ProbeContext, 'repeats'>, place: Place): number {
  return place.kind === 'balancer' ? repeats.balancer : 1;
}
