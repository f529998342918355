/**
 * SeaweedFS' policy language, as far as it was observed on a running 4.44: resources match without regard to case, variables
 * are expanded before wildcards, unknown operators never hold, a negated operator holds on a missing key.
 */
import { asList, globMatches, toBytes } from '../../policies/index.js';

/** A statement as it stands in a document; nothing of it is believed. */
export type Statement = Readonly<Record<string, unknown>>;

/** Values that conditions and `${…}` variables see, by key. */
export type Context = ReadonlyMap<string, readonly string[]>;

export interface Question {
  readonly action: string;
  /** ARN; absent for trust policies. */
  readonly resource?: string;
  readonly context: Context;
}

export type Verdict = 'allow' | 'deny' | undefined;

/** Deny wins over allow; `undefined` when no statement speaks of the request. */
export function verdict(statements: readonly Statement[], question: Question): Verdict {
  const effects = statements.filter((statement) => applies(statement, question)).map(({ Effect }) => Effect);
  return effects.includes('Deny') ? 'deny' : effects.includes('Allow') ? 'allow' : undefined;
}

function applies(statement: Statement, { action, resource, context }: Question): boolean {
  return (
    texts(statement.Action).some((pattern) => matches(pattern, action)) &&
    (resource === undefined ||
      texts(statement.Resource).some((pattern) => matches(expand(pattern, context), resource))) &&
    Object.entries((statement.Condition ?? {}) as Record<string, Record<string, unknown>>).every(([operator, block]) =>
      Object.entries(block).every(([key, wanted]) => holds(operator, context.get(key), texts(wanted), context)),
    )
  );
}

function matches(pattern: string, text: string): boolean {
  return globMatches(toBytes(pattern.toLowerCase()), toBytes(text.toLowerCase()));
}

function expand(pattern: string, context: Context): string {
  return pattern.replace(/\$\{([^{}]+)\}/g, (whole, key: string) => context.get(key)?.[0] ?? whole);
}

type Test = (value: string, wanted: string) => boolean;

const numeric =
  (compare: (a: number, b: number) => boolean): Test =>
  (value, wanted) =>
    compare(Number(value), Number(wanted));

const OPERATORS: Readonly<Record<string, Test>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (value, wanted) => globMatches(toBytes(wanted), toBytes(value)),
  Bool: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  NumericEquals: numeric((a, b) => a === b),
  NumericLessThan: numeric((a, b) => a < b),
  NumericLessThanEquals: numeric((a, b) => a <= b),
  NumericGreaterThan: numeric((a, b) => a > b),
  NumericGreaterThanEquals: numeric((a, b) => a >= b),
};

const NEGATED: Readonly<Record<string, Test | undefined>> = {
  StringNotEquals: OPERATORS.StringEquals,
  StringNotLike: OPERATORS.StringLike,
};

function holds(
  operator: string,
  values: readonly string[] | undefined,
  wanted: readonly string[],
  context: Context,
): boolean {
  const expanded = wanted.map((text) => expand(text, context));
  const [, quantifier, name = ''] = /^(?:(ForAnyValue|ForAllValues):)?(\w+)$/.exec(operator) ?? [];
  const negated = NEGATED[name];
  if (negated) return !(values ?? []).some((value) => expanded.some((text) => negated(value, text)));
  const test = OPERATORS[name];
  if (test === undefined || values === undefined) return false;
  const one = (value: string) => expanded.some((text) => test(value, text));
  return quantifier === 'ForAllValues' ? values.every(one) : values.some(one);
}

/** A text or a list of texts; anything else is nothing. */
export function texts(value: unknown): readonly string[] {
  return asList(value as string | readonly string[] | undefined).filter((text) => typeof text === 'string');
}
