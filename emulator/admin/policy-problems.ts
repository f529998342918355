import { isKnownConditionKey, type PolicyProblem, type RustFsVersion } from '../../policies/index.js';
import { kindOf, wrongValueAt } from './json-body.js';
import type { JsonSource, JsonValue } from './json-source.js';

/** Why RustFS refuses a policy: `at` for what its parser finds, absent for what a later check finds. */
export interface PolicyRefusal {
  readonly reason: string;
  readonly at?: { readonly line: number; readonly column: number };
}

interface Setting {
  readonly source: JsonSource;
  readonly kind: 'iam' | 'bucket';
  readonly version: RustFsVersion;
  /** ARNs of KMS keys are known, so that only their use can be wrong. */
  readonly knowsKmsArns: boolean;
}

type Path = readonly (string | number)[];
type JsonObject = { readonly [key: string]: JsonValue };

/** A refusal with the offset that the parser has reached. */
interface Found {
  readonly reason: string;
  readonly offset?: number;
}

/** The problem that RustFS tells: its parser's first one in the text, otherwise the first of its later checks. */
export function refusalOf(problems: readonly PolicyProblem[], setting: Setting): PolicyRefusal | undefined {
  const found = problems.flatMap((problem) => explain(problem, setting));
  const parser = found.filter((entry) => entry.offset !== undefined);
  const first = parser.sort((a, b) => Number(a.offset) - Number(b.offset))[0];
  if (first?.offset !== undefined) return { reason: first.reason, at: setting.source.describe(first.offset) };
  return found[0] && { reason: found[0].reason };
}

function explain(problem: PolicyProblem, setting: Setting): Found[] {
  const path = pathOf(problem.path);
  const field = path.length === 1 ? path[0] : path[2];
  if (path.length === 1) return explainPolicy(String(field), setting);
  const statement = valueAt(setting.source.value, path.slice(0, 2));
  if (field === undefined) {
    return [parsed(`invalid type: ${kindOf(statement ?? null)}, expected struct Statement`, path, setting)];
  }
  return explainStatement(path, problem.value, statement as JsonObject, setting);
}

function explainPolicy(key: string, { source, kind }: Setting): Found[] {
  const policy = source.value as JsonObject;
  const value = policy[key];
  const end = source.place([])?.end ?? 0;
  if (key !== 'Version' && key !== 'Statement' && key.toUpperCase() !== 'ID') {
    return [unknownField(key, ['ID', 'Version', 'Statement'], [key], source)];
  }
  if (key === 'Id' && kind === 'iam') return [unknownField(key, ['ID', 'Version', 'Statement'], [key], source)];
  if (key === 'ID' && kind === 'bucket') return [];
  if (value === undefined) return kind === 'bucket' ? [{ reason: `missing field \`${key}\``, offset: end }] : [];
  if (key === 'Statement') return [wrongType(value, 'a sequence', [key], source)];
  if (typeof value !== 'string') return [wrongType(value, 'a string', [key], source)];
  return key === 'Version' && value !== '' ? [{ reason: `invalid Version '${value}'` }] : [];
}

const IAM_FIELDS = ['Sid', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Condition'];
const BUCKET_FIELDS = ['Sid', 'Effect', 'Principal', ...IAM_FIELDS.slice(2)];

function explainStatement(path: Path, told: unknown, statement: JsonObject, setting: Setting): Found[] {
  const { source, kind } = setting;
  const field = String(path[2]);
  const value = valueAt(source.value, path);
  const fields = kind === 'iam' ? IAM_FIELDS : BUCKET_FIELDS;
  if (!fields.includes(field)) return [unknownField(field, fields, path, source)];
  switch (field) {
    case 'Sid':
      return [wrongType(value, 'a string', path, source)];
    case 'Effect':
      if (value === undefined) {
        return [{ reason: 'missing field `Effect`', offset: source.place(path.slice(0, 2))?.end ?? 0 }];
      }
      if (typeof value !== 'string') return [wrongType(value, 'a string', path, source)];
      return [parsed('Matching variant not found', path, setting)];
    case 'Principal':
      return explainPrincipal(path.slice(0, 3), statement.Principal, setting);
    case 'Condition':
      return explainCondition(path, value, told, setting);
    case 'Resource':
    case 'NotResource':
      return explainResource(path, value, statement, setting);
    default:
      return explainAction(path, value, statement, setting);
  }
}

function explainAction(path: Path, value: JsonValue | undefined, statement: JsonObject, setting: Setting): Found[] {
  const whole = path.slice(0, 3);
  const isItem = path.length > 3 || typeof value === 'string';
  if (isItem && typeof value === 'string') {
    const families = new Set(listOf(statement.Action).map(familyOf));
    if (path.length === 3 && families.size > 1) return [{ reason: MIXED_FAMILIES }];
    return [parsed(`invalid action: invalid action: '${value}'`, whole, setting)];
  }
  if (path.length > 3) return [wrongType(value, 'a string', path, setting.source)];
  if (value !== undefined && !Array.isArray(value)) {
    return [wrongType(value, 'a string or an array of strings', path, setting.source)];
  }
  const { Action: actions, NotAction: others } = statement;
  if (listOf(actions).length === 0 && listOf(others).length === 0) {
    return [{ reason: "both 'Action' and 'NotAction' are empty" }];
  }
  if (path[2] === 'NotAction') {
    return [{ reason: "'Action' and 'NotAction' cannot both be specified in the same statement" }];
  }
  return [{ reason: MIXED_FAMILIES }];
}

const MIXED_FAMILIES = "'Action' contains mixed action families in the same statement";
const S3_ARN = 'arn:aws:s3:::';
const KMS_ARN = 'arn:aws:kms:::';

function explainResource(path: Path, value: JsonValue | undefined, statement: JsonObject, setting: Setting): Found[] {
  const both = statement.Resource !== undefined && statement.NotResource !== undefined;
  if (both && path.length === 3 && path[2] === 'NotResource') {
    return [{ reason: "'Resource' and 'NotResource' cannot both be specified in the same statement" }];
  }
  if (typeof value === 'string') {
    if (setting.knowsKmsArns && value.startsWith(KMS_ARN)) {
      return [{ reason: 'KMS resources require a statement whose actions are all KMS actions' }];
    }
    const isS3 = value.startsWith(S3_ARN);
    const pattern = isS3 ? value.slice(S3_ARN.length) : value;
    const reason = `invalid resource: invalid resource, type: '${isS3 ? 's3' : 'unknown'}', pattern: '${pattern}'`;
    return [parsed(reason, path.slice(0, 3), setting)];
  }
  if (path.length > 3) return [wrongType(value, 'a string', path, setting.source)];
  if (value !== undefined && !Array.isArray(value)) {
    return [wrongType(value, 'a string or an array of strings', path, setting.source)];
  }
  return [{ reason: "'Resource' is empty" }];
}

function explainPrincipal(path: Path, value: JsonValue | undefined, setting: Setting): Found[] {
  if (value === undefined) return [{ reason: 'a statement needs a Principal' }];
  const end = setting.source.place(path)?.end ?? 0;
  if (typeof value === 'string') {
    return [{ reason: `invalid wildcard principal value: expected "*", got ${JSON.stringify(value)}`, offset: end }];
  }
  const names = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : undefined;
  const known = names?.every((name) => name === 'AWS' || name === 'Service');
  const reason = known
    ? 'Principal must have at least one of AWS or Service'
    : 'data did not match any variant of untagged enum PrincipalFormat';
  return [{ reason, offset: end }];
}

function explainCondition(path: Path, value: JsonValue | undefined, told: unknown, setting: Setting): Found[] {
  const { source } = setting;
  const place = source.place(path);
  if (path.length === 3) return [wrongType(value, 'Functions', path, source)];
  const operator = String(path[3]);
  if (path.length === 4) {
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) {
      return [parsed('has no condition key', path, setting)];
    }
    if (typeof value === 'object' && value !== null) {
      return [{ reason: `unknown key: ${operator}`, offset: place?.keyEnd ?? 0 }];
    }
    return [wrongType(value, 'struct StringFunc', path, source)];
  }
  return explainConditionValue(path, value, told, setting);
}

function explainConditionValue(path: Path, value: JsonValue | undefined, told: unknown, setting: Setting): Found[] {
  const { source, version } = setting;
  const [operator, key] = [String(path[3]), String(path[4])];
  const place = source.place(path);
  const end = place?.end ?? 0;
  if (!isKnownConditionKey(key, version)) return [{ reason: `invalid key name: '${key}'`, offset: place?.keyEnd ?? 0 }];
  if (operator.includes('Bool') || operator.startsWith('Null')) return [{ reason: 'ParseBoolError', offset: end }];
  if (operator.includes('Numeric')) {
    return [{ reason: 'ParseIntError { kind: InvalidDigit }', offset: end }];
  }
  if (operator.includes('Date')) {
    return [{ reason: 'ParseFromDescription(InvalidComponent("year"))', offset: end }];
  }
  const items = Array.isArray(value) ? value : [value];
  if (items.length === 0) return [{ reason: 'empty', offset: end + 1 }];
  if (items.some((item) => typeof item !== 'string')) {
    return [wrongType(value, 'a string or an array of strings', path, source)];
  }
  return [{ reason: `${String(told)} can not be parsed to CIDR`, offset: end }];
}

function unknownField(key: string, fields: readonly string[], path: Path, source: JsonSource): Found {
  const expected = fields.map((field) => `\`${field}\``).join(', ');
  return {
    reason: `unknown field \`${key}\`, expected one of ${expected}`,
    offset: source.place(path)?.keyEnd ?? 0,
  };
}

function wrongType(value: JsonValue | undefined, expected: string, path: Path, source: JsonSource): Found {
  return {
    reason: `invalid type: ${kindOf(value ?? null)}, expected ${expected}`,
    offset: wrongValueAt(value, source.place(path)),
  };
}

/** What the parser finds once it has read a value. */
function parsed(reason: string, path: Path, { source }: Setting): Found {
  return { reason, offset: source.place(path)?.end ?? 0 };
}

/** `$.Statement[0].Condition.StringLike["s3:prefix"]` as keys and indices. */
function pathOf(text: string): Path {
  return [...text.matchAll(/\.([^.[\]]+)|\[(\d+)\]|\["([^"]*)"\]/g)].map(
    ([, key, index, quoted]) => key ?? quoted ?? Number(index),
  );
}

function valueAt(value: JsonValue | undefined, path: Path): JsonValue | undefined {
  return path.reduce<JsonValue | undefined>(
    (inner, key) => (inner as { readonly [key: string]: JsonValue } | undefined)?.[key as string],
    value,
  );
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function familyOf(action: JsonValue): string {
  return action === '*' ? 's3' : (String(action).split(':', 1)[0] ?? '');
}
