import { colors as pc } from './color.js';

/** What a rollback could not put back, a line each. */
export function renderLeft(left: readonly string[]): string {
  return left.map((line) => pc.red(`not restored: ${line}`)).join('\n');
}
