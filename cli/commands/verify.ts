import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccessProof, type ForgeryResult, type Session, verify } from '../../provisioning/index.js';
import { connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { createProgress, type Progress } from '../render/progress.js';
import { renderProof } from '../render/proof.js';
import { type SignedIn, type SignInOptions, signInAll } from '../sign-ins.js';

interface ProofOptions {
  readonly exhaustive?: boolean;
  readonly reports?: string;
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

/** Runs the access proof, shows it, writes `verify.json` to the reports directory, and returns the exit code. */
export async function proveAccess(
  session: Session,
  progress: Progress,
  { exhaustive = false, reports }: ProofOptions,
  signedIn: SignedIn = NO_SIGN_INS,
): Promise<number> {
  const { signIns, forged } = signedIn;
  const proof = await progress.step('probing every access right', (update) =>
    untilInterrupted((signal) =>
      verify(session, {
        exhaustive,
        signal,
        signIns,
        onProgress: (done, total) => update(`${done} of ${total} probes`),
      }),
    ),
  );
  if (reports) {
    mkdirSync(reports, { recursive: true });
    writeFileSync(join(reports, 'verify.json'), `${JSON.stringify(proof, null, 2)}\n`);
  }
  progress.event({ type: 'proof', ...proof });
  progress.line([renderProof(proof, session.manifest), ...renderForged(forged)].join('\n'));
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
    const { signIns, forged } = signedIn;
    const proof = await untilInterrupted((signal) =>
      verify(session, { exhaustive: options.exhaustive ?? false, signal, signIns }),
    );
    console.log(JSON.stringify(forged.length > 0 ? { ...proof, forged } : proof));
    return exitCodeOf(proof, signedIn);
  } finally {
    session.close();
  }
}
