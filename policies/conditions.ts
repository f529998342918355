import { canonicalConditionKey } from './condition-keys.js';
import { globMatches, toBytes } from './glob.js';
import { type Cidr, compileCidrs, parseCidr } from './ip.js';
import { asList } from './lists.js';
import type { ConditionBlock } from './model.js';
import { expandVariables, hasVariables, type Variables } from './variables.js';

/** What conditions see of a request. */
export interface ConditionContext {
  /** Values of a condition key; empty when the request does not have it. */
  values(key: string): readonly string[];
  variables(): Variables;
}

export type Quantifier = 'ForAnyValue' | 'ForAllValues' | undefined;
export type ConditionFamily = 'string' | 'ip' | 'null' | 'bool' | 'numeric' | 'date' | 'binary';
type Comparison = '=' | '≠' | '<' | '≤' | '>' | '≥';

interface Operator {
  readonly family: ConditionFamily;
  readonly negated?: boolean;
  readonly ignoreCase?: boolean;
  readonly glob?: boolean;
  readonly comparison?: Comparison;
}

const COMPARISONS = {
  Equals: '=',
  NotEquals: '≠',
  LessThan: '<',
  LessThanEquals: '≤',
  GreaterThan: '>',
  GreaterThanEquals: '≥',
} as const;

/** Every operator RustFS parses, without quantifier and `IfExists` (source: rustfs-policy `condition.rs`). */
export const CONDITION_OPERATORS: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['StringEquals', { family: 'string' }],
  ['StringNotEquals', { family: 'string', negated: true }],
  ['StringEqualsIgnoreCase', { family: 'string', ignoreCase: true }],
  ['StringNotEqualsIgnoreCase', { family: 'string', ignoreCase: true, negated: true }],
  ['StringLike', { family: 'string', glob: true }],
  ['StringNotLike', { family: 'string', glob: true, negated: true }],
  ['ArnEquals', { family: 'string' }],
  ['ArnNotEquals', { family: 'string', negated: true }],
  ['ArnLike', { family: 'string', glob: true }],
  ['ArnNotLike', { family: 'string', glob: true, negated: true }],
  ['BinaryEquals', { family: 'binary' }],
  ['IpAddress', { family: 'ip' }],
  ['NotIpAddress', { family: 'ip', negated: true }],
  ['Null', { family: 'null' }],
  ['Bool', { family: 'bool' }],
  ...Object.entries(COMPARISONS).flatMap(([suffix, comparison]): [string, Operator][] => [
    [`Numeric${suffix}`, { family: 'numeric', comparison }],
    [`Date${suffix}`, { family: 'date', comparison }],
  ]),
]);

export interface ParsedOperator extends Operator {
  readonly name: string;
  readonly quantifier: Quantifier;
  readonly ifExists: boolean;
}

/** Splits `ForAnyValue:StringLikeIfExists` into its parts; undefined for a name that RustFS does not know. */
export function parseOperator(text: string): ParsedOperator | undefined {
  const [, quantifier, rest = ''] = /^(?:(ForAnyValue|ForAllValues):)?(.*)$/.exec(text) ?? [];
  const ifExists = rest.endsWith('IfExists');
  const name = ifExists ? rest.slice(0, -'IfExists'.length) : rest;
  const operator = CONDITION_OPERATORS.get(name);
  return operator && { ...operator, name, quantifier: quantifier as Quantifier, ifExists };
}

/** One operator with all its keys; all keys have to hold, but for `IpAddress` one is enough (source: `addr.rs`). */
export interface CompiledCondition {
  readonly operator: ParsedOperator;
  readonly keys: readonly string[];
  holds(context: ConditionContext): boolean;
}

type KeyTest = (values: readonly string[], context: ConditionContext) => boolean;

function stringTest(
  { negated = false, ignoreCase = false, glob = false, quantifier }: ParsedOperator,
  wanted: readonly string[],
): KeyTest {
  const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
  const prepare = (text: string) => (glob ? toBytes(text) : fold(text));
  const dynamic = wanted.some(hasVariables);
  const fixed = wanted.map(prepare);
  return (values, context) => {
    const patterns = dynamic ? wanted.map((text) => prepare(expandVariables(text, context.variables()))) : fixed;
    const matches = (value: string) => {
      const text = prepare(value);
      return patterns.some((pattern) => (glob ? globMatches(pattern, text) : pattern === text));
    };
    if (quantifier === 'ForAllValues') return values.every((value) => matches(value) !== negated);
    if (quantifier === 'ForAnyValue') return values.some((value) => matches(value) !== negated);
    return values.some(matches) !== negated;
  };
}

function compare(comparison: Comparison, left: number, right: number): boolean {
  switch (comparison) {
    case '=':
      return left === right;
    case '≠':
      return left !== right;
    case '<':
      return left < right;
    case '≤':
      return left <= right;
    case '>':
      return left > right;
    case '≥':
      return left >= right;
  }
}

export function parseInteger(text: string): number | undefined {
  return /^[+-]?\d{1,19}$/.test(text) ? Number(text) : undefined;
}

/** RFC 3339 as RustFS reads it; undefined for anything else. Milliseconds since 1970. */
export function parseDate(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

function orderedTest(
  comparison: Comparison,
  wanted: number | undefined,
  parse: (text: string) => number | undefined,
  swap: boolean,
): KeyTest {
  return ([value]) => {
    const actual = value === undefined ? undefined : parse(value);
    if (actual === undefined || wanted === undefined) return false;
    return swap ? compare(comparison, wanted, actual) : compare(comparison, actual, wanted);
  };
}

function keyTest(operator: ParsedOperator, wanted: readonly string[], datesInverted: boolean): KeyTest {
  switch (operator.family) {
    case 'string':
      return stringTest(operator, wanted);
    case 'binary': {
      const encoded = new Set(wanted.map((text) => Buffer.from(text, 'base64').toString('latin1')));
      return (values) => values.some((value) => encoded.has(Buffer.from(value, 'utf8').toString('latin1')));
    }
    case 'null':
      return (values) => (wanted[0] === 'true' ? values.length === 0 : values.length > 0);
    case 'bool':
      return ([value]) => value === wanted[0];
    case 'numeric':
      return orderedTest(operator.comparison ?? '=', parseInteger(wanted[0] ?? ''), parseInteger, false);
    case 'date':
      return orderedTest(operator.comparison ?? '=', parseDate(wanted[0] ?? ''), parseDate, datesInverted);
    case 'ip': {
      const contains = compileCidrs(wanted.map(parseCidr).filter((cidr): cidr is Cidr => cidr !== undefined));
      return (values) => values.some((value) => contains(value) === true);
    }
  }
}

/** `NumericGreaterThanIfExists` is a name of its own in RustFS and means ≥ (source: `condition.rs`). */
function effectiveOperator(operator: ParsedOperator): ParsedOperator {
  return operator.name === 'NumericGreaterThan' && operator.ifExists ? { ...operator, comparison: '≥' } : operator;
}

function compileCondition(
  parsed: ParsedOperator,
  block: ConditionBlock[string],
  datesInverted: boolean,
): CompiledCondition {
  const operator = effectiveOperator(parsed);
  const keys = Object.keys(block).map(canonicalConditionKey);
  const tests = Object.values(block).map((values) => keyTest(operator, asList(values).map(String), datesInverted));
  const isIp = operator.family === 'ip';
  return {
    operator,
    keys,
    holds(context) {
      const values = keys.map((key) => context.values(key));
      if (operator.ifExists && values.every((list) => list.length === 0)) return true;
      const holds = (test: KeyTest, index: number) => test(values[index] ?? [], context);
      if (isIp) return tests.some(holds) !== (operator.negated ?? false);
      return tests.every(holds);
    },
  };
}

/** Compiles a `Condition` block that `parsePolicy` accepted; an operator that RustFS does not know can never hold. */
export function compileConditions(
  block: ConditionBlock | undefined,
  datesInverted: boolean,
): readonly CompiledCondition[] {
  return Object.entries(block ?? {}).map(([text, keys]) => {
    const operator = parseOperator(text);
    if (operator === undefined)
      throw new Error(`unknown condition operator ${text}: parse the policy before it is compiled`);
    return compileCondition(operator, keys, datesInverted);
  });
}
