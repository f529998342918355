import { ageOf, formatAge } from '../secrets/key-age.js';
import type { StoreEntry } from '../secrets/secret-store.js';

/** A rotation deletes a key that drains since an earlier one, but never one that applications had no time to leave. */
const SHORTEST_DRAIN_MS = 3_600_000;

export interface DueOptions {
  /** Only published keys of at least this age, in milliseconds. Keys of unknown age count as old. @default 0 */
  readonly olderThanMs?: number;
  /** Only delete keys that drain. @default false */
  readonly finish?: boolean;
}

/** What is to be done with an entry now; `unchanged` says why nothing is. */
export type Due = 'rotate' | 'finish' | { readonly unchanged: string };

/** Pure. A new key is published as soon as it is made and proven, so its age is also how long the old one has drained. */
export function dueOf({ current, next, previous }: StoreEntry, options: DueOptions, now: Date): Due {
  const { olderThanMs = 0, finish = false } = options;
  const age = ageOf(current, now);
  const isYoung = age !== undefined && age < olderThanMs;
  const published = age === undefined ? 'of unknown age' : `${formatAge(age)} old`;
  if (finish) {
    if (!previous) {
      return { unchanged: next ? 'a rotation was interrupted: run rotate to continue it' : 'no old key is draining' };
    }
    return isYoung ? { unchanged: `the old key drains for less than ${formatAge(olderThanMs)} yet` } : 'finish';
  }
  // Continued whatever its age: the rotation was due when it began.
  if (next) return 'rotate';
  if (previous && (isYoung || (age !== undefined && age < SHORTEST_DRAIN_MS))) {
    return { unchanged: `the key is ${published}, and the old one still drains: rotate --finish deletes it` };
  }
  return isYoung ? { unchanged: `the key is ${published}` } : 'rotate';
}
