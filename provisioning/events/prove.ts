import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventTargetArn, eventTargetName, type ManifestEventTarget } from '../../manifest/index.js';
import { isLoopback } from '../../policies/index.js';
import { createEventTargetClient } from '../client/event-targets.js';
import type { Session } from '../session.js';
import { sweep } from '../verify/cleanup.js';
import { encodeKey } from '../wire.js';
import { type DeliveryProbe, EVENT_PROBE, planDeliveries } from './plan-deliveries.js';
import { targetSecrets } from './secrets.js';
import { type EventStream, openEventStream, type ReceivedEvent } from './stream.js';

/** `security`: an event came that must not. `access`: one did not come, or its target is offline. `error`: nothing was learned. */
export interface EventFinding {
  readonly severity: 'security' | 'access' | 'error';
  readonly target: string;
  readonly message: string;
}

/** What `verify` found out about events. */
export interface EventProof {
  readonly targets: readonly { readonly name: string; readonly online: boolean; readonly reason?: string }[];
  /** Events that arrived as declared. */
  readonly delivered: number;
  /** Objects whose event must not come, and did not. */
  readonly withheld: number;
  readonly findings: readonly EventFinding[];
  readonly notChecked: readonly { readonly what: string; readonly reason: string }[];
  readonly emulated: boolean;
}

export interface ProveEventsOptions {
  /** How long an event may take, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** What it is at, in words. */
  readonly onProgress?: (text: string) => void;
}

/** RustFS sends events of one target side by side, so one that must not come gets this much longer than those that must. */
const GRACE_MS = 500;
/** Other nodes of a cluster know of a new notification only after some 2 s (seen on RustFS 1.0.1): a write that made no event by then is repeated. */
const AGAIN_MS = 5_000;

interface Findings {
  readonly findings: EventFinding[];
  readonly notChecked: { what: string; reason: string }[];
  delivered: number;
  withheld: number;
}

async function targetStates({ wire, root }: Session, targets: readonly ManifestEventTarget[]) {
  const client = createEventTargetClient(wire, root);
  const lists = new Map<string, Awaited<ReturnType<typeof client.list>> | string>();
  for (const purpose of new Set(targets.map((target) => target.purpose)))
    lists.set(purpose, await client.list(purpose).catch((error: Error) => error.message));
  return targets.map((target) => {
    const name = eventTargetName(target);
    const list = lists.get(target.purpose) ?? [];
    if (typeof list === 'string') return { name, online: false, reason: list };
    const found = list.find(({ account_id, service }) => account_id === target.id && service === target.type);
    if (found?.status === 'online') return { name, online: true };
    return {
      name,
      online: false,
      reason: found ? (found.health_reason ?? found.status) : 'the server does not list it',
    };
  });
}

/** Where what a target received can be read. */
function eventsUrlOf({ settings, eventsUrl }: ManifestEventTarget): string | undefined {
  if (eventsUrl !== undefined) return eventsUrl;
  const { origin, hostname } = new URL(settings.endpoint ?? '');
  return isLoopback(hostname) ? `${origin}/events` : undefined;
}

async function openTarget({ store }: Session, target: ManifestEventTarget): Promise<EventStream | string> {
  if (target.type !== 'webhook') return 'verify reads what webhooks receive, and no other kind of target';
  const url = eventsUrlOf(target);
  if (url === undefined)
    return 'it has no eventsUrl, and its endpoint is not on this machine; declare the eventsUrl of its receiver';
  const token = await targetSecrets(target, store).catch((error: Error) => error);
  if (token instanceof Error) return token.message;
  const stream = await openEventStream(url, token.auth_token);
  if (typeof stream !== 'string') return stream;
  return `${stream}; a receiver is the reference gateway, or cdktf-rustfs events receive`;
}

const isOf = ({ bucket, key }: DeliveryProbe) => {
  return (event: ReceivedEvent) => event.bucket === bucket && event.key === key;
};

function hasArrived(probe: DeliveryProbe, operation: string, events: readonly ReceivedEvent[]): boolean {
  return events.filter(isOf(probe)).some((event) => event.operation.startsWith(`${operation}.`));
}

/** Writes the object of a probe. @returns why it was not stored, if so */
async function write(
  { wire, root, manifest }: Session,
  { bucket, key, remove }: DeliveryProbe,
): Promise<string | undefined> {
  const path = `/${bucket}/${encodeKey(key)}`;
  const counted = manifest.buckets.find(({ name }) => name === bucket)?.quotaBytes !== undefined;
  const { status } = await wire.send({ method: 'PUT', path, body: 'event probe' }, root, { retry: !counted });
  if (status === 503 && counted)
    return 'RustFS has not counted yet how much of its quota the bucket uses, and answers 503 until then';
  if (status !== 200) return `writing its object was answered with HTTP ${status}`;
  if (!remove) return undefined;
  const deleted = await wire.send({ method: 'DELETE', path }, root);
  return deleted.status === 204 ? undefined : `deleting its object was answered with HTTP ${deleted.status}`;
}

async function proveTarget(
  session: Session,
  target: ManifestEventTarget,
  stream: EventStream,
  result: Findings,
  { timeoutMs = 30_000, signal, onProgress }: ProveEventsOptions,
): Promise<void> {
  const name = eventTargetName(target);
  const plan = planDeliveries(session.manifest, target, randomBytes(6).toString('hex'));
  result.notChecked.push(...plan.notChecked);
  const written: DeliveryProbe[] = [];
  try {
    for (const probe of plan.probes) {
      signal?.throwIfAborted();
      const refused = await write(session, probe);
      if (refused === undefined) written.push(probe);
      else result.notChecked.push({ what: probe.what, reason: refused });
    }
    const expected = written.flatMap((probe) => probe.expected.map((operation) => ({ probe, operation })));
    const missing = () => expected.filter(({ probe, operation }) => !hasArrived(probe, operation, stream.events));
    onProgress?.(`waiting for ${expected.length} events at ${name}`);
    const settled = () => missing().length === 0 || signal?.aborted === true;
    await stream.until(settled, Math.min(AGAIN_MS, timeoutMs));
    const left = timeoutMs - AGAIN_MS;
    if (left > 0 && !settled()) {
      for (const probe of new Set(missing().map(({ probe }) => probe))) await write(session, probe);
      await stream.until(settled, left);
    }
    signal?.throwIfAborted();
    await sleep(GRACE_MS);
    for (const { probe, operation } of missing())
      result.findings.push({
        severity: 'access',
        target: name,
        message: `${name} got no "${operation}" event of ${probe.what} within ${timeoutMs / 1000} s, although it is online: look at the server's log for its answers, such as 401 for a token that differs`,
      });
    result.delivered += expected.length - missing().length;
    for (const probe of written) {
      const wrong = stream.events
        .filter(isOf(probe))
        .find(({ operation }) => !probe.expected.some((wanted) => operation.startsWith(`${wanted}.`)));
      if (wrong === undefined) {
        if (probe.expected.length === 0) result.withheld += 1;
        continue;
      }
      result.findings.push({
        severity: 'security',
        target: name,
        message: `${name} got "${wrong.operation}" of ${probe.what}, which nobody declared: look for notifications that plan shows as different or unmanaged`,
      });
    }
  } finally {
    stream.close();
    for (const { bucket, prefix } of probePlaces(plan.probes)) {
      await sweep(session, bucket, prefix, false).catch((error: Error) =>
        result.findings.push({
          severity: 'error',
          target: name,
          message: `removing the probe objects from ${bucket} failed: ${error.message}`,
        }),
      );
    }
  }
}

/** Where probes of any run may have left objects. */
function probePlaces(probes: readonly DeliveryProbe[]) {
  const places = probes.map(({ bucket, key }) => ({
    bucket,
    prefix: key.slice(0, key.indexOf(EVENT_PROBE) + EVENT_PROBE.length),
  }));
  return [...new Map(places.map((place) => [`${place.bucket}/${place.prefix}`, place])).values()];
}

/**
 * Proves events as far as they can be seen: every declared target is online; for a webhook whose receiver can be read, an object in each
 * notification makes its event, and objects outside make none. What cannot be checked is said, with the reason. Objects are removed.
 *
 * @returns undefined if the manifest declares no event target
 * @throws the reason of `signal`
 */
export async function proveEvents(session: Session, options: ProveEventsOptions = {}): Promise<EventProof | undefined> {
  const { eventTargets, buckets, server } = session.manifest;
  if (eventTargets === undefined) return undefined;
  const states = await targetStates(session, eventTargets);
  const result: Findings = { findings: [], notChecked: [], delivered: 0, withheld: 0 };
  for (const [index, target] of eventTargets.entries()) {
    options.signal?.throwIfAborted();
    const { name = '', online, reason } = states[index] ?? {};
    if (!online) {
      const message = `${name} is not online (${reason}), so events do not arrive: start its receiver, and see that the server reaches it`;
      result.findings.push({ severity: 'access', target: name, message });
      continue;
    }
    const skip = (why: string) => result.notChecked.push({ what: `delivery to ${name}`, reason: why });
    if (target.purpose === 'audit') {
      skip('the server says that it is online; records of requests are not read');
      continue;
    }
    const arn = eventTargetArn(server.region, target);
    if (!buckets.some(({ notifications = [] }) => notifications.some(({ targetArn }) => targetArn === arn))) {
      skip('no bucket sends events to it');
      continue;
    }
    const stream = await openTarget(session, target);
    if (typeof stream === 'string') skip(`the server says that it is online, but ${stream}`);
    else await proveTarget(session, target, stream, result, options);
  }
  return { targets: states, ...result, emulated: session.server.emulated };
}
