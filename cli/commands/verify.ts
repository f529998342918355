import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { proveManifest } from '../../proofs/index.js';
import {
  type AccessProof,
  drift,
  type ForgeryResult,
  type Session,
  severityOfResult,
  verify,
} from '../../provisioning/index.js';
import type { ProbedRequest } from '../../report/index.js';
import { connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { createProgress, type Progress } from '../render/progress.js';
import { renderProof } from '../render/proof.js';
import { type SignedIn, type SignInOptions, signInAll } from '../sign-ins.js';
import { version } from '../version.js';

interface ProofOptions {
  readonly exhaustive?: boolean;
  readonly beforeRestart?: boolean;
  readonly afterRestart?: boolean;
  /** Directory of verify.json and access.{html,md,json}. @default - nothing is written */
  readonly reports?: string;
}

interface ReportedOptions extends ProofOptions {
  readonly onProgress?: (done: number, total: number) => void;
}

export interface VerifyCommandOptions extends SignInOptions, ProofOptions {}

const NO_SIGN_INS: SignedIn = { signIns: [], forged: [] };

/** A forged token that is accepted weighs more than everything else. */
function exitCodeOf(proof: AccessProof, { forged }: SignedIn): number {
  return forged.some(({ refused }) => !refused) ? EXIT.contradiction : exitCode(proof);
}

function renderForged(forged: readonly ForgeryResult[]): string[] {
  const accepted = forged.filter(({ refused }) => !refused);
  if (forged.length === 0) return [];
  return [
    `${forged.length} forged tokens: ${forged.length - accepted.length} refused`,
    ...accepted.map(({ what, answer }) => pc.red(`security: a token ${what} was not refused (${answer})`)),
  ];
}

function exitCode({ findings }: AccessProof): number {
  if (findings.some(({ severity }) => severity !== 'error')) return EXIT.contradiction;
  return findings.length > 0 ? EXIT.error : EXIT.ok;
}

/** Runs the access proof and writes the reports about it. */
async function proveAndReport(session: Session, options: ReportedOptions, { signIns }: SignedIn): Promise<AccessProof> {
  const { exhaustive = false, reports, onProgress } = options;
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
  if (!reports) return proof;
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
  return proof;
}

/** Runs the access proof, shows it, writes the reports, and returns the exit code. */
export async function proveAccess(
  session: Session,
  progress: Progress,
  options: Omit<ReportedOptions, 'onProgress'>,
  signedIn: SignedIn = NO_SIGN_INS,
): Promise<number> {
  const proof = await progress.step('probing every access right', (update) =>
    proveAndReport(
      session,
      { ...options, onProgress: (done, total) => update(`${done} of ${total} probes`) },
      signedIn,
    ),
  );
  progress.event({ type: 'proof', ...proof });
  progress.line([renderProof(proof, session.manifest), ...renderForged(signedIn.forged)].join('\n'));
  if (options.reports) progress.line(`report: ${join(options.reports, 'access.html')}`);
  return exitCodeOf(proof, signedIn);
}

/** `verify`: 0 when every probe was answered as predicted, 3 on a contradiction, 1 when a probe got no usable answer. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<number> {
  if (!options.json) {
    const progress = createProgress(false);
    const session = await connect(options, (reason) => progress.line(pc.dim(`waiting for RustFS: ${reason}`)));
    try {
      progress.line(describeServer(session));
      return await proveAccess(session, progress, options, await signInAll(session, options));
    } finally {
      session.close();
    }
  }
  const session = await connect(options);
  try {
    const signedIn = await signInAll(session, options);
    const proof = await proveAndReport(session, options, signedIn);
    console.log(JSON.stringify(signedIn.forged.length > 0 ? { ...proof, forged: signedIn.forged } : proof));
    return exitCodeOf(proof, signedIn);
  } finally {
    session.close();
  }
}
