import { randomBytes } from 'node:crypto';
import { type DeploymentProof, proveManifest } from '../../proofs/index.js';
import { proveEncryption } from '../kms/prove.js';
import type { Session } from '../session.js';
import { asCurl, type WireRequest } from '../wire.js';
import { explainResults } from './explain-results.js';
import { leaveNothing } from './leave-nothing.js';
import type { AccessProof, Finding, NotProbed, ProbeResult } from './model.js';
import { type ExistingBuckets, planProbes, type RunPlan } from './plan-probes.js';
import { bucketNames } from './probes/account.js';
import type { ProbeContext } from './probes/bucket.js';
import { VERIFY_PROFILES } from './profile.js';
import { proverDisagreements } from './prover-agreement.js';
import { countProbes, findingOf, matrixOf, rootFinding, sortFindings, unstored } from './result.js';
import { rightsFactory } from './rights.js';
import { runProbes } from './run.js';
import { type SignIn, signInSubjects } from './sign-ins.js';
import { anonymousSubject, keySubjects, type SubjectOptions } from './subjects.js';
import { ALL_PAIRS_UP_TO } from './targets.js';

export interface VerifyOptions extends SubjectOptions {
  /**
   * Try every key on every bucket, with every probe.
   * @default - so up to 20 buckets; beyond, the most telling probes on each key's own buckets and one of others
   */
  readonly exhaustive?: boolean;
  /** Sessions to try like access keys. @default none */
  readonly signIns?: readonly SignIn[];
  /** What was proved from the manifest; predictions are compared with it. @default - proved anew */
  readonly proof?: DeploymentProof;
  /** Leave encrypted objects for a restart, or read them back after it. @default - neither */
  readonly restart?: 'before' | 'after';
  /** Probes at a time. @default 128 */
  readonly concurrency?: number;
  /** Stops the run; what it left is removed before `verify` throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** After each probe. `total` shrinks when a key turns out not to work at all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Every single result, for reports. */
  readonly onResult?: (result: ProbeResult) => void;
}

const LIST_BUCKETS: WireRequest = { method: 'GET', path: '/' };

/** What is on the server; a finding when root cannot tell, and for each declared bucket that is missing. */
async function listExisting({ wire, root, manifest }: Session, findings: Finding[]): Promise<ExistingBuckets> {
  const command = asCurl(LIST_BUCKETS, wire.endpoint);
  const response = await wire.send(LIST_BUCKETS, root).catch((error: Error) => error);
  const names = response instanceof Error ? undefined : bucketNames(response.body.toString('utf8'));
  if (names === undefined) {
    const answer = response instanceof Error ? response.message : String(response.status);
    const message = `root: list buckets got no usable answer (${answer})`;
    findings.push(rootFinding('error', 'list buckets', message, answer, command));
    return undefined;
  }
  for (const { name } of manifest.buckets) {
    if (names.includes(name)) continue;
    const message = `bucket ${name} is declared, but not on the server: run apply`;
    findings.push(rootFinding('access', 'find the bucket', message, 'not listed', command, name));
  }
  return names;
}

/** Keys that the server did not accept at their first request: nothing else can be learned with them. */
function barredKeys(introduced: readonly ProbeResult[]): ReadonlyMap<string, string> {
  const barred = introduced.filter(({ observed }) => observed === 'barred');
  return new Map(barred.map(({ probe, answer }) => [probe.who, answer]));
}

/** A key that is declared to do something has to be accepted, whatever was predicted for the request that it was not accepted for. */
function asUseOfKey(result: ProbeResult, plan: RunPlan): ProbeResult {
  const { who } = result.probe;
  const useful = plan.sequences.some((probes) =>
    probes.some((probe) => probe.who === who && probe.predicted === 'allowed'),
  );
  if (result.observed !== 'barred') return result;
  return { ...result, probe: { ...result.probe, title: 'use the key', predicted: useful ? 'allowed' : 'refused' } };
}

function pairsOf(results: readonly ProbeResult[]): number {
  const tried = results.filter(({ probe }) => probe.accessKey !== undefined && probe.bucket !== undefined);
  return new Set(tried.map(({ probe }) => `${probe.accessKey}\0${probe.bucket}`)).size;
}

/**
 * The access proof: tries out what every access key (and nobody at all) can do, and compares it with what the declared
 * policies say. Probe objects are removed afterwards, also those that an interrupted run left behind.
 *
 * @throws the reason of `signal`, once everything is cleaned up
 */
export async function verify(session: Session, options: VerifyOptions = {}): Promise<AccessProof> {
  const { manifest, wire, store } = session;
  const { concurrency = 128, exhaustive = false, signal } = options;
  const start = performance.now();
  const requestsBefore = wire.requests();
  const version = manifest.server.rustfsVersion;
  const profile = VERIFY_PROFILES[version];
  const everything = exhaustive || manifest.buckets.length <= ALL_PAIRS_UP_TO;
  const context: ProbeContext = {
    version,
    profile,
    run: randomBytes(6).toString('hex'),
    depth: everything ? 'full' : 'core',
  };
  const findings: Finding[] = [];
  const notProbed: NotProbed[] = [];
  const rightsOf = rightsFactory(manifest, wire.endpoint);
  const keys = [
    ...(await keySubjects(manifest, store, rightsOf, options, notProbed)),
    ...signInSubjects(options.signIns ?? [], rightsOf),
  ];
  const existing = await listExisting(session, findings);
  // Who asks for single keys, as a rotation does, does not ask about the public.
  const anonymous = options.accessKeys ? undefined : anonymousSubject(rightsOf);
  const plan = planProbes(manifest, context, keys, anonymous, existing, everything);
  notProbed.push(...plan.notProbed);
  const proof = options.proof ?? proveManifest(manifest);
  const planned = [...plan.introductions, ...plan.sequences].flat();
  findings.push(...proverDisagreements(manifest, proof, planned, wire.endpoint));

  const results: ProbeResult[] = [];
  let sequences = plan.sequences;
  const count = () => [...plan.introductions, ...sequences].reduce((sum, { length }) => sum + length, 0);
  let total = count();
  const onResult = (result: ProbeResult) => {
    results.push(result);
    options.onResult?.(result);
    options.onProgress?.(results.length, total);
  };
  const running = { wire, profile, concurrency, ...(signal ? { signal } : {}), onResult };
  try {
    const introduce = (result: ProbeResult) => onResult(asUseOfKey(result, plan));
    notProbed.push(...(await runProbes(plan.introductions, { ...running, onResult: introduce })));
    const barred = barredKeys(results);
    for (const [who, answer] of barred) {
      const reason = `the server does not accept it (${answer}), so none of its rights could be tried`;
      notProbed.push({ what: `access key ${who}`, reason });
    }
    sequences = plan.sequences.filter(([first]) => !barred.has(first?.who.replace(/ with a wrong secret$/, '') ?? ''));
    total = count();
    notProbed.push(...(await runProbes(sequences, running)));
  } finally {
    findings.push(...(await leaveNothing(session, plan, results, concurrency)));
  }
  signal?.throwIfAborted();
  // Who asks for single keys, as a rotation does, does not ask about encryption.
  const encryption = options.accessKeys
    ? undefined
    : await proveEncryption(session, {
        ...(signal && { signal }),
        ...(options.restart && { restart: options.restart }),
      });
  findings.push(...(encryption?.findings ?? []));
  notProbed.push(...(encryption?.notProbed ?? []));
  const explanationOf = await explainResults(session, plan, results);
  findings.push(...results.flatMap((result) => findingOf(result, wire.endpoint, explanationOf(result)) ?? []));
  const accessKeys = new Set(keys.map(({ accessKey }) => accessKey)).size;
  return {
    components: manifest.components.length,
    buckets: manifest.buckets.length,
    accessKeys,
    isolation: proof.isolation,
    unproved: proof.problems,
    exceptions: proof.exceptions,
    probes: countProbes(results, findings),
    findings: sortFindings(findings),
    notProbed: [...notProbed, ...unstored(results)],
    ...(encryption?.proof && { encryption: encryption.proof }),
    pairs: { probed: pairsOf(results), total: accessKeys * manifest.buckets.length },
    sampled: !everything,
    matrix: matrixOf(manifest, plan.assignments, results),
    endpoint: wire.endpoint,
    emulated: session.server.emulated,
    requests: wire.requests() - requestsBefore,
    durationMs: Math.round(performance.now() - start),
  };
}
