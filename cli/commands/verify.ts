import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proveManifest } from '../../proofs/index.js';
import {
  type AccessProof,
  accessMetrics,
  drift,
  type EventProof,
  type ForgeryResult,
  proveEvents,
  type Session,
  severityOfResult,
  verify,
} from '../../provisioning/index.js';
import type { ProbedRequest } from '../../report/index.js';
import { connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { renderEventProof } from '../render/event-proof.js';
import { createProgress, type Progress } from '../render/progress.js';
import { renderProof } from '../render/proof.js';
import { countSignIns, renderSignIn } from '../render/sign-ins.js';
import { type SignedIn, type SignInOptions, signInAll } from '../sign-ins.js';
import { unixTime, writeTextfile } from '../textfile.js';
import { version } from '../version.js';

export interface ProofOptions {
  readonly exhaustive?: boolean;
  readonly beforeRestart?: boolean;
  readonly afterRestart?: boolean;
  /** Directory of verify.json and access.{html,md,json}. @default - nothing is written */
  readonly reports?: string;
  /** File for Prometheus metrics. @default - none */
  readonly textfile?: string;
  /** Leave events out: they are proved elsewhere. @default false */
  readonly accessOnly?: boolean;
}

interface ReportedOptions extends ProofOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifyCommandOptions extends SignInOptions, ProofOptions {}

const NO_SIGN_INS: SignedIn = { signIns: [], forged: [], broken: [] };

/** A forged token or broken session that is accepted weighs more than everything else. */
function exitCodeOf(proof: AccessProof, { forged, broken }: SignedIn): number {
  return [...forged, ...broken].some(({ refused }) => !refused) ? EXIT.contradiction : exitCode(proof);
}

function renderForged(what: 'token' | 'session', adjective: string, forged: readonly ForgeryResult[]): string[] {
  const accepted = forged.filter(({ refused }) => !refused);
  if (forged.length === 0) return [];
  return [
    `${forged.length} ${adjective} ${what}s: ${forged.length - accepted.length} refused`,
    ...accepted.map(({ what: which, answer }) => pc.red(`security: a ${what} ${which} was not refused (${answer})`)),
  ];
}

function exitCode({ findings }: AccessProof): number {
  if (findings.some(({ severity }) => severity !== 'error')) return EXIT.contradiction;
  return findings.length > 0 ? EXIT.error : EXIT.ok;
}

/** Runs the access proof and writes the reports about it. */
async function proveAndReport(
  session: Session,
  options: ReportedOptions,
  { signIns }: SignedIn,
): Promise<{ readonly proof: AccessProof; readonly results: readonly ProbedRequest[] }> {
  const { exhaustive = false, reports, textfile, onProgress } = options;
  const restart = options.beforeRestart ? 'before' : options.afterRestart ? 'after' : undefined;
  const results: ProbedRequest[] = [];
  const theorems = proveManifest(session.manifest);
  const proof = await untilInterrupted((signal) =>
    verify(session, {
      exhaustive,
      signal,
      proof: theorems,
      signIns,
      ...(restart && { restart }),
      ...(onProgress ? { onProgress } : {}),
      onResult: (result) => {
        const contradicts = severityOfResult(result);
        results.push({ ...result, ...(contradicts ? { contradicts } : {}) });
      },
    }),
  );
  if (textfile !== undefined) await writeTextfile(textfile, accessMetrics(session.manifest.stack, proof, unixTime()));
  if (!reports) return { proof, results };
  mkdirSync(reports, { recursive: true });
  writeFileSync(join(reports, 'verify.json'), `${JSON.stringify(proof, null, 2)}\n`);
  const [{ writeReports }, { findings, keyAges }] = await Promise.all([import('../report/write.js'), drift(session)]);
  await writeReports(reports, {
    tool: `cdktf-rustfs ${version}`,
    createdAt: new Date(),
    manifest: session.manifest,
    access: proof,
    results,
    proof: theorems,
    unmanaged: findings
      .filter(({ category }) => category === 'unmanaged')
      .map(({ kind, name, severity, message, gives }) => ({
        kind,
        name,
        severity,
        detail: [message, ...gives].join('; '),
      })),
    keys: keyAges,
  });
  return { proof, results };
}

/** Events are tried after access, so that their objects are not in the way. */
async function proveDeliveries(session: Session, onProgress: (text: string) => void, reports: string | undefined) {
  const events = await untilInterrupted((signal) => proveEvents(session, { signal, onProgress }));
  if (reports && events) writeFileSync(join(reports, 'events.json'), `${JSON.stringify(events, null, 2)}\n`);
  return events;
}

function eventExitCode(events: EventProof | undefined): number {
  if (events?.findings.some(({ severity }) => severity !== 'error')) return EXIT.contradiction;
  return (events?.findings.length ?? 0) > 0 ? EXIT.error : EXIT.ok;
}

/** A contradiction weighs more than an error. */
const worst = (codes: readonly number[]) => Math.max(...codes);

/** An access proof that was shown. */
export interface Shown {
  readonly proof: AccessProof;
  readonly exitCode: number;
}

/** Runs the access proof, shows it and writes the reports. */
export async function proveAccess(
  session: Session,
  progress: Progress,
  options: Omit<ReportedOptions, 'onProgress'>,
  signedIn: SignedIn = NO_SIGN_INS,
): Promise<Shown> {
  const { proof, results } = await progress.step('probing every access right', (update) =>
    proveAndReport(
      session,
      { ...options, onProgress: (done, total) => update(`${done} of ${total} probes`) },
      signedIn,
    ),
  );
  const events =
    session.manifest.eventTargets && !options.accessOnly
      ? await progress.step('proving events', (update) => proveDeliveries(session, update, options.reports))
      : undefined;
  if (events) progress.event({ type: 'event-proof', ...events });
  const signIns = countSignIns(signedIn.signIns, results);
  for (const signIn of signIns) progress.event({ type: 'signed-in', ...signIn });
  for (const forged of signedIn.forged) progress.event({ type: 'forgery', ...forged });
  for (const broken of signedIn.broken) progress.event({ type: 'broken-session', ...broken });
  progress.event({ type: 'proof', ...proof });
  const text = [
    renderProof(proof, session.manifest, new Set(signedIn.signIns.map(({ who }) => who)).size),
    ...signIns.map(renderSignIn),
    ...renderForged('token', 'forged', signedIn.forged),
    ...renderForged('session', 'broken', signedIn.broken),
  ];
  progress.line(text.join('\n'));
  if (events) progress.line(renderEventProof(events));
  if (options.reports) progress.line(`report: ${join(options.reports, 'access.html')}`);
  return { proof, exitCode: worst([exitCodeOf(proof, signedIn), eventExitCode(events)]) };
}

/** `verify`: 0 when every probe was answered as predicted, 3 on a contradiction, 1 when a probe got no usable answer. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<number> {
  if (!options.json) {
    const progress = createProgress(false);
    const session = await connect(options, (reason) => progress.line(pc.dim(`waiting for RustFS: ${reason}`)));
    try {
      progress.line(describeServer(session));
      return (await proveAccess(session, progress, options, await signInAll(session, options))).exitCode;
    } finally {
      session.close();
    }
  }
  const session = await connect(options);
  try {
    const signedIn = await signInAll(session, options);
    const { proof } = await proveAndReport(session, options, signedIn);
    const events = await proveDeliveries(session, () => {}, options.reports);
    const forged = signedIn.forged.length > 0 ? { forged: signedIn.forged } : {};
    console.log(JSON.stringify({ ...proof, ...forged, ...(events ? { events } : {}) }));
    return worst([exitCodeOf(proof, signedIn), eventExitCode(events)]);
  } finally {
    session.close();
  }
}
