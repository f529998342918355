import { CONDITION_KEYS, isKnownConditionKey } from './condition-keys.js';
import { type ParsedOperator, parseDate, parseInteger, parseOperator } from './conditions.js';
import { parseCidr } from './ip.js';
import type { RustFsVersion } from './model.js';
import { isObject, type Problems } from './problems.js';

function checkConditionValue(operator: ParsedOperator, value: unknown, path: string, problems: Problems): void {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const single =
    operator.family === 'bool' ||
    operator.family === 'null' ||
    operator.family === 'numeric' ||
    operator.family === 'date';
  if (items.length === 0 || (single && items.length > 1)) {
    problems.add(path, value, `${operator.name} takes exactly one value`, 'write one value');
    return;
  }
  const [first] = items;
  switch (operator.family) {
    case 'bool':
    case 'null':
      if (first !== true && first !== false && first !== 'true' && first !== 'false')
        problems.add(path, value, `${operator.name} takes true or false`, 'write "true" or "false"');
      return;
    case 'numeric':
      if (Array.isArray(value) || parseInteger(String(first)) === undefined)
        problems.add(path, value, `${operator.name} takes one whole number`, 'write a whole number');
      return;
    case 'date':
      if (Array.isArray(value) || typeof first !== 'string' || parseDate(first) === undefined)
        problems.add(
          path,
          value,
          `${operator.name} takes one RFC 3339 time`,
          'write a time such as "2026-01-31T00:00:00Z"',
        );
      return;
    case 'ip':
      for (const item of items) {
        if (typeof item !== 'string' || parseCidr(item) === undefined)
          problems.add(
            path,
            item,
            `${operator.name} takes addresses or CIDR blocks`,
            'write an address such as "10.0.0.0/8"',
          );
      }
      return;
    default:
      for (const item of items) {
        if (typeof item !== 'string')
          problems.add(path, item, `${operator.name} takes strings`, `write ${JSON.stringify(String(item))}`);
      }
  }
}

/** Checks a `Condition` block: operators, keys, and the type of every value. */
export function checkConditions(value: unknown, path: string, version: RustFsVersion, problems: Problems): void {
  if (!isObject(value)) {
    problems.add(path, value, 'must be an object of operators', 'write {"StringEquals": {"<key>": "<value>"}}');
    return;
  }
  for (const [name, keys] of Object.entries(value)) {
    const operatorPath = `${path}.${name}`;
    const operator = parseOperator(name);
    if (operator === undefined) {
      problems.add(
        operatorPath,
        name,
        'RustFS does not know this condition operator',
        'use an operator such as StringEquals, StringLike, IpAddress, Bool, Null, NumericLessThan or DateLessThan',
      );
      continue;
    }
    if (!isObject(keys) || Object.keys(keys).length === 0) {
      problems.add(
        operatorPath,
        keys,
        'must be an object of condition keys with at least one key',
        'name a condition key, such as "aws:SourceIp"',
      );
      continue;
    }
    for (const [key, wanted] of Object.entries(keys)) {
      const keyPath = `${operatorPath}["${key}"]`;
      if (!isKnownConditionKey(key, version))
        problems.add(
          keyPath,
          key,
          CONDITION_KEYS.has(key)
            ? `RustFS ${version} does not know this condition key`
            : 'RustFS does not know this condition key',
          'use a known key of aws:, s3:, jwt:, ldap:, sts: or svc:',
        );
      checkConditionValue(operator, wanted, keyPath, problems);
    }
  }
}
