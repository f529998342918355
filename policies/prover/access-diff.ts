import { StateLimit } from './budget.js';
import { differences } from './differences.js';
import type { Counterexample, ProveOptions, Subject } from './model.js';

/** Actions that somebody gains or loses on what one pattern matches. */
export interface AccessChange {
  /** Sorted. */
  readonly actions: readonly string[];
  /** As in a policy, without the ARN prefix. Not all that the pattern matches need have changed. */
  readonly resource: string;
  /** A request that shows it; undefined when it could not be told whether there is one. */
  readonly example?: Counterexample;
  /** Why it could not be told. */
  readonly unknown?: string;
}

export interface AccessDiff {
  readonly gains: readonly AccessChange[];
  readonly losses: readonly AccessChange[];
}

/** What people picture best comes first: an object, then a bucket, then the server. */
function clarity({ example }: AccessChange): number {
  if (!example) return 3;
  return example.request.key !== undefined ? 0 : example.request.bucket !== undefined ? 1 : 2;
}

function changes(more: Subject, less: Subject, options: ProveOptions): readonly AccessChange[] {
  const byResource = new Map<string, AccessChange[]>();
  try {
    for (const { actions, resource, counterexample, unknown } of differences(more, less, options)) {
      const found = {
        actions,
        resource,
        ...(counterexample ? { example: counterexample } : unknown ? { unknown } : {}),
      };
      byResource.set(resource, [...(byResource.get(resource) ?? []), found]);
    }
  } catch (error) {
    if (!(error instanceof StateLimit)) throw error;
    byResource.set('*', [{ actions: [], resource: '*', unknown: error.message }]);
  }
  return [...byResource].flatMap(([resource, found]) =>
    [found.filter(({ example }) => example), found.filter(({ example }) => !example)].flatMap((group) => {
      const [first] = group.sort((x, y) => clarity(x) - clarity(y));
      if (!first) return [];
      return [{ ...first, resource, actions: [...new Set(group.flatMap(({ actions }) => actions))].sort() }];
    }),
  );
}

/** What a subject may do after a change and not before, and the reverse. Equal rights, however written, are no change. */
export function accessDiff(before: Subject, after: Subject, options: ProveOptions = {}): AccessDiff {
  return { gains: changes(after, before, options), losses: changes(before, after, options) };
}
