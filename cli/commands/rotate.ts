import { ROOT_ENTRY } from '../../manifest/index.js';
import { type KeyRotation, rotateKeys, selectAccessKeys } from '../../provisioning/index.js';
import { type ConnectionOptions, connect, describeServer, readManifest } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { untilInterrupted } from '../interrupt.js';
import { colors as pc } from '../render/color.js';
import { createProgress } from '../render/progress.js';
import { renderFindings } from '../render/proof.js';
import { renderTable } from '../render/table.js';
import { rotateRootCommand } from './rotate-root.js';

export interface RotateCommandOptions extends ConnectionOptions {
  /** In milliseconds. */
  readonly olderThan?: number;
  readonly finish?: boolean;
  readonly root?: boolean;
}

const OUTCOME_COLORS = {
  rotated: pc.green,
  finished: pc.green,
  unproven: pc.red,
  unchanged: pc.dim,
} as const;

function render(keys: readonly KeyRotation[], finish: boolean): string {
  const rows = keys.map(({ accessKey, component = '', outcome, note }) => [
    accessKey,
    component,
    OUTCOME_COLORS[outcome](outcome),
    note,
  ]);
  const findings = keys.flatMap((key) => key.findings);
  const nothing = keys.every(({ outcome }) => outcome === 'unchanged');
  return [
    ...(rows.length > 0 ? [renderTable(['access key', 'component', 'outcome', ''], rows)] : []),
    ...renderFindings(findings),
    ...(nothing ? [finish ? 'nothing to finish' : 'nothing to rotate'] : []),
  ].join('\n');
}

function exitCode(keys: readonly KeyRotation[]): number {
  const findings = keys.flatMap((key) => key.findings);
  if (findings.some(({ severity }) => severity !== 'error')) return EXIT.contradiction;
  return findings.length > 0 ? EXIT.error : EXIT.ok;
}

/** `rotate`: 0 also when nothing was due, 3 when the proof of a new key contradicts what is declared. */
export async function rotateCommand(names: readonly string[], options: RotateCommandOptions): Promise<number> {
  const { finish = false, olderThan, root = names.includes(ROOT_ENTRY) } = options;
  if (root) {
    if (names.some((name) => name !== ROOT_ENTRY) || olderThan !== undefined) {
      throw new UsageError('the root secret is rotated by itself: run rotate --root without names and --older-than');
    }
    return rotateRootCommand(options);
  }
  // Before the server is asked for anything.
  selectAccessKeys(readManifest(options.manifest), names);
  const progress = createProgress(options.json === true);
  const session = await connect(options, (reason) => progress.line(pc.dim(`waiting for RustFS: ${reason}`)));
  try {
    progress.line(describeServer(session));
    const keys = await progress.step(finish ? 'deleting old keys' : 'rotating access keys', (update) =>
      untilInterrupted((signal) =>
        rotateKeys(session, {
          names,
          finish,
          signal,
          ...(olderThan === undefined ? {} : { olderThanMs: olderThan }),
          onStep: (accessKey, step) => {
            update(`${accessKey}: ${step}`);
            progress.event({ type: 'rotation-step', accessKey, step });
          },
        }),
      ),
    );
    progress.event({ type: 'rotation', keys, requests: session.wire.requests() });
    progress.line(render(keys, finish));
    return exitCode(keys);
  } finally {
    session.close();
  }
}
