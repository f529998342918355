import { actionLevel, actionNames } from '../actions.js';
import { evaluate, IAM_DENY_BEATS_BUCKET_ALLOW, OWNER_ALWAYS } from '../evaluate.js';
import { type AccessRequest, DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../model.js';
import { type Budget, createBudget } from './budget.js';
import { type KeyCells, type KeyTest, keyCells } from './condition-cells.js';
import { type Assignment, decide, isIdentityKey, type Relevant } from './decide.js';
import { createGlobs, type Glob, type Globs } from './glob-automaton.js';
import { NO, YES } from './kleene.js';
import type { Counterexample, ProveOptions, Subject } from './model.js';
import { type Layer, layersOf, type ProverStatement, prepareSide, type Side } from './side.js';
import { isCoveredStatementwise } from './single-cover.js';
import { type TextCell, textCells } from './text-cells.js';
import { RESOURCE_SPACES } from './text-space.js';

/** Part of what one subject may do beyond the other. */
export interface Difference {
  /** Actions that no statement of either side tells apart. */
  readonly actions: readonly string[];
  /** Pattern of the resources that were looked at, as in a policy, without the ARN prefix. */
  readonly resource: string;
  /** A request of that kind; undefined when it could not be told whether there is one. */
  readonly counterexample?: Counterexample;
  /** Why it could not be told. */
  readonly unknown?: string;
}

interface Search {
  readonly sides: readonly [Side, Side];
  readonly version: RustFsVersion;
  readonly budget: Budget;
  readonly globs: Globs;
  readonly cells: Map<string, KeyCells>;
  readonly known: readonly string[];
  /** Only certain buckets are asked about. */
  readonly byBucket: boolean;
}

/** Actions that no statement tells apart, with the statements that cover them. */
interface ActionClass {
  readonly actions: readonly string[];
  readonly level: ReturnType<typeof actionLevel>;
  readonly relevant: readonly [Relevant, Relevant];
}

function filterLayer(layer: Layer, keep: (statement: ProverStatement) => boolean): Layer {
  return { allows: layer.allows.filter(keep), denies: layer.denies.filter(keep) };
}

function restrict(relevant: Relevant, keep: (statement: ProverStatement) => boolean): Relevant {
  return {
    side: relevant.side,
    ...(relevant.embedded ? { embedded: filterLayer(relevant.embedded, keep) } : {}),
    granted: filterLayer(relevant.granted, keep),
    bucket: filterLayer(relevant.bucket, keep),
  };
}

const statementsOf = ({ allows, denies }: Layer) => [...allows, ...denies];
const statementsOfSide = (relevant: Relevant) =>
  [relevant.embedded, relevant.granted, relevant.bucket].flatMap((layer) => (layer ? statementsOf(layer) : []));

/** Bits of the statements that cover an action, as text. */
function signatures(sides: readonly Side[], actions: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const tests = new Map<string, (action: string) => boolean>();
  for (const statement of sides.flatMap((side) => layersOf(side).flatMap(statementsOf))) {
    const { Effect, Action, NotAction } = statement.compiled.source;
    tests.set(JSON.stringify([Effect, Action, NotAction]), statement.compiled.coversAction);
  }
  const covers = [...tests.values()];
  const classes = new Map<string, string[]>();
  for (const action of actions) {
    const bits = covers.map((test) => (test(action) ? '1' : '0')).join('');
    const special = `${OWNER_ALWAYS.has(action)} ${IAM_DENY_BEATS_BUCKET_ALLOW.test(action)}`;
    const key = `${actionLevel(action)} ${special} ${bits}`;
    const members = classes.get(key);
    if (members) members.push(action);
    else classes.set(key, [action]);
  }
  return classes;
}

function actionClasses(sides: readonly [Side, Side], actions: readonly string[]): readonly ActionClass[] {
  return [...signatures(sides, actions).values()].map((members) => {
    const [action = ''] = members;
    const covering = (side: Side): Relevant =>
      restrict({ ...side, side }, ({ compiled }) => compiled.coversAction(action));
    return { actions: members, level: actionLevel(action), relevant: [covering(sides[0]), covering(sides[1])] };
  });
}

/** The patterns outside of which the first side allows nothing. */
function regionsOf(
  { relevant: [a], level }: ActionClass,
  buckets: readonly string[] | undefined,
  globs: Globs,
): Glob[] {
  if (buckets) {
    if (level === 'account') return [];
    return buckets.map((bucket) => (level === 'object' ? globs.pattern(`${bucket}/*`) : globs.literal(bucket)));
  }
  if (a.side.isOwner) return [globs.pattern('*')];
  const allows = [...a.granted.allows, ...a.bucket.allows];
  const patterns = allows.flatMap(({ resources, globs: own }) => (resources === 'only' ? own : [globs.pattern('*')]));
  return [...new Set(patterns)];
}

const compatible = (a: string, b: string) => (a.length < b.length ? b.startsWith(a) : a.startsWith(b));

function matches({ resources, globs, bucket }: ProverStatement, { matched }: TextCell): boolean {
  if (bucket && !bucket.some(({ id }) => matched.has(id))) return false;
  if (resources === 'all') return true;
  return globs.some(({ id }) => matched.has(id)) === (resources === 'only');
}

/** A request that the cell and the assignment stand for. */
function requestOf(action: string, { word }: TextCell, assigned: Assignment): AccessRequest {
  const text = Buffer.from(word, 'latin1').toString('utf8');
  const slash = text.indexOf('/');
  const [bucket, key] = slash < 0 ? [text, ''] : [text.slice(0, slash), text.slice(slash + 1)];
  const conditions = [...assigned].flatMap(([name, values]) =>
    values === undefined ? [] : [[name, values.length === 1 ? (values[0] as string) : values] as const],
  );
  return {
    action,
    ...(bucket ? { bucket } : {}),
    ...(key ? { key } : {}),
    ...(conditions.length > 0 ? { conditions: Object.fromEntries(conditions) } : {}),
  };
}

function answer({ subject }: Side, request: AccessRequest, version: RustFsVersion) {
  const policies = subject.bucketPolicies;
  const bucketPolicy =
    request.bucket !== undefined && policies && Object.hasOwn(policies, request.bucket)
      ? policies[request.bucket]
      : undefined;
  return evaluate(subject.principal, request, { version, ...(bucketPolicy ? { bucketPolicy } : {}) });
}

/** The request as a counterexample, if `evaluate` agrees. */
function confirm({ sides, version }: Search, request: AccessRequest): Counterexample | undefined {
  const allowed = answer(sides[0], request, version);
  const refusal = answer(sides[1], request, version);
  if (!allowed.allowed || refusal.allowed) return undefined;
  const { statement } = allowed;
  const source = layersOf(sides[0])
    .flatMap(({ allows }) => allows)
    .find(({ ref }) => ref.policy === statement?.policy && ref.index === statement.index)?.compiled.source;
  return {
    request,
    ...(statement ? { allowedBy: statement } : {}),
    ...(source ? { allowingStatement: source } : {}),
    refusal,
  };
}

/** The same on a bucket that exists, if there is one: people know those names. */
function onKnownBucket(search: Search, found: Counterexample): Counterexample {
  const { bucket } = found.request;
  if (bucket === undefined || search.known.includes(bucket)) return found;
  for (const known of search.known) {
    const better = confirm(search, { ...found.request, bucket: known });
    if (better) return better;
  }
  return found;
}

function cellsOf(search: Search, tests: readonly KeyTest[]): KeyCells {
  const distinct = [...new Map(tests.map((test) => [test.text, test])).values()];
  const key = [...distinct.map(({ text }) => text)].sort().join('\n');
  const remembered = search.cells.get(key);
  if (remembered) return remembered;
  const cells = keyCells(distinct, search.budget);
  search.cells.set(key, cells);
  return cells;
}

/** The condition keys of the statements, each with a value list of every class; those with the fewest first. */
function keysOf(search: Search, statements: readonly ProverStatement[]) {
  const byKey = new Map<string, KeyTest[]>();
  for (const test of statements.flatMap(({ tests }) => tests)) {
    if (isIdentityKey(test.key)) continue;
    const tests = byKey.get(test.key);
    if (tests) tests.push(test);
    else byKey.set(test.key, [test]);
  }
  return [...byKey]
    .map(([key, tests]) => ({ key, ...cellsOf(search, tests) }))
    .sort((x, y) => x.cells.length - y.cells.length);
}

const NOTHING: Assignment = new Map();

/** Looks for values of condition keys with which the first side allows and the second refuses. */
function searchCell(search: Search, { actions }: ActionClass, cell: TextCell, pair: readonly [Relevant, Relevant]) {
  const [action = ''] = actions;
  const [a, b] = pair;
  const isDynamic = [...statementsOfSide(a), ...statementsOfSide(b)].some(({ dynamic }) => dynamic);

  function attempt(assigned: Assignment, open: ReturnType<typeof keysOf>): Counterexample | undefined {
    search.budget.spend(1);
    const allowed = decide(a, action, assigned);
    const refused = decide(b, action, assigned);
    if (!isDynamic && (allowed === NO || refused === YES)) return undefined;
    const [next, ...rest] = open;
    if (next === undefined || (allowed === YES && refused === NO)) {
      const request = requestOf(action, cell, assigned);
      const confirmed = confirm(search, request);
      if (confirmed || isDynamic) return confirmed;
      throw new Error(`the prover and the evaluator disagree on ${JSON.stringify(request)}: please report it`);
    }
    // Absent first: the simplest request is the best example.
    for (const values of [next.cells.at(-1), ...next.cells.slice(0, -1)]) {
      const found = attempt(new Map([...assigned, [next.key, values]]), rest);
      if (found) return found;
    }
    return undefined;
  }

  if (!isDynamic && (decide(a, action, NOTHING) === NO || decide(b, action, NOTHING) === YES)) return {};
  const keys = keysOf(search, [...statementsOfSide(a), ...statementsOfSide(b)]);
  const counterexample = attempt(NOTHING, keys);
  if (counterexample) return { counterexample };
  const unknown = isDynamic
    ? 'a resource pattern depends on the request'
    : keys.find(({ incomplete }) => incomplete)?.incomplete;
  return unknown === undefined ? {} : { unknown };
}

function searchRegion(
  search: Search,
  actionClass: ActionClass,
  region: Glob,
): Omit<Difference, 'actions' | 'resource'> {
  const { relevant, level } = actionClass;
  const space = RESOURCE_SPACES[level];
  if (isCoveredStatementwise(relevant, region, space, search.budget, !search.byBucket)) return {};
  const globs = new Set(
    relevant.flatMap(statementsOfSide).flatMap(({ globs: own, bucket = [] }) => [...own, ...bucket]),
  );
  const near = [...globs].filter(({ prefix }) => compatible(prefix, region.prefix));
  let unknown: string | undefined;
  for (const cell of textCells(region, near, space, search.budget)) {
    const speaks = (statement: ProverStatement) => matches(statement, cell);
    const pair = [restrict(relevant[0], speaks), restrict(relevant[1], speaks)] as const;
    const found = searchCell(search, actionClass, cell, pair);
    if (found.counterexample) return { counterexample: onKnownBucket(search, found.counterexample) };
    unknown ??= found.unknown;
  }
  return unknown === undefined ? {} : { unknown };
}

/**
 * Everything that `a` may do and `b` may not, a kind of request at a time: for every class of actions and every resource
 * pattern of `a` one counterexample, or why it cannot be told. Nothing is yielded for what is contained.
 *
 * @throws StateLimit
 */
export function* differences(a: Subject, b: Subject, options: ProveOptions = {}): Generator<Difference> {
  const {
    version = DEFAULT_RUSTFS_VERSION,
    actions = [...actionNames(version)],
    buckets,
    maxStates = 500_000,
  } = options;
  const globs = createGlobs();
  const sides = [prepareSide(a, globs, version), prepareSide(b, globs, version)] as const;
  const search: Search = {
    sides,
    version,
    globs,
    budget: createBudget(maxStates),
    cells: new Map(),
    known: options.knownBuckets ?? [],
    byBucket: buckets !== undefined,
  };
  for (const actionClass of actionClasses(sides, actions)) {
    for (const region of regionsOf(actionClass, buckets, globs)) {
      const found = searchRegion(search, actionClass, region);
      if (found.counterexample || found.unknown !== undefined) {
        yield { actions: actionClass.actions, resource: region.text, ...found };
      }
    }
  }
}
