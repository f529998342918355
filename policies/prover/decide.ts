import { IAM_DENY_BEATS_BUCKET_ALLOW, OWNER_ALWAYS } from '../evaluate.js';
import type { KeyValues } from './condition-cells.js';
import { all, anyOf, type Kleene, MAYBE, NO, not, some, YES } from './kleene.js';
import type { Layer, ProverStatement, Side } from './side.js';

/** What is decided of a request so far: values of condition keys. A key that is not in it is undecided. */
export type Assignment = ReadonlyMap<string, KeyValues>;

/** A side reduced to the statements that speak of one action on one resource, conditions aside. */
export interface Relevant {
  readonly side: Side;
  readonly embedded?: Layer;
  readonly granted: Layer;
  readonly bucket: Layer;
}

const IDENTITY_KEYS = new Set(['aws:username', 'aws:userid']);

/** Condition keys whose value is the identity's, so that the request does not choose it. */
export const isIdentityKey = (key: string) => IDENTITY_KEYS.has(key);

function truthOf({ compiled }: ProverStatement, { variables }: Side, assigned: Assignment): Kleene {
  let result: Kleene = YES;
  for (const condition of compiled.conditions) {
    if (!condition.keys.every((key) => isIdentityKey(key) || assigned.has(key))) {
      result = MAYBE;
      continue;
    }
    const values = (key: string) => {
      const name = isIdentityKey(key) ? variables.get(key) : undefined;
      return name === undefined ? (assigned.get(key) ?? []) : [name];
    };
    if (!condition.holds({ values, variables: () => variables })) return NO;
  }
  return result;
}

/** `evaluate` in three values: the same rules, with conditions that may be undecided. */
export function decide({ side, embedded, granted, bucket }: Relevant, action: string, assigned: Assignment): Kleene {
  const holds = (statements: readonly ProverStatement[]) =>
    anyOf(statements, (statement) => truthOf(statement, side, assigned));
  const bucketDeny = holds(bucket.denies);
  const bucketAllow = holds(bucket.allows);
  const isPureOwner = side.isOwner && embedded === undefined;
  const notDenied = isPureOwner && OWNER_ALWAYS.has(action) ? YES : not(bucketDeny);
  if (isPureOwner || notDenied === NO) return notDenied;
  const narrowed = embedded ? all(holds(embedded.allows), not(holds(embedded.denies))) : YES;
  const grantedDeny = side.isOwner ? NO : holds(granted.denies);
  const grantedAllow = side.isOwner ? YES : all(holds(granted.allows), not(grantedDeny));
  const iamAllow = all(narrowed, grantedAllow);
  const iamDeny = some(embedded ? holds(embedded.denies) : NO, all(narrowed, grantedDeny));
  const denyWins = all(iamDeny, IAM_DENY_BEATS_BUCKET_ALLOW.test(action) ? YES : not(bucketAllow));
  return all(notDenied, not(denyWins), some(iamAllow, bucketAllow));
}
