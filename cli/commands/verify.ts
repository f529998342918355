import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AccessProof, type Session, verify } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { createProgress, type Progress } from '../render/progress.js';
import { renderProof } from '../render/proof.js';

interface ProofOptions {
  readonly exhaustive?: boolean;
  readonly reports?: string;
}

export interface VerifyCommandOptions extends ConnectionOptions, ProofOptions {}

function exitCode({ findings }: AccessProof): number {
  if (findings.some(({ severity }) => severity !== 'error')) return EXIT.contradiction;
  return findings.length > 0 ? EXIT.error : EXIT.ok;
}

/** Runs the access proof, shows it, writes `verify.json` to the reports directory, and returns the exit code. */
export async function proveAccess(
  session: Session,
  progress: Progress,
  { exhaustive = false, reports }: ProofOptions,
): Promise<number> {
  const proof = await progress.step('probing every access right', (update) =>
    untilInterrupted((signal) =>
      verify(session, { exhaustive, signal, onProgress: (done, total) => update(`${done} of ${total} probes`) }),
    ),
  );
  if (reports) {
    mkdirSync(reports, { recursive: true });
    writeFileSync(join(reports, 'verify.json'), `${JSON.stringify(proof, null, 2)}\n`);
  }
  progress.event({ type: 'proof', ...proof });
  progress.line(renderProof(proof, session.manifest));
  return exitCode(proof);
}

/** `verify`: 0 when every probe was answered as predicted, 3 on a contradiction, 1 when a probe got no usable answer. */
export async function verifyCommand(options: VerifyCommandOptions): Promise<number> {
  if (!options.json) {
    const progress = createProgress(false);
    const session = await connect(options, (reason) => progress.line(pc.dim(`waiting for RustFS: ${reason}`)));
    try {
      progress.line(describeServer(session));
      return await proveAccess(session, progress, options);
    } finally {
      session.close();
    }
  }
  const session = await connect(options);
  try {
    const proof = await untilInterrupted((signal) =>
      verify(session, { exhaustive: options.exhaustive ?? false, signal }),
    );
    console.log(JSON.stringify(proof));
    return exitCode(proof);
  } finally {
    session.close();
  }
}
