import { type Budget, StateLimit } from './budget.js';
import type { Glob, GlobState } from './glob-automaton.js';
import type { TextSpace } from './text-space.js';

/** All texts that the same patterns match, with one of the shortest. */
export interface TextCell {
  /** Bytes, as `toBytes` gives them. */
  readonly word: string;
  /** Identifiers of the patterns that match. */
  readonly matched: ReadonlySet<number>;
}

interface ProductState {
  readonly word: string;
  readonly space: number;
  readonly region: GlobState;
  readonly alive: readonly GlobState[];
}

/** Letters that stand for "any other byte", the most readable first. */
const READABLE = [...'xyzabcdefghijklmnopqrstuvw0123456789-_~ABCDEFGHIJKLMNOPQRSTUVWXYZ!$&()+,:;=@'].map((character) =>
  character.charCodeAt(0),
);
const ASCII = Array.from({ length: 0x7f }, (_, index) => index + 1).filter((byte) => byte !== 0x2e && byte !== 0x2f);

function otherByte(letters: ReadonlySet<number>): number {
  const free = (byte: number) => !letters.has(byte);
  const byte = READABLE.find(free) ?? ASCII.find(free);
  if (byte === undefined) throw new StateLimit('the patterns name every ASCII character');
  return byte;
}

function step(state: ProductState, byte: number, space: TextSpace): ProductState | undefined {
  const next = space.step(state.space, byte);
  const region = next < 0 ? undefined : state.region.next(byte);
  if (region === undefined) return undefined;
  const alive: GlobState[] = [];
  for (const glob of state.alive) {
    const reached = glob.next(byte);
    if (reached !== undefined) alive.push(reached);
  }
  return { word: state.word + String.fromCharCode(byte), space: next, region, alive };
}

/** Every text of the region begins with its literal prefix, so nothing else is tried on the way there. */
function afterPrefix(region: Glob, globs: readonly Glob[], space: TextSpace): ProductState | undefined {
  let state: ProductState | undefined = {
    word: '',
    space: space.start,
    region: region.start,
    alive: globs.map((glob) => glob.start),
  };
  for (let at = 0; at < region.prefix.length && state; at++) state = step(state, region.prefix.charCodeAt(at), space);
  return state;
}

const keyOf = ({ space, region, alive }: ProductState) => `${space}:${region.id}:${alive.map(({ id }) => id).join()}`;

/**
 * The cells into which `globs` divide the texts of `space` that `region` matches, found by exploring the product of the
 * automata, shortest texts first. Explored lazily, and only once however often it is read.
 */
export function textCells(region: Glob, globs: readonly Glob[], space: TextSpace, budget: Budget): Iterable<TextCell> {
  const cells: TextCell[] = [];
  const seenCells = new Set<string>();
  const start = afterPrefix(region, globs, space);
  const queue = start ? [start] : [];
  const seen = new Set(queue.map(keyOf));
  let next = 0;

  const collect = (state: ProductState) => {
    if (!space.accepts(state.space) || !state.region.accepts) return;
    const matched = state.alive.filter(({ accepts }) => accepts).map(({ glob }) => glob.id);
    const key = matched.join();
    if (seenCells.has(key)) return;
    seenCells.add(key);
    cells.push({ word: state.word, matched: new Set(matched) });
  };
  const expand = (state: ProductState) => {
    const letters = new Set([...space.required(state.space), ...state.region.letters]);
    for (const { letters: more } of state.alive) for (const letter of more) letters.add(letter);
    budget.spend(1 + ((letters.size * state.alive.length) >> 5));
    for (const byte of [otherByte(letters), ...letters]) {
      const reached = step(state, byte, space);
      if (reached === undefined) continue;
      const key = keyOf(reached);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push(reached);
    }
  };

  return {
    *[Symbol.iterator]() {
      for (let index = 0; ; index++) {
        while (index >= cells.length) {
          const state = queue[next];
          if (state === undefined) return;
          collect(state);
          expand(state);
          next++;
        }
        yield cells[index] as TextCell;
      }
    },
  };
}
