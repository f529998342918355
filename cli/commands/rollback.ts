import {
  compareWithSnapshot,
  type Plan,
  type Rollback,
  readServerContents,
  renderPlan,
  rollBack,
  type Session,
  type Snapshot,
  snapshotOf,
} from '../../provisioning/index.js';
import { confirm } from '../confirm.js';
import { type ConnectionOptions, connect, describeServer, readManifest } from '../connection.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { createProgress, type Progress } from '../render/progress.js';
import { renderLeft } from '../render/rollback.js';
import { snapshotsOf } from '../snapshots.js';
import { planColors } from './plan.js';

export interface RollbackCommandOptions extends ConnectionOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly otherServer?: boolean;
}

/** A snapshot of another server would make this one into that one. */
function checkOrigin(file: string, { stack, endpoint }: Snapshot, { manifest, wire }: Session): void {
  if (stack === manifest.stack && endpoint === wire.endpoint) return;
  throw new UsageError(
    `${file} is a snapshot of stack ${stack} at ${endpoint}, and this is stack ${manifest.stack} at ${wire.endpoint}: name the right manifest and endpoint, or pass --other-server if this server shall become like that one`,
  );
}

function render({ left, equal, digests }: Rollback): string {
  return [
    ...(left.length > 0 ? [renderLeft(left)] : []),
    equal
      ? `IAM and bucket configuration are as in the snapshot, byte for byte (SHA-256 ${digests.snapshot.slice(0, 16)}…)`
      : `IAM and bucket configuration are not byte for byte as in the snapshot (SHA-256 ${digests.server.slice(0, 16)}…, the snapshot ${digests.snapshot.slice(0, 16)}…)`,
  ].join('\n');
}

/** Keeps the state that is left, so that a rollback can be rolled back. */
async function keepPresent(session: Session, options: RollbackCommandOptions, progress: Progress): Promise<void> {
  const present = snapshotOf(session, await readServerContents(session), 'before-rollback');
  progress.line(`the state before this rollback is in ${await snapshotsOf(session.manifest, options).write(present)}`);
}

async function carryOut(session: Session, { contents }: Snapshot, { changes }: Plan, progress: Progress) {
  if (changes.length === 0) return rollBack(session, contents);
  return progress.step(`restoring ${changes.length} changes`, (update) =>
    rollBack(session, contents, {
      onChange: ({ action, kind, name }) => {
        update(`${kind} ${name}`);
        progress.event({ type: 'change-done', action, kind, name });
      },
    }),
  );
}

/** `rollback`: 0 when the server holds what the snapshot does, 2 for what a dry run would change, 1 when something could not be restored. */
export async function rollbackCommand(file: string, options: RollbackCommandOptions): Promise<number> {
  const progress = createProgress(options.json === true);
  const snapshot = await snapshotsOf(readManifest(options.manifest), options).read(file);
  const session = await connect(options, (reason) => progress.line(`waiting for RustFS: ${reason}`));
  try {
    if (!options.otherServer) checkOrigin(file, snapshot, session);
    progress.line(describeServer(session));
    progress.line(`snapshot of ${snapshot.createdAt} (${snapshot.reason})`);
    const { plan } = await compareWithSnapshot(session, snapshot.contents);
    progress.line(renderPlan(plan, planColors));
    progress.event({ type: 'plan', ...plan });
    if (options.dryRun) return plan.changes.length > 0 ? EXIT.changes : EXIT.ok;
    if (plan.changes.length > 0) {
      if (!options.yes && !(await confirm(plan.changes.length, 'rollback'))) {
        progress.line('nothing was changed');
        return EXIT.error;
      }
      await keepPresent(session, options, progress);
    }
    const result = await carryOut(session, snapshot, plan, progress);
    progress.line(render(result));
    const { left, equal, digests } = result;
    progress.event({ type: 'rolled-back', equal, left, digests, requests: session.wire.requests() });
    return left.length === 0 && equal ? EXIT.ok : EXIT.error;
  } finally {
    session.close();
  }
}
