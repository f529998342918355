import { toBytes } from '../glob.js';

const STAR = -1;
const ANY = -2;
/** Added to the code of a lower-case letter that matches both cases. */
const EITHER_CASE = 0x100;
/** Stands for every byte that a state does not name. */
const OTHER = -1;

const isLetter = (byte: number) => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/**
 * A state of the deterministic automaton of one pattern, built when it is first reached. Positions before the last `*`
 * that was reached are left out: whatever they can still match, the later one can match too. So the automaton stays
 * about as large as the pattern.
 */
export class GlobState {
  readonly accepts: boolean;
  /** Accepts whatever follows. */
  readonly universal: boolean;
  /** Bytes that lead elsewhere than the bytes not named here. */
  readonly letters: readonly number[];
  readonly #next = new Map<number, GlobState | undefined>();

  constructor(
    readonly id: number,
    readonly glob: Glob,
    private readonly positions: readonly number[],
  ) {
    const { tokens } = glob;
    this.accepts = positions.includes(tokens.length);
    this.universal = positions.some((at) => tokens[at] === STAR && at === tokens.length - 1);
    const letters = this.universal ? [] : positions.flatMap((at) => lettersOf(tokens[at]));
    this.letters = [...new Set(letters)];
  }

  /** Undefined when nothing can match any more. */
  next(byte: number): GlobState | undefined {
    if (this.universal) return this;
    const letter = this.letters.includes(byte) ? byte : OTHER;
    if (this.#next.has(letter)) return this.#next.get(letter);
    const { tokens } = this.glob;
    const reached: number[] = [];
    for (const at of this.positions) {
      const token = tokens[at];
      if (token === STAR) reached.push(at);
      else if (token === ANY || (token !== undefined && lettersOf(token).includes(letter))) reached.push(at + 1);
    }
    const state = this.glob.state(reached);
    this.#next.set(letter, state);
    return state;
  }
}

function lettersOf(token: number | undefined): readonly number[] {
  if (token === undefined || token < 0) return [];
  return token < EITHER_CASE ? [token] : [token - EITHER_CASE, (token - EITHER_CASE) ^ 0x20];
}

/** One pattern over bytes: literal text, `*` and `?`. */
export class Glob {
  /** Literal text before the first wildcard. */
  readonly prefix: string;
  readonly isLiteral: boolean;
  /** Literal text followed by one `*`: what begins with `prefix`. */
  readonly isPrefix: boolean;
  readonly #states = new Map<string, GlobState>();

  constructor(
    readonly id: number,
    /** As written. */
    readonly text: string,
    readonly tokens: readonly number[],
    private readonly nextId: () => number,
  ) {
    const wildcard = tokens.findIndex((token) => token < 0 || token >= EITHER_CASE);
    const end = wildcard < 0 ? tokens.length : wildcard;
    this.prefix = String.fromCharCode(...tokens.slice(0, end));
    this.isLiteral = wildcard < 0;
    this.isPrefix = wildcard === tokens.length - 1 && tokens[wildcard] === STAR;
  }

  get start(): GlobState {
    const state = this.state([0]);
    if (state === undefined) throw new Error('the start of a pattern is always a state');
    return state;
  }

  /** The state after reaching these positions (ascending); undefined for none. */
  state(reached: readonly number[]): GlobState | undefined {
    if (reached.length === 0) return undefined;
    const closed = reached.flatMap((at) => (this.tokens[at] === STAR ? [at, at + 1] : [at]));
    const lastStar = closed.findLast((at) => this.tokens[at] === STAR) ?? 0;
    const positions = [...new Set(closed)].filter((at) => at >= lastStar).sort((a, b) => a - b);
    const key = positions.join();
    let state = this.#states.get(key);
    if (state === undefined) {
      state = new GlobState(this.nextId(), this, positions);
      this.#states.set(key, state);
    }
    return state;
  }

  matches(bytes: string): boolean {
    let state: GlobState | undefined = this.start;
    for (let at = 0; at < bytes.length && state !== undefined; at++) state = state.next(bytes.charCodeAt(at));
    return state?.accepts === true;
  }
}

/** The patterns of one proof; equal patterns are one object. */
export interface Globs {
  /** `*` and `?` are wildcards. */
  pattern(text: string): Glob;
  /** Every character means itself. */
  literal(text: string): Glob;
  /** Every character means itself, ASCII letters in either case. */
  ignoringCase(text: string): Glob;
}

function patternTokens(bytes: string): number[] {
  const tokens: number[] = [];
  for (const character of bytes) {
    if (character !== '*') tokens.push(character === '?' ? ANY : character.charCodeAt(0));
    else if (tokens.at(-1) !== STAR) tokens.push(STAR);
  }
  return tokens;
}

const literalTokens = (bytes: string) => [...bytes].map((character) => character.charCodeAt(0));

export function createGlobs(): Globs {
  const known = new Map<string, Glob>();
  let states = 0;
  const intern = (text: string, tokens: number[]) => {
    const key = tokens.join();
    let glob = known.get(key);
    if (glob === undefined) {
      glob = new Glob(known.size, text, tokens, () => states++);
      known.set(key, glob);
    }
    return glob;
  };
  return {
    pattern: (text) => intern(text, patternTokens(toBytes(text))),
    literal: (text) => intern(text, literalTokens(toBytes(text))),
    ignoringCase: (text) =>
      intern(
        text,
        literalTokens(toBytes(text.toLowerCase())).map((byte) => (isLetter(byte) ? byte + EITHER_CASE : byte)),
      ),
  };
}
