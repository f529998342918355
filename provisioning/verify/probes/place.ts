import { globMatches, toBytes } from '../../../policies/index.js';
import type { Rights } from '../rights.js';

/** Everything that probes write has this in its key, below the place where it is tried, and is removed afterwards. */
export const PROBE_PREFIX = '.cdktf-rustfs-probe/';

/** Where in a bucket a credential is tried: policies may allow only keys that begin or end with something. */
export interface Place {
  /** Ends in a slash, or is empty, or is what the policy's pattern begins with. */
  readonly base: string;
  readonly suffix: string;
}

export const ROOT_PLACE: Place = { base: '', suffix: '' };

/** Below this, everything in the bucket is ours. */
export function sweepPrefix({ base }: Place): string {
  return base + PROBE_PREFIX;
}

/** Key of a probe object. `run` is random, so that runs do not meet. */
export function probeKey({ base, suffix }: Place, run: string, name: string): string {
  return `${base}${PROBE_PREFIX}${run}/${name}${suffix}`;
}

/**
 * The places of a bucket that an identity's policies speak of: the whole bucket first, then what comes before and after the
 * wildcard of each pattern, such as `home/` of `home/*`.
 */
export function placesOf({ resources }: Rights, bucket: string): readonly Place[] {
  const places = new Map<string, Place>([['\0', ROOT_PLACE]]);
  for (const resource of resources) {
    const slash = resource.indexOf('/');
    if (slash < 0 || !globMatches(toBytes(resource.slice(0, slash)), toBytes(bucket))) continue;
    const pattern = resource.slice(slash + 1);
    const star = pattern.indexOf('*');
    const base = pattern.slice(0, star);
    // Without a star there is one key or a few, and they may be somebody's data.
    if (star < 0 || /[?$]/.test(base)) continue;
    const suffix = pattern
      .slice(star + 1)
      .replaceAll('*', '')
      .replaceAll('?', 'x');
    places.set(`${base}\0${suffix}`, { base, suffix });
  }
  return [...places.values()];
}
