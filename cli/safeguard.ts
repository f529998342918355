import {
  type Plan,
  type PlannedState,
  rollBackApply,
  type Safeguard,
  type Session,
  safeguard,
  verify,
} from '../provisioning/index.js';
import { untilInterrupted } from './interrupt.js';
import { colors as pc } from './render/color.js';
import type { Progress } from './render/progress.js';
import { renderFindings } from './render/proof.js';
import { renderLeft } from './render/rollback.js';
import { snapshotsOf } from './snapshots.js';

export interface SafeguardOptions {
  readonly secrets?: string;
  /** @default true */
  readonly snapshot?: boolean;
  /** @default 10 */
  readonly keepSnapshots?: number;
}

/** Takes the snapshot before an apply; it asks the server for nothing. */
export async function keepBeforeApply(
  session: Session,
  state: PlannedState,
  { snapshot = true, keepSnapshots = 10, ...options }: SafeguardOptions,
  progress: Progress,
): Promise<Safeguard | undefined> {
  if (!snapshot) return undefined;
  const guard = await safeguard(session, state, snapshotsOf(session.manifest, options), keepSnapshots);
  progress.line(
    guard
      ? pc.dim(`snapshot: ${guard.file}`)
      : pc.yellow('no snapshot and no automatic rollback: the server did not export its identities'),
  );
  progress.event({ type: 'snapshot', ...(guard ? { file: guard.file } : {}) });
  return guard;
}

/** Undoes an apply that the access proof contradicts, and looks whether what was found is gone. */
export async function undoApply(
  session: Session,
  guard: Safeguard,
  applied: Plan,
  progress: Progress,
  manifest: string,
): Promise<void> {
  progress.line(
    `rolling back what this apply changed (keep it with --no-rollback); if interrupted, run: cdktf-rustfs rollback ${guard.file} --manifest ${manifest}`,
  );
  const result = await progress.step(`restoring the state before ${applied.changes.length} changes`, (update) =>
    rollBackApply(session, guard.contents, applied, {
      onChange: ({ action, kind, name }) => {
        update(`${kind} ${name}`);
        progress.event({ type: 'change-done', action, kind, name });
      },
    }),
  );
  const { equal, left, digests } = result;
  if (left.length > 0) progress.line(renderLeft(left));
  progress.line(
    equal
      ? 'IAM and bucket configuration are as before this apply, byte for byte'
      : 'IAM and bucket configuration differ from those before this apply, in what was not restored or what others changed meanwhile',
  );
  progress.event({ type: 'rolled-back', equal, left, digests });
  const { findings } = await progress.step('probing again', () =>
    untilInterrupted((signal) => verify(session, { signal })),
  );
  const remaining = findings.filter(({ severity }) => severity === 'security');
  progress.event({ type: 'proof-after-rollback', findings: remaining });
  progress.line(
    remaining.length === 0
      ? 'after the rollback nobody can do more than is declared; what this apply declared for the first time is missing again'
      : [pc.red('still there, so not because of this apply:'), ...renderFindings(remaining)].join('\n'),
  );
}
