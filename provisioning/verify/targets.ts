import type { ManifestBucket } from '../../manifest/index.js';
import { globMatches, type RustFsVersion, toBytes } from '../../policies/index.js';
import type { Verb } from './model.js';
import { operationNeeds, type Subject } from './probes/draft.js';
import { type Place, placesOf, probeKey, ROOT_PLACE, sweepPrefix } from './probes/place.js';

/** Up to this many buckets, every credential is tried on every bucket. */
export const ALL_PAIRS_UP_TO = 20;

/** One bucket that a credential is tried on. */
export interface Target {
  readonly bucket: ManifestBucket;
  /** The credential may do something there, or whether it may cannot be told. */
  readonly own: boolean;
  /** Where in the bucket it may; the whole bucket for buckets of others. */
  readonly place: Place;
  /** What the policies allow at that place. */
  readonly verbs: readonly Verb[];
}

const VERBS = { list: 'ListObjectsV2', get: 'GetObject', put: 'PutObject', delete: 'DeleteObject' } as const;

/** What is predicted for each verb at one place of a bucket. */
function outcomesAt(version: RustFsVersion, { rights, credentials }: Subject, bucket: string, place: Place) {
  const key = probeKey(place, 'run', 'object');
  const listing = { method: 'GET', path: '', query: { prefix: sweepPrefix(place), 'max-keys': '1' } };
  return (Object.keys(VERBS) as Verb[]).map((verb) => {
    const target = verb === 'list' ? { bucket } : { bucket, key };
    const request = verb === 'list' ? listing : { method: '', path: '' };
    const needs = operationNeeds(version, VERBS[verb], target, request, credentials !== 'anonymous');
    return { verb, outcome: rights.predict(needs) };
  });
}

/** How a bucket stands to a credential. A place where objects may be used comes before one that may only be listed. */
export function targetOf(version: RustFsVersion, subject: Subject, bucket: ManifestBucket): Target {
  const nothing = { bucket, own: false, place: ROOT_PLACE, verbs: [] };
  if (bucket.policy === undefined && !subject.rights.mayTouch(bucket.name)) return nothing;
  const candidates = placesOf(subject.rights, bucket.name).map((place) => ({
    place,
    // Also what cannot be predicted makes a place one's own: the probes there are then named as not tried.
    possible: outcomesAt(version, subject, bucket.name, place).filter(({ outcome }) => outcome !== 'refused'),
  }));
  const best =
    candidates.find(({ possible }) => possible.some(({ verb }) => verb !== 'list')) ??
    candidates.find(({ possible }) => possible.length > 0);
  if (!best) return nothing;
  const verbs = best.possible.filter(({ outcome }) => outcome === 'allowed').map(({ verb }) => verb);
  return { bucket, own: true, place: best.place, verbs };
}

/** Whether an identity's Allow statements speak of the bucket by name or pattern; `*` speaks of none in particular. */
function isNamed({ rights }: Subject, bucket: string): boolean {
  return rights.resources.some((resource) => {
    const [name = ''] = resource.split('/');
    return name !== '*' && globMatches(toBytes(name), toBytes(bucket));
  });
}

/**
 * Which of all targets are tried: all, or, in a large estate, the credential's own, those that its policies name although
 * nothing is allowed there, and the bucket of somebody else that comes next by name: it shares the longest prefix, and every
 * bucket is somebody's neighbour. The choice is the same in every run.
 */
export function chooseTargets(subject: Subject, targets: readonly Target[], all: boolean): readonly Target[] {
  if (all || targets.length <= ALL_PAIRS_UP_TO) return targets;
  const sorted = [...targets].sort((a, b) => (a.bucket.name < b.bucket.name ? -1 : 1));
  const last = sorted.findLastIndex(({ own }) => own);
  const neighbour = [...sorted.slice(last + 1), ...sorted.slice(0, last + 1)].find(({ own }) => !own);
  return sorted.filter((target) => target.own || target === neighbour || isNamed(subject, target.bucket.name));
}
