import type { ActionLevel } from '../actions.js';

/** An automaton of the texts that can occur at all. States are numbers; -1 is none. */
export interface TextSpace {
  readonly start: number;
  step(state: number, byte: number): number;
  accepts(state: number): boolean;
  /** Bytes that change what may follow, whatever the patterns say. */
  required(state: number): readonly number[];
}

export const SLASH = 0x2f;
const DOT = 0x2e;

/** Continuation bytes that a lead byte of UTF-8 asks for; -1 when it cannot begin a character. */
function continuations(byte: number): number {
  if (byte < 0x80) return 0;
  if (byte < 0xc2 || byte > 0xf4) return -1;
  return byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
}

/** Bytes still missing of the current character; -1 when it is none. */
function utf8(pending: number, byte: number): number {
  if (pending === 0) return continuations(byte);
  return byte >= 0x80 && byte < 0xc0 ? pending - 1 : -1;
}

/** Any text in UTF-8: values of condition keys. */
export const VALUE_SPACE: TextSpace = {
  start: 0,
  step: utf8,
  accepts: (pending) => pending === 0,
  required: () => [],
};

// How far a path segment is: nothing yet, ".", "..", or anything else.
const EMPTY = 0;
const CONTENT = 3;
const IN_KEY = 4;
const PENDING = 8;

function segmentAfter(segment: number, byte: number): number {
  return byte === DOT && segment < CONTENT ? segment + 1 : CONTENT;
}

/**
 * The resource texts that requests have: nothing, `bucket`, or `bucket/key`. Segments are never empty, `.` or `..`:
 * matching cleans the path, and RustFS refuses keys with such segments (source: ecstore `bucket/utils.rs`).
 */
function resourceSpace(level: ActionLevel | 'any'): TextSpace {
  const withBucket = level !== 'account';
  const withKey = level === 'object' || level === 'any';
  return {
    start: 0,
    step(state, byte) {
      if (!withBucket) return -1;
      const pending = utf8(state >> 3, byte);
      if (pending < 0) return -1;
      const segment = state & 3;
      const inKey = state & IN_KEY;
      if (byte !== SLASH) return pending * PENDING + inKey + segmentAfter(segment, byte);
      return withKey && segment === CONTENT ? IN_KEY + EMPTY : -1;
    },
    accepts(state) {
      if (state === 0) return !withBucket || level === 'any';
      const complete = state < PENDING && (state & 3) === CONTENT;
      if (level === 'any') return complete;
      return complete && (level === 'object') === (state & IN_KEY) > 0;
    },
    required: (state) => (withKey && state < IN_KEY ? [SLASH] : []),
  };
}

export const RESOURCE_SPACES: Readonly<Record<ActionLevel | 'any', TextSpace>> = {
  account: resourceSpace('account'),
  bucket: resourceSpace('bucket'),
  object: resourceSpace('object'),
  any: resourceSpace('any'),
};
