/** Thrown when a proof would need more work than allowed; answered as `unknown`. */
export class StateLimit extends Error {}

/** Counts the states that a proof explores. */
export interface Budget {
  /** @throws StateLimit */
  spend(states: number): void;
}

export function createBudget(maxStates: number): Budget {
  let left = maxStates;
  return {
    spend(states) {
      left -= states;
      if (left < 0) throw new StateLimit(`more than ${maxStates} states would have to be explored`);
    },
  };
}
