import { cellLookup } from '../cells.js';
import type {
  AccessReport,
  ProbeState,
  ProofState,
  ReportCell,
  ReportChange,
  ReportChanges,
  ReportKey,
} from '../model.js';
import { GRANTS, KEY_STATES, PROBES, PROOFS, timeText } from '../words.js';

type Compared = Omit<AccessReport, 'changes' | 'lastChange' | 'notCompared'>;

/** So many pairs that changed in the same way are named one by one. */
const NAMED_PAIRS = 3;

const PROOF_TRUST: Readonly<Record<ProofState, number>> = {
  proved: 3,
  accepted: 2,
  'not-proved': 1,
  unknown: 1,
  counterexample: 0,
};
const PROBE_TRUST: Readonly<Record<ProbeState, number>> = {
  'as-predicted': 2,
  'not-probed': 1,
  unknown: 1,
  contradicted: 0,
};

const trend = (before: number, after: number) => (after > before ? 'better' : after < before ? 'worse' : 'neutral');
const where = ({ who, bucket }: Pick<ReportCell, 'who' | 'bucket'>) =>
  bucket === undefined ? `${who} on the rest of the server` : `${who} on ${bucket}`;

/** What only one of two lists has, compared by a key. */
function setChanges<T>(
  before: readonly T[],
  after: readonly T[],
  describe: (item: T) => string,
  [appeared, gone]: readonly [ReportChange['effect'], ReportChange['effect']],
): readonly ReportChange[] {
  const old = new Set(before.map(describe));
  const now = new Set(after.map(describe));
  return [
    ...[...now]
      .filter((text) => !old.has(text))
      .map((what): ReportChange => ({ effect: appeared, what: `new: ${what}` })),
    ...[...old].filter((text) => !now.has(text)).map((what): ReportChange => ({ effect: gone, what: `gone: ${what}` })),
  ];
}

function rightChanges(before: ReportCell, after: ReportCell): readonly ReportChange[] {
  const gained = after.actions.filter((action) => !before.actions.includes(action));
  const lost = before.actions.filter((action) => !after.actions.includes(action));
  return [
    ...(gained.length > 0 ? [{ effect: 'gained' as const, what: `${where(after)} gains ${gained.join(', ')}` }] : []),
    ...(lost.length > 0 ? [{ effect: 'lost' as const, what: `${where(after)} loses ${lost.join(', ')}` }] : []),
    ...(before.grant !== after.grant
      ? [
          {
            effect: 'neutral' as const,
            what: `${where(after)}: what is granted`,
            before: GRANTS[before.grant][0],
            after: GRANTS[after.grant][0],
          },
        ]
      : []),
  ];
}

/** Changes of one state over all pairs: named, or counted where many changed alike. */
function stateChanges(
  kind: string,
  pairs: readonly (readonly [ReportCell, ReportCell])[],
  stateOf: (cell: ReportCell) => string,
  trust: Readonly<Record<string, number>>,
  words: Readonly<Record<string, readonly [word: string, meaning: string]>>,
): readonly ReportChange[] {
  const groups = new Map<string, { before: string; after: string; places: string[] }>();
  for (const [old, now] of pairs) {
    const [before, after] = [stateOf(old), stateOf(now)];
    if (before === after) continue;
    const group = groups.get(`${before} ${after}`) ?? { before, after, places: [] };
    group.places.push(where(now));
    groups.set(`${before} ${after}`, group);
  }
  return [...groups.values()].flatMap(({ before, after, places }): ReportChange[] => {
    const effect = trend(trust[before] ?? 0, trust[after] ?? 0);
    const named = places.length <= NAMED_PAIRS || effect === 'worse' ? places : [`${places.length} pairs`];
    return named.map((place) => ({
      effect,
      what: `${place}: ${kind}`,
      before: words[before]?.[0] ?? before,
      after: words[after]?.[0] ?? after,
    }));
  });
}

const created = ({ createdAt }: ReportKey) =>
  `created ${createdAt === undefined ? 'at an unknown time' : timeText(createdAt)}`;

function keyChanges(before: Compared, after: Compared): readonly ReportChange[] {
  return after.keys.flatMap((key): ReportChange[] => {
    const old = before.keys.find(({ name }) => name === key.name);
    if (!old || old.createdAt === key.createdAt || key.state === 'missing') return [];
    const effect = trend(Date.parse(old.createdAt ?? '1970-01-01'), Date.parse(key.createdAt ?? '1970-01-01'));
    return [{ effect, what: `access key ${key.name}: another key`, before: created(old), after: created(key) }];
  });
}

const EFFECTS: readonly ReportChange['effect'][] = ['worse', 'gained', 'lost', 'better', 'neutral'];

function entriesOf(before: Compared, after: Compared): ReportChange[] {
  const [cellBefore, cellAfter] = [cellLookup(before), cellLookup(after)];
  const places = [...after.buckets.map(({ name }) => name), undefined];
  const pairs = after.identities.flatMap(({ id }) =>
    places.map((bucket) => [cellBefore(id, bucket), cellAfter(id, bucket)] as const),
  );
  const knownBefore = new Set(before.identities.map(({ id }) => id));
  const bucketsBefore = new Set(before.buckets.map(({ name }) => name));
  const common = pairs.filter(
    ([, { who, bucket }]) => knownBefore.has(who) && (bucket === undefined || bucketsBefore.has(bucket)),
  );
  return [
    ...setChanges(before.findings, after.findings, ({ severity, message }) => `finding (${severity}): ${message}`, [
      'worse',
      'better',
    ]),
    ...setChanges(before.unmanaged, after.unmanaged, ({ kind, name }) => `unmanaged ${kind} ${name}`, [
      'worse',
      'better',
    ]),
    ...setChanges(before.exceptions, after.exceptions, ({ what, reason }) => `exception for ${what}: ${reason}`, [
      'worse',
      'better',
    ]),
    ...setChanges(
      before.identities,
      after.identities,
      ({ kind, id }) => (kind === 'access-key' ? `access key ${id}` : id),
      ['neutral', 'neutral'],
    ),
    ...setChanges(before.buckets, after.buckets, ({ name }) => `bucket ${name}`, ['neutral', 'neutral']),
    ...setChanges(before.keys, after.keys, ({ name, state }) => `access key ${name} is ${KEY_STATES[state][0]}`, [
      'neutral',
      'neutral',
    ]),
    ...keyChanges(before, after),
    ...pairs.flatMap(([old, now]) => rightChanges(old, now)),
    ...stateChanges('proof', common, ({ proof }) => proof.state, PROOF_TRUST, PROOFS),
    ...stateChanges('probes', common, ({ probe }) => probe.state, PROBE_TRUST, PROBES),
  ].sort((a, b) => EFFECTS.indexOf(a.effect) - EFFECTS.indexOf(b.effect));
}

const runOf = ({ createdAt, manifestHash }: Compared) => ({ createdAt, manifestHash });
const serverOf = ({ stack, server }: Compared) =>
  `stack ${stack}, server ${server.id}${server.emulated ? ' (emulated)' : ''}`;

/** What is different from the run before; and the last difference, when two runs follow each other without one. */
export function compare(
  previous: AccessReport | undefined,
  report: Compared,
): Pick<AccessReport, 'changes' | 'lastChange' | 'notCompared'> {
  if (!previous) return {};
  if (serverOf(previous) !== serverOf(report)) {
    return { notCompared: `the report that was there is about another server: ${serverOf(previous)}` };
  }
  const changes: ReportChanges = { from: runOf(previous), to: runOf(report), entries: entriesOf(previous, report) };
  const earlier = previous.changes && previous.changes.entries.length > 0 ? previous.changes : previous.lastChange;
  return { changes, ...(changes.entries.length === 0 && earlier ? { lastChange: earlier } : {}) };
}
