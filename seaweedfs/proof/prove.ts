import { forEachConcurrently } from '../../provisioning/concurrency.js';
import { ask, NO_ANSWER } from './client.js';
import { MEANINGS } from './meanings.js';
import type { FleetFinding, FleetProof, NotProbed, Observation, Place, Probe, ProbeContext } from './model.js';
import { sendProbes } from './model.js';
import { closedProbes, stsProbes } from './probes/closed.js';
import { probeRoles } from './probes/roles.js';
import { probeForgedSessions, probeSharedSessions } from './probes/sessions.js';
import { probeProviders, staticKeyProbes } from './probes/static-keys.js';
import { probeTokens } from './probes/tokens.js';
import { probeTransport } from './probes/transport.js';

export type ProveOptions = Omit<ProbeContext, 'record' | 'skip'> & {
  /** Further probes, that need more than the fleet's addresses. @default - none */
  readonly extra?: readonly ((context: ProbeContext) => Promise<void>)[];
  readonly onProgress?: (requests: number, findings: number) => void;
  /** Ends the proof after the request that is under way; what it has written or stopped is put right. */
  readonly signal?: AbortSignal;
};

/** Places that are probed at a time; within one, requests follow one another. */
const CONCURRENCY = 4;

/**
 * Probes a running fleet, each gateway and the balancer. Everything that it writes has names of its own and is removed.
 * Health checks are not asked: they say 200 in every state.
 */
export async function proveFleet({ extra = [], onProgress, signal, ...input }: ProveOptions): Promise<FleetProof> {
  const log = observationLog(onProgress, signal);
  const context: ProbeContext = { ...input, record: log.record, skip: log.skip };
  const { places } = context;
  const atPlace = async (place: Place) => {
    await sendProbes(context, place, loadedProbes(context, place));
    await probeForgedSessions(context, place);
    await probeTokens(context, place);
  };
  await forEachConcurrently(places, CONCURRENCY, atPlace);
  await probeSharedSessions(context);
  await probeRoles(context);
  await probeTransport(context);
  for (const probe of extra) await probe(context);
  return {
    fleet: context.manifest.fleet,
    standIn: await isStandIn(places),
    gateways: context.manifest.gateways.length,
    repeats: context.repeats,
    ...log.result(),
  };
}

/** The part of the proof that is quick and needs no token: what each place has loaded. */
export async function observeFleet({
  extra = [],
  onProgress,
  signal,
  ...input
}: ProveOptions): Promise<Pick<FleetProof, 'findings' | 'notProbed'>> {
  const log = observationLog(onProgress, signal);
  const context: ProbeContext = { ...input, record: log.record, skip: log.skip };
  await forEachConcurrently(context.places, CONCURRENCY, async (place) => {
    await sendProbes(context, place, loadedProbes(context, place));
  });
  await probeSharedSessions(context);
  for (const probe of extra) await probe(context);
  return log.result();
}

function loadedProbes(context: ProbeContext, place: Place): readonly Probe[] {
  return [
    ...closedProbes(context, place),
    ...stsProbes(context, place),
    () => probeProviders(context, place),
    ...staticKeyProbes(context, place),
  ];
}

async function isStandIn(places: readonly Place[]): Promise<boolean> {
  const answers = await Promise.all(
    places.map(({ wire }) => ask(wire, { method: 'GET', path: '/healthz' }, 'anonymous')),
  );
  return answers.some(({ standIn }) => standIn);
}

/** Collects observations; equal ones that failed become one finding. */
function observationLog(onProgress: ProveOptions['onProgress'], signal: AbortSignal | undefined) {
  const groups = new Map<
    string,
    { first: Observation; failed: Observation | undefined; times: number; tries: number }
  >();
  const notProbed = new Map<string, NotProbed>();
  let total = 0;
  let asExpected = 0;
  return {
    record(given: Observation): void {
      signal?.throwIfAborted();
      const unanswered = !given.ok && given.got.startsWith(NO_ANSWER);
      const observation: Observation = unanswered ? { ...given, probe: 'unreachable' } : given;
      total += 1;
      if (observation.ok) asExpected += 1;
      const key = [observation.probe, observation.place, observation.request].join('\0');
      const group = groups.get(key) ?? { first: observation, failed: undefined, times: 0, tries: 0 };
      group.tries += 1;
      if (!observation.ok) {
        group.failed ??= observation;
        group.times += 1;
      }
      groups.set(key, group);
      onProgress?.(total, total - asExpected);
    },
    skip(what: string, reason: string): void {
      notProbed.set(what, { what, reason });
    },
    result() {
      const findings = [...groups.values()].flatMap(({ failed, times, tries }): FleetFinding[] => {
        if (failed === undefined) return [];
        const { ok: _, ...observation } = failed;
        return [{ ...observation, times, tries, ...MEANINGS[observation.probe] }];
      });
      return { probes: { total, asExpected }, findings, notProbed: [...notProbed.values()] };
    },
  };
}
