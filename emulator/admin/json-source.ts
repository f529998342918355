/**
 * JSON with the place of every value in its text, and syntax errors in the words of the parser that RustFS uses
 * (serde_json): the answers to malformed bodies name line and column.
 */

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

/** Offsets into the text, in bytes: where the key of a member ends, and where its value starts and ends. */
export interface JsonPlace {
  readonly keyEnd?: number;
  readonly start: number;
  readonly end: number;
}

export interface JsonSource {
  readonly value: JsonValue;
  /** Place of the value at a path of keys and indices; the whole document for an empty path. */
  place(path: readonly (string | number)[]): JsonPlace | undefined;
  /** `line 1 column 7` for an offset. */
  describe(offset: number): { line: number; column: number };
  /** First key that an object has twice, in the order of the text. */
  readonly duplicate?: { readonly path: readonly (string | number)[]; readonly key: string; readonly keyEnd: number };
}

/** A message with the place that it is about. */
export class JsonError extends Error {
  readonly reason: string;
  readonly line: number;
  readonly column: number;

  constructor(reason: string, at: { line: number; column: number }) {
    super(`${reason} at line ${at.line} column ${at.column}`);
    this.name = 'JsonError';
    this.reason = reason;
    this.line = at.line;
    this.column = at.column;
  }
}

const DEEPEST = 128;

/** @throws JsonError */
export function parseJsonSource(bytes: Uint8Array): JsonSource {
  return new Reader(bytes).read();
}

class Reader {
  private readonly bytes: Buffer;
  private at = 0;
  private depth = 0;
  private readonly places = new Map<string, JsonPlace>();
  private duplicate: JsonSource['duplicate'];

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes);
  }

  read(): JsonSource {
    this.skipSpace();
    const start = this.at;
    const value = this.value([]);
    const end = this.at;
    this.skipSpace();
    if (this.at < this.bytes.length) this.fail('trailing characters', this.at + 1);
    return {
      value,
      place: (path) => (path.length === 0 ? { start, end } : this.places.get(JSON.stringify(path))),
      describe: (offset) => this.describe(offset),
      ...(this.duplicate && { duplicate: this.duplicate }),
    };
  }

  private value(path: readonly (string | number)[]): JsonValue {
    this.skipSpace();
    const first = this.bytes[this.at];
    if (first === undefined) this.fail('EOF while parsing a value', this.at);
    if (first === OPEN_OBJECT) return this.nested(() => this.object(path));
    if (first === OPEN_ARRAY) return this.nested(() => this.array(path));
    if (first === QUOTE) return this.string();
    if (first === 0x74) return this.word('true', true);
    if (first === 0x66) return this.word('false', false);
    if (first === 0x6e) return this.word('null', null);
    if (first === 0x2d || isDigit(first)) return this.number();
    return this.fail('expected value', this.at + 1);
  }

  private nested<T>(read: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST) this.fail('recursion limit exceeded', this.at + 1);
    const value = read();
    this.depth -= 1;
    return value;
  }

  private object(path: readonly (string | number)[]): JsonValue {
    this.at += 1;
    const object: { [key: string]: JsonValue } = Object.create(null);
    for (let first = true; ; first = false) {
      this.skipSpace();
      let next = this.bytes[this.at];
      if (next === CLOSE_OBJECT) break;
      if (next === undefined) this.fail('EOF while parsing an object', this.at);
      if (!first) {
        if (next !== COMMA) this.fail('expected `,` or `}`', this.at + 1);
        this.at += 1;
        this.skipSpace();
        next = this.bytes[this.at];
        if (next === CLOSE_OBJECT) this.fail('trailing comma', this.at + 1);
        if (next === undefined) this.fail('EOF while parsing a value', this.at);
      }
      if (next !== QUOTE) this.fail('key must be a string', this.at + 1);
      const key = this.string();
      const keyEnd = this.at;
      this.skipSpace();
      if (this.bytes[this.at] === undefined) this.fail('EOF while parsing an object', this.at);
      if (this.bytes[this.at] !== COLON) this.fail('expected `:`', this.at + 1);
      this.at += 1;
      if (key in object) this.duplicate ??= { path, key, keyEnd };
      this.skipSpace();
      const start = this.at;
      object[key] = this.value([...path, key]);
      this.places.set(JSON.stringify([...path, key]), { keyEnd, start, end: this.at });
    }
    this.at += 1;
    return object;
  }

  private array(path: readonly (string | number)[]): JsonValue {
    this.at += 1;
    const array: JsonValue[] = [];
    for (;;) {
      this.skipSpace();
      let next = this.bytes[this.at];
      if (next === CLOSE_ARRAY) break;
      if (next === undefined) this.fail('EOF while parsing a list', this.at);
      if (array.length > 0) {
        if (next !== COMMA) this.fail('expected `,` or `]`', this.at + 1);
        this.at += 1;
        this.skipSpace();
        next = this.bytes[this.at];
        if (next === CLOSE_ARRAY) this.fail('trailing comma', this.at + 1);
        if (next === undefined) this.fail('EOF while parsing a value', this.at);
      }
      this.skipSpace();
      const start = this.at;
      array.push(this.value([...path, array.length]));
      this.places.set(JSON.stringify([...path, array.length - 1]), { start, end: this.at });
    }
    this.at += 1;
    return array;
  }

  private string(): string {
    const start = this.at;
    this.at += 1;
    for (;;) {
      const byte = this.bytes[this.at];
      if (byte === undefined) this.fail('EOF while parsing a string', this.at);
      if (byte === QUOTE) break;
      if (byte < 0x20) {
        this.fail('control character (\\u0000-\\u001F) found while parsing a string', this.at + 1);
      }
      this.at += byte === BACKSLASH ? 2 : 1;
    }
    this.at += 1;
    try {
      return JSON.parse(this.bytes.toString('utf8', start, this.at)) as string;
    } catch {
      return this.fail('invalid escape', this.at);
    }
  }

  private number(): number {
    const match = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/.exec(this.bytes.toString('latin1', this.at, this.at + 64));
    if (match === null) return this.fail('invalid number', this.at + 1);
    this.at += match[0].length;
    return Number(match[0]);
  }

  private word<T extends JsonValue>(text: string, value: T): T {
    for (const character of text) {
      if (this.bytes[this.at] === undefined) this.fail('EOF while parsing a value', this.at);
      this.at += 1;
      if (this.bytes[this.at - 1] !== character.charCodeAt(0)) this.fail('expected ident', this.at);
    }
    return value;
  }

  private skipSpace(): void {
    while (isSpace(this.bytes[this.at])) this.at += 1;
  }

  private describe(offset: number): { line: number; column: number } {
    const before = this.bytes.subarray(0, offset);
    const lineStart = before.lastIndexOf(NEWLINE) + 1;
    return { line: 1 + before.filter((byte) => byte === NEWLINE).length, column: offset - lineStart };
  }

  private fail(reason: string, offset: number): never {
    throw new JsonError(reason, this.describe(offset));
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON, NEWLINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
