import { proveContained } from './contained.js';
import type { Proof, ProveOptions, Subject } from './model.js';
import { withoutBuckets } from './nothing.js';

/** Somebody with buckets of their own. */
export interface Tenant {
  readonly name: string;
  readonly subject: Subject;
  readonly buckets: readonly string[];
  /** Buckets of others that it was granted; nothing is proved about them. @default - none */
  readonly granted?: readonly string[];
}

/** Whether `from` can do anything on a bucket of `to` that it was not granted. */
export interface IsolationProof {
  readonly from: string;
  readonly to: string;
  readonly proof: Proof;
}

/**
 * No tenant reaches a bucket of another: one proof for each ordered pair. A tenant that reaches nothing foreign, the common
 * case, takes a single proof.
 */
export function proveIsolation(
  tenants: readonly Tenant[],
  options: Omit<ProveOptions, 'buckets'> = {},
): readonly IsolationProof[] {
  return tenants.flatMap((from): IsolationProof[] => {
    const others = tenants.filter((to) => to !== from);
    const foreign = (to: Tenant) => to.buckets.filter((bucket) => !from.granted?.includes(bucket));
    const reachesNone = (buckets: readonly string[]) =>
      proveContained(from.subject, withoutBuckets(from.subject, buckets), options);
    const whole = reachesNone(others.flatMap(foreign));
    return others.map((to) => ({
      from: from.name,
      to: to.name,
      proof: whole.result === 'proved' ? whole : reachesNone(foreign(to)),
    }));
  });
}
