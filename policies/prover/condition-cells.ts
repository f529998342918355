import {
  type CompiledCondition,
  compileConditions,
  type ParsedOperator,
  parseDate,
  parseInteger,
  parseOperator,
} from '../conditions.js';
import { asList } from '../lists.js';
import type { ConditionBlock } from '../model.js';
import { dependsOnRequest, expandVariables, type Variables } from '../variables.js';
import { addressBoundaries } from './address-boundaries.js';
import type { Budget } from './budget.js';
import { createGlobs, type Glob } from './glob-automaton.js';
import { textCells } from './text-cells.js';
import { VALUE_SPACE } from './text-space.js';

/** The test of one operator on one key, for one identity. */
export interface KeyTest {
  /** Canonical name of the key. */
  readonly key: string;
  readonly operator: ParsedOperator;
  /** With the variables of the identity replaced. */
  readonly wanted: readonly string[];
  holds(values: readonly string[]): boolean;
  /** Equal texts are the same test. */
  readonly text: string;
  /** The values speak of other parts of the request, so `wanted` says only part of it. */
  readonly dynamic: boolean;
}

/** Values of one key that no test can tell from those of its class. `undefined`: the request does not have the key. */
export type KeyValues = readonly string[] | undefined;

export interface KeyCells {
  readonly cells: readonly KeyValues[];
  /** Why there may be values of further classes; then nothing is proved by having tried all cells. */
  readonly incomplete?: string;
}

const NO_VARIABLES: Variables = new Map();

/** The tests of a `Condition` block, one for each operator and key. */
export function keyTestsOf(
  block: ConditionBlock | undefined,
  compiled: readonly CompiledCondition[],
  variables: Variables,
  datesInverted: boolean,
): readonly KeyTest[] {
  return Object.entries(block ?? {}).flatMap(([operatorText, keys], index) => {
    const operator = parseOperator(operatorText);
    const condition = compiled[index];
    if (operator === undefined || condition === undefined)
      throw new Error(`unknown condition operator ${operatorText}`);
    return Object.values(keys).map((values, at): KeyTest => {
      const key = condition.keys[at] ?? '';
      const texts = asList(values).map(String);
      const wanted = operator.family === 'string' ? texts.map((text) => expandVariables(text, variables)) : texts;
      const single = compileConditions({ [operatorText]: { [key]: wanted } }, datesInverted)[0] as CompiledCondition;
      return {
        key,
        operator,
        wanted,
        text: JSON.stringify([operatorText, key, wanted]),
        dynamic: operator.family === 'string' && wanted.some(dependsOnRequest),
        holds: (given) => single.holds({ values: () => given, variables: () => NO_VARIABLES }),
      };
    });
  });
}

type Reading = 'text' | 'numeric' | 'date' | 'ip';

/** How a test reads values; two readings of one key are not independent, and their combinations are not enumerated. */
function readingOf({ family }: ParsedOperator): Reading | undefined {
  if (family === 'null') return undefined;
  return family === 'numeric' || family === 'date' || family === 'ip' ? family : 'text';
}

/** The largest number up to which every integer has a value of its own. */
const SAFE = Number.MAX_SAFE_INTEGER - 1;

function* orderedCandidates(
  tests: readonly KeyTest[],
  parse: (text: string) => number | undefined,
  print: (value: number) => string,
): Generator<string> {
  yield 'x';
  yield print(0);
  for (const { wanted } of tests) {
    const bound = parse(wanted[0] ?? '');
    if (bound === undefined) continue;
    for (const value of [bound - 1, bound, bound + 1]) {
      const text = print(value);
      if (parse(text) === value) yield text;
    }
  }
}

function globsOf(tests: readonly KeyTest[]): readonly Glob[] {
  const globs = createGlobs();
  return tests.flatMap(({ operator, wanted }) =>
    wanted.map((text) => {
      if (operator.family === 'binary') return globs.literal(Buffer.from(text, 'base64').toString('utf8'));
      if (operator.glob) return globs.pattern(text);
      return operator.ignoreCase ? globs.ignoringCase(text) : globs.literal(text);
    }),
  );
}

function textCandidates(tests: readonly KeyTest[], budget: Budget): string[] {
  const globs = [...new Set(globsOf(tests))];
  const everything = createGlobs().pattern('*');
  const cells = [...textCells(everything, globs, VALUE_SPACE, budget)];
  return cells.map(({ word }) => Buffer.from(word, 'latin1').toString('utf8'));
}

function incompleteness(tests: readonly KeyTest[], readings: ReadonlySet<Reading>): string | undefined {
  const [{ key } = { key: '' }] = tests;
  if (tests.some(({ dynamic }) => dynamic)) return `a condition on ${key} compares with another part of the request`;
  if (readings.size > 1) return `${key} is compared as ${[...readings].join(' and as ')}`;
  // Lower-casing maps letters outside ASCII onto others, and the Kelvin sign onto k.
  const folded = tests.filter(({ operator }) => operator.ignoreCase).flatMap(({ wanted }) => wanted);
  if (folded.some((text) => /[^\0-\x7f]|k/i.test(text)))
    return `${key} is compared ignoring case, with k or letters outside ASCII`;
  const numbers = tests.filter(({ operator }) => operator.family === 'numeric');
  if (numbers.some(({ wanted }) => Math.abs(parseInteger(wanted[0] ?? '') ?? 0) >= SAFE)) {
    return `${key} is compared with a number beyond 2^53`;
  }
  return undefined;
}

function candidatesOf(tests: readonly KeyTest[], readings: ReadonlySet<Reading>, budget: Budget): string[] {
  const of = (reading: Reading) => tests.filter(({ operator }) => readingOf(operator) === reading);
  const iso = (time: number) => {
    const date = new Date(time);
    return Number.isNaN(date.getTime()) ? '' : date.toISOString();
  };
  return [
    ...(readings.has('text') ? textCandidates(of('text'), budget) : ['x']),
    ...(readings.has('numeric') ? orderedCandidates(of('numeric'), parseInteger, String) : []),
    ...(readings.has('date') ? orderedCandidates(of('date'), parseDate, iso) : []),
    ...(readings.has('ip') ? addressBoundaries(of('ip').flatMap(({ wanted }) => wanted)) : []),
  ];
}

/**
 * A value list of every class that the tests distinguish: absent, single values, and lists of several values, which
 * requests can have. What a list answers to a test follows from what its beginning answers and from the next value, so
 * appending single values until no new combination of answers appears finds them all.
 */
export function keyCells(tests: readonly KeyTest[], budget: Budget): KeyCells {
  const readings = new Set(tests.flatMap(({ operator }) => readingOf(operator) ?? []));
  const answers = (values: readonly string[]) => {
    budget.spend(1);
    return tests.map(({ holds }) => (holds(values) ? '1' : '0')).join('');
  };
  const singles = new Map<string, string>();
  for (const value of candidatesOf(tests, readings, budget)) {
    const key = answers([value]);
    if (!singles.has(key)) singles.set(key, value);
  }
  const found = new Map<string, readonly string[]>([...singles].map(([key, value]) => [key, [value]]));
  const queue = [...found.values()];
  for (let list = queue.shift(); list !== undefined; list = queue.shift()) {
    for (const value of singles.values()) {
      const longer = [...list, value];
      const key = answers(longer);
      if (found.has(key)) continue;
      found.set(key, longer);
      queue.push(longer);
    }
  }
  const reason = incompleteness(tests, readings);
  return { cells: [...found.values(), undefined], ...(reason ? { incomplete: reason } : {}) };
}
