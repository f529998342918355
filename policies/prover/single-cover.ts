import type { Budget } from './budget.js';
import { isIdentityKey, type Relevant } from './decide.js';
import type { Glob } from './glob-automaton.js';
import type { Layer, ProverStatement } from './side.js';
import { textCells } from './text-cells.js';
import type { TextSpace } from './text-space.js';

/** False only when no text matches both. */
function overlaps(a: Glob, b: Glob): boolean {
  if (a.isLiteral) return b.matches(a.prefix);
  if (b.isLiteral) return a.matches(b.prefix);
  return a.prefix.startsWith(b.prefix) || b.prefix.startsWith(a.prefix);
}

/** Whether every text of the space that `inner` matches is also matched by `outer`. */
function covers(outer: Glob, inner: Glob, space: TextSpace, budget: Budget): boolean {
  if (outer === inner) return true;
  if (!inner.prefix.startsWith(outer.prefix)) return false;
  if (outer.isPrefix) return true;
  for (const { matched } of textCells(inner, [outer], space, budget)) if (!matched.has(outer.id)) return false;
  return true;
}

/** Nothing in the layer can take away what is allowed within the region. */
function cannotDeny({ denies }: Layer, region: Glob): boolean {
  return denies.every(({ resources, globs }) => resources === 'only' && !globs.some((glob) => overlaps(glob, region)));
}

/** Both speak of all buckets, or of the same one. */
const sameBucket = (a: ProverStatement, b: ProverStatement) => a.bucket?.[0] === b.bucket?.[0];

/**
 * The cheap tier of a proof: each Allow of `a` in the region is within a single Allow of `b`, with no more conditions, and
 * nothing of `b` denies there. False says nothing. Most proofs end here, and need no product of all patterns, whose size can
 * grow exponentially with patterns such as `*-logs/*`.
 *
 * @param everyPatternIsRegion every pattern of `a` is asked about as a region of its own, so here only its equals matter
 */
export function isCoveredStatementwise(
  [a, b]: readonly [Relevant, Relevant],
  region: Glob,
  space: TextSpace,
  budget: Budget,
  everyPatternIsRegion: boolean,
): boolean {
  if (a.side.isOwner || b.side.isOwner || b.embedded) return false;
  if (!cannotDeny(b.granted, region) || !cannotDeny(b.bucket, region)) return false;
  const mayCover = [...b.granted.allows, ...b.bucket.allows].filter(({ dynamic }) => !dynamic);
  const within = (statement: ProverStatement) => {
    const tests = new Set(statement.tests.map(({ text }) => text));
    return mayCover.some(
      (other) =>
        (!other.bucket || sameBucket(statement, other)) &&
        // The same test of the identity's own name need not have the same answer for another identity.
        other.tests.every(({ key, text, dynamic }) => !dynamic && !isIdentityKey(key) && tests.has(text)) &&
        (other.resources === 'all' ||
          (other.resources === 'only' && other.globs.some((glob) => covers(glob, region, space, budget)))),
    );
  };
  const speaksHere = ({ resources, globs }: ProverStatement) =>
    resources !== 'only' || globs.some((glob) => (everyPatternIsRegion ? glob === region : overlaps(glob, region)));
  return [...a.granted.allows, ...a.bucket.allows]
    .filter(speaksHere)
    .every((statement) => !statement.dynamic && statement.resources !== 'except' && within(statement));
}
