import type { EmulatorContext, EmulatorError, EmulatorRequest, EmulatorResponse } from '../context.js';
import { s3Error } from '../errors.js';
import { faultOf } from './faults.js';
import { type Body, type BodyShape, readBody } from './json-body.js';
import { JsonError } from './json-source.js';

/** One request to the admin API, its body read. */
export interface AdminCall {
  readonly context: EmulatorContext;
  readonly request: EmulatorRequest;
  /** Values of `{name}` segments of the route, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export type AdminHandler = (call: AdminCall) => EmulatorResponse | Promise<EmulatorResponse>;

/** The usual answer of a change: no body, typed as JSON. */
export function empty(status = 200): EmulatorResponse {
  return { status, headers: { 'content-type': 'application/json' } };
}

export function json(value: unknown): EmulatorResponse {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

/**
 * Reads the body, or answers what is wrong with it.
 * @param message of an `InvalidRequest`, `%` is what the parser says @default the version's error
 * @throws EmulatorError
 */
export function requestBody({ context, body }: AdminCall, shape: BodyShape, message?: string): Body {
  return orBadBody(
    () => readBody(body, shape),
    (error) =>
      message === undefined
        ? faultOf(context.profile.admin.badBody, error.message)
        : faultOf({ code: 'InvalidRequest', message }, error.message),
  );
}

/** The same with the parser's inner form of the error, as RustFS' older handlers tell it. @throws EmulatorError */
export function requestBodyDebug({ body }: AdminCall, shape: BodyShape, message: string): Body {
  return orBadBody(
    () => readBody(body, shape),
    (error) => faultOf({ code: 'InvalidRequest', message }, debugForm(error)),
  );
}

function orBadBody(read: () => Body, answer: (error: JsonError) => EmulatorError): Body {
  try {
    return read();
  } catch (error) {
    throw error instanceof JsonError ? answer(error) : error;
  }
}

/** `Error("…", line: 1, column: 2)`, as RustFS prints a parser's error in places. */
export function debugForm(error: JsonError): string {
  const reason = error.reason.replace(/["\\]/g, (character) => `\\${character}`);
  return `Error("${reason}", line: ${error.line}, column: ${error.column})`;
}

/** A parameter of a query that RustFS reads as a structure. */
export interface QueryField {
  readonly aliases?: readonly string[];
  readonly required?: true;
  readonly type?: 'boolean';
}

/**
 * Reads query parameters like a structure of RustFS: without any query everything is empty; with one, required
 * parameters must be there and booleans must be `true` or `false`. @throws EmulatorError
 */
export function typedQuery<K extends string>(
  call: AdminCall,
  fields: Readonly<Record<K, QueryField>>,
  message: string = call.context.profile.admin.badQuery,
): Readonly<Record<K, string>> {
  const { query } = call.request;
  const values = {} as Record<K, string>;
  for (const name of Object.keys(fields) as K[]) {
    const field = fields[name];
    const given = [name, ...(field.aliases ?? [])].filter((alias) => query.has(alias));
    const value = given[0] === undefined ? undefined : query.get(given[0]);
    const misread = field.type === 'boolean' && value !== undefined && value !== 'true' && value !== 'false';
    const missing = field.required && value === undefined && query.pairs.length > 0;
    if (missing || misread || given.length > 1 || query.all(given[0] ?? name).length > 1)
      throw s3Error('InvalidArgument', message);
    values[name] = value ?? '';
  }
  return values;
}
