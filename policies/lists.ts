import type { OneOrMany } from './model.js';

/** `"x"` and `["x"]` mean the same in a policy document. */
export function asList<T>(value: OneOrMany<T> | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}
