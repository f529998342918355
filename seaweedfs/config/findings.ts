import { isObject, type Json } from '../../policies/problems.js';
import type { ConfigFinding } from './model.js';

export { isObject, type Json };

const SHOWN = 120;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
}

/** What may be said of a secret: that it is there, and how long it is. */
const masked = (value: unknown) =>
  typeof value === 'string' ? `a secret of ${value.length} characters` : shown(value);

/** One rule: what holds otherwise, the way out, and where the fact comes from. */
export interface Rule {
  readonly rule: string;
  readonly fix: string;
  readonly source: string;
  /** The value is a secret and must not be repeated. @default false */
  readonly secret?: boolean;
}

/** Collects every finding of one configuration. */
export class Findings {
  readonly list: ConfigFinding[] = [];

  error(path: string, value: unknown, rule: Rule): void {
    this.#add('error', path, value, rule);
  }

  warn(path: string, value: unknown, rule: Rule): void {
    this.#add('warning', path, value, rule);
  }

  #add(severity: ConfigFinding['severity'], path: string, value: unknown, { rule, fix, source, secret }: Rule): void {
    const message = `${path}: got ${secret ? masked(value) : shown(value)}; ${rule}; ${fix}`;
    this.list.push({ severity, path, rule, fix, source, message });
  }
}

export const isNonEmpty = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Keys that SeaweedFS ignores, and keys that its parser takes for known ones in another case. */
export function checkKeys(
  findings: Findings,
  path: string,
  value: Json,
  known: readonly string[],
  source: string,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const meant = known.find((name) => name.toLowerCase() === key.toLowerCase());
    if (meant) {
      findings.error(`${path}.${key}`, value[key], {
        rule: `this key differs from ${meant} in case only, and Go's JSON parser lets the last of both win`,
        fix: `write ${meant}`,
        source: 'Go encoding/json',
      });
    } else {
      findings.warn(`${path}.${key}`, typeof value[key] === 'object' ? {} : value[key], {
        rule: 'SeaweedFS ignores keys that it does not know',
        fix: `leave it out; known here: ${known.join(', ')}`,
        source,
        secret: true,
      });
    }
  }
}

/** The objects of a list, each with its path. Anything else is an error: one wrong type closes STS on the gateway. */
export function objects(
  findings: Findings,
  path: string,
  value: unknown,
  what: string,
  source: string,
): readonly (readonly [path: string, item: Json])[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    findings.error(path, typeof value, {
      rule: `must be a list of ${what}: with another type SeaweedFS refuses the whole file and, without static identities, serves everybody`,
      fix: 'write a list',
      source,
    });
    return [];
  }
  return value.flatMap((item: unknown, index) => {
    const itemPath = `${path}[${index}]`;
    if (isObject(item)) return [[itemPath, item] as const];
    findings.error(itemPath, typeof item, {
      rule: 'must be an object',
      fix: `write an object for each of the ${what}`,
      source,
    });
    return [];
  });
}

/** Reports the second and later holders of one value. */
export function checkUnique(
  findings: Findings,
  entries: readonly (readonly [path: string, value: unknown])[],
  rule: Rule,
): void {
  const seen = new Set<unknown>();
  for (const [path, value] of entries) {
    if (!isNonEmpty(value)) continue;
    if (seen.has(value)) findings.error(path, value, rule);
    seen.add(value);
  }
}
