/** One reason why RustFS would refuse a document, or why we refuse it although RustFS would not. */
export interface PolicyProblem {
  /** JSON path, such as `$.Statement[0].Action[1]`. */
  readonly path: string;
  /** What stands there. */
  readonly value: unknown;
  readonly rule: string;
  readonly fix: string;
  /** Path, value, rule and fix in one line. */
  readonly message: string;
}

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Collects problems, so that all of them are reported at once. */
export class Problems {
  readonly list: PolicyProblem[] = [];

  add(path: string, value: unknown, rule: string, fix: string): void {
    const shown = value === undefined ? 'nothing' : JSON.stringify(value);
    this.list.push({ path, value, rule, fix, message: `${path}: got ${shown}; ${rule}; ${fix}` });
  }
}

/** The strings of a field that may be one string or a list, each with its path. */
export function strings(
  value: unknown,
  path: string,
  problems: Problems,
): readonly (readonly [path: string, text: string])[] {
  const items: readonly (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [`${path}[${index}]`, item] as const)
    : [[path, value]];
  return items.flatMap(([itemPath, item]) => {
    if (typeof item === 'string') return [[itemPath, item] as const];
    problems.add(itemPath, item, 'must be a string or a list of strings', 'write a string');
    return [];
  });
}
