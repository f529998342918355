import {
  type BucketNotification,
  eventTargetArn,
  type Manifest,
  type ManifestEventTarget,
} from '../../manifest/index.js';

/** Below this lie the objects that the proof of deliveries writes, after the prefix of the notification. */
export const EVENT_PROBE = '.cdktf-rustfs-event-probe/';

/** One object that is written, with what the target has to get. */
export interface DeliveryProbe {
  readonly bucket: string;
  readonly key: string;
  /** Starts of operations that have to arrive: `created`, `removed`. */
  readonly expected: readonly ('created' | 'removed')[];
  /** Is deleted by the probe, because a removal is expected. */
  readonly remove: boolean;
  /** In words, such as `notification n of bucket web`. */
  readonly what: string;
}

interface Sender {
  readonly bucket: string;
  readonly rules: readonly BucketNotification[];
}

const matches = (pattern: string, event: string) =>
  pattern.endsWith('*') ? event.startsWith(pattern.slice(0, -1)) : pattern === event;

function covers({ prefix = '', suffix = '', events }: BucketNotification, key: string, event: string): boolean {
  return key.startsWith(prefix) && key.endsWith(suffix) && events.some((pattern) => matches(pattern, event));
}

const PUT = 's3:ObjectCreated:Put';
/** What deleting makes, with and without versioning. */
const REMOVALS = ['s3:ObjectRemoved:Delete', 's3:ObjectRemoved:DeleteMarkerCreated'];

/** A key that the rule does not cover, but nearly: with its suffix and without its prefix, or the other way round. */
function outsideKey({ prefix = '', suffix = '' }: BucketNotification, run: string): string {
  return prefix === '' ? `${EVENT_PROBE}${run}-outside` : `${EVENT_PROBE}${run}-outside${suffix}`;
}

const namesBucket = ({ bucket }: Sender, name: string) => `notification ${name} of bucket ${bucket}`;

/** What the rules of one bucket have to send, and must not. */
function probesOf(sender: Sender, versioned: boolean, run: string): DeliveryProbe[] {
  const { bucket, rules } = sender;
  const removal = versioned ? REMOVALS[1] : REMOVALS[0];
  const sends = (key: string) => ({
    created: rules.some((rule) => covers(rule, key, PUT)),
    removed: rules.some((rule) => covers(rule, key, removal ?? '')),
  });
  const probe = (key: string, what: string): DeliveryProbe => {
    const { created, removed } = sends(key);
    const expected = [...(created ? (['created'] as const) : []), ...(removed ? (['removed'] as const) : [])];
    return { bucket, key, expected, remove: removed, what };
  };
  const outside = rules
    .filter(({ prefix, suffix }) => prefix || suffix)
    .map((rule) => probe(outsideKey(rule, run), `an object outside ${namesBucket(sender, rule.id)}`))
    .filter(({ expected }) => expected.length === 0);
  const inside = rules.map((rule, index) =>
    probe(`${rule.prefix ?? ''}${EVENT_PROBE}${run}-${index}${rule.suffix ?? ''}`, namesBucket(sender, rule.id)),
  );
  // What must not arrive goes first: when what was written later has arrived, it would have, too.
  return [...outside, ...inside];
}

export interface DeliveryPlan {
  readonly probes: readonly DeliveryProbe[];
  readonly notChecked: readonly { readonly what: string; readonly reason: string }[];
}

/** Everything to write for one target: in each bucket that sends to it, and in one that does not. */
export function planDeliveries({ buckets, server }: Manifest, target: ManifestEventTarget, run: string): DeliveryPlan {
  const arn = eventTargetArn(server.region, target);
  const probes: DeliveryProbe[] = [];
  const notChecked: { what: string; reason: string }[] = [];
  const silent = buckets.find(({ notifications = [], objectLock }) => notifications.length === 0 && !objectLock);
  if (silent)
    probes.push({
      bucket: silent.name,
      key: `${EVENT_PROBE}${run}-silent`,
      expected: [],
      remove: false,
      what: `an object in bucket ${silent.name}, which sends no events`,
    });
  const senders: DeliveryProbe[] = [];
  for (const { name: bucket, notifications = [], versioning, objectLock } of buckets) {
    const rules = notifications.filter(({ targetArn }) => targetArn === arn);
    if (rules.length === 0) continue;
    if (objectLock?.defaultRetention) {
      const reason = 'its default retention would keep the objects that are written for it';
      notChecked.push({ what: `events of bucket ${bucket}`, reason });
      continue;
    }
    const found = probesOf({ bucket, rules }, versioning !== undefined, run);
    for (const { id, events } of rules)
      if (![PUT, ...REMOVALS].some((event) => events.some((pattern) => matches(pattern, event))))
        notChecked.push({
          what: namesBucket({ bucket, rules }, id),
          reason: `it sends ${events.join(', ')}, of which writing and deleting an object makes none`,
        });
    senders.push(...found);
  }
  const order = (probe: DeliveryProbe) => (probe.expected.length > 0 ? 1 : 0);
  return { probes: [...probes, ...senders.sort((a, b) => order(a) - order(b))], notChecked };
}
