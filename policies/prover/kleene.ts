/** Three-valued truth: `MAYBE` depends on conditions that are not decided yet. */
export type Kleene = 0 | 1 | 2;

export const NO = 0;
export const MAYBE = 1;
export const YES = 2;

export const not = (value: Kleene): Kleene => (2 - value) as Kleene;

/** The weakest truth, `YES` for none. */
export const all = (...values: readonly Kleene[]): Kleene => Math.min(YES, ...values) as Kleene;

/** The strongest truth, `NO` for none. */
export const some = (...values: readonly Kleene[]): Kleene => Math.max(NO, ...values) as Kleene;

/** The strongest truth among the items. */
export function anyOf<T>(items: readonly T[], truth: (item: T) => Kleene): Kleene {
  let result: Kleene = NO;
  for (const item of items) {
    const value = truth(item);
    if (value === YES) return YES;
    if (value > result) result = value;
  }
  return result;
}
