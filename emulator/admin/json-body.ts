import { JsonError, type JsonPlace, type JsonSource, type JsonValue, parseJsonSource } from './json-source.js';

/** What a field of a request body may be; anything else is refused in the words of RustFS' deserializer. */
export type FieldType = 'string' | 'strings' | 'boolean' | 'unsigned' | 'time' | 'any' | readonly [string, ...string[]];

export interface Field {
  readonly type: FieldType;
  /** Absent, and `null`, are fine. */
  readonly optional?: true;
  /** Other names of the field. */
  readonly aliases?: readonly string[];
}

export interface BodyShape {
  /** Name of the structure in the server's messages. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Field>>;
}

export type Body = Readonly<Record<string, JsonValue | undefined>>;

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Reads a request body; unknown fields are ignored. @throws JsonError */
export function readBody(bytes: Uint8Array, shape: BodyShape): Body {
  const source = parseJsonSource(bytes);
  if (typeof source.value !== 'object' || source.value === null || Array.isArray(source.value)) {
    throw notAnObject(source, shape);
  }
  const body: Record<string, JsonValue | undefined> = {};
  for (const [key, value] of Object.entries(source.value)) {
    const name = fieldOf(shape, key);
    const field = name === undefined ? undefined : shape.fields[name];
    if (name === undefined || field === undefined) continue;
    const place = source.place([key]);
    if (body[name] !== undefined || (source.duplicate?.path.length === 0 && source.duplicate.key === key)) {
      throw new JsonError(
        `duplicate field \`${name}\``,
        source.describe(source.duplicate?.keyEnd ?? place?.keyEnd ?? 0),
      );
    }
    if (value === null && field.optional) continue;
    const expected = mismatch(value, field.type);
    if (expected !== undefined) throw new JsonError(expected, source.describe(wrongValueAt(value, place)));
    body[name] = value;
  }
  for (const [name, field] of Object.entries(shape.fields)) {
    if (body[name] === undefined && !field.optional) {
      throw new JsonError(`missing field \`${name}\``, source.describe(source.place([])?.end ?? 0));
    }
  }
  return body;
}

function fieldOf(shape: BodyShape, key: string): string | undefined {
  if (Object.hasOwn(shape.fields, key)) return key;
  return Object.keys(shape.fields).find((name) => shape.fields[name]?.aliases?.includes(key));
}

function notAnObject(source: JsonSource, shape: BodyShape): JsonError {
  if (Array.isArray(source.value)) {
    const count = Object.keys(shape.fields).length;
    return new JsonError(
      `invalid length ${source.value.length}, expected struct ${shape.name} with ${count} elements`,
      source.describe(source.place([])?.end ?? 0),
    );
  }
  return new JsonError(
    `invalid type: ${kindOf(source.value)}, expected struct ${shape.name}`,
    source.describe(wrongValueAt(source.value, source.place([]))),
  );
}

/** Where the server's parser stands when it refuses a value: before a container, after anything else. */
export function wrongValueAt(value: unknown, place: JsonPlace | undefined): number {
  const isContainer = typeof value === 'object' && value !== null;
  return (isContainer ? place?.start : place?.end) ?? 0;
}

function mismatch(value: JsonValue, type: FieldType): string | undefined {
  if (type === 'any') return undefined;
  if (Array.isArray(type)) return variantMismatch(value, type as readonly string[]);
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : `invalid type: ${kindOf(value)}, expected a string`;
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `invalid type: ${kindOf(value)}, expected a boolean`;
    case 'time':
      if (typeof value !== 'string') {
        return `invalid type: ${kindOf(value)}, expected an RFC3339-formatted \`OffsetDateTime\``;
      }
      return RFC3339.test(value) && !Number.isNaN(Date.parse(value))
        ? undefined
        : "the 'year' component could not be parsed";
    case 'unsigned':
      if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return undefined;
      return typeof value === 'number' && Number.isInteger(value)
        ? `invalid value: integer \`${value}\`, expected u64`
        : `invalid type: ${kindOf(value)}, expected u64`;
    default: {
      if (!Array.isArray(value)) return `invalid type: ${kindOf(value)}, expected a sequence`;
      const wrong = value.find((item) => typeof item !== 'string');
      return wrong === undefined ? undefined : `invalid type: ${kindOf(wrong)}, expected a string`;
    }
  }
}

function variantMismatch(value: JsonValue, variants: readonly string[]): string | undefined {
  if (typeof value !== 'string') return `invalid type: ${kindOf(value)}, expected string or map`;
  if (variants.includes(value)) return undefined;
  const names = variants.filter((variant) => variant !== '').map((variant) => `\`${variant}\``);
  return `unknown variant \`${value}\`, expected ${names.join(' or ')}`;
}

/** A value in the words of the parser's errors. */
export function kindOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'sequence';
  switch (typeof value) {
    case 'object':
      return 'map';
    case 'string':
      return `string ${JSON.stringify(value)}`;
    case 'boolean':
      return `boolean \`${value}\``;
    default:
      return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``;
  }
}
