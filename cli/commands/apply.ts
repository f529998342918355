import { enrolDeclared, renderPlan, type Safeguard, type Session } from '../../provisioning/index.js';
import { confirm } from '../confirm.js';
import { type ConnectionOptions, connect, describeServer } from '../connection.js';
import { EXIT } from '../exit-codes.js';
import { createProgress, type Progress } from '../render/progress.js';
import { keepBeforeApply, undoApply } from '../safeguard.js';
import { enrolledUsers } from '../sign-ins.js';
import { planColors } from './plan.js';
import { proveAccess } from './verify.js';

export interface ApplyCommandOptions extends ConnectionOptions {
  readonly yes?: boolean;
  readonly replaceKeys?: boolean;
  readonly checkSecrets?: boolean;
  readonly verify?: boolean;
  readonly reports: string;
  /** @default true */
  readonly snapshot?: boolean;
  /** Automatic snapshots that stay. @default 10 */
  readonly keepSnapshots?: number;
  /** Undo the changes when the access proof contradicts. @default true */
  readonly rollback?: boolean;
}

/** Enrols the users that the manifest declares sessions for and that cannot sign in yet. */
export async function enrol(
  session: Session,
  { secrets }: Pick<ConnectionOptions, 'secrets'>,
  progress: Progress,
): Promise<void> {
  const users = await enrolDeclared(session, enrolledUsers(session.manifest, secrets));
  if (users.length === 0) return;
  progress.event({ type: 'enrolled', users });
  progress.line(`enrolled ${users.join(', ')}: sessions can be had by credentials process and credentials serve`);
}

/** `apply`: makes the server hold what the manifest declares; with `--verify` the access proof follows. */
export async function applyCommand(options: ApplyCommandOptions): Promise<number> {
  const progress = createProgress(options.json === true);
  const session = await connect(options, (reason) => progress.line(`waiting for RustFS: ${reason}`));
  try {
    progress.line(describeServer(session));
    const { replaceKeys = false, checkSecrets = false } = options;
    const state = await session.plan({ replaceKeys, checkSecrets, resendTargetSecrets: checkSecrets });
    const { changes, blocked } = state.plan;
    progress.line(renderPlan(state.plan, planColors));
    progress.event({ type: 'plan', ...state.plan });
    let guard: Safeguard | undefined;
    if (changes.length + blocked.length > 0) {
      if (blocked.length === 0 && !options.yes && !(await confirm(changes.length, 'apply'))) {
        progress.line('nothing was changed');
        return EXIT.error;
      }
      if (blocked.length === 0) guard = await keepBeforeApply(session, state, options, progress);
      const waits = new Set<string>();
      await progress.step(`applying ${changes.length} changes`, async (update) => {
        await session.apply(state, {
          replaceKeys,
          checkSecrets,
          onWait: (reason) => {
            update(`waiting: ${reason}`);
            if (waits.has(reason)) return;
            waits.add(reason);
            progress.event({ type: 'waiting', reason });
            if (!process.stdout.isTTY) progress.line(`waiting: ${reason}`);
          },
          onEvent: (event) => {
            progress.event({ ...event });
            if (event.type === 'change-done') update(`${event.kind} ${event.name}`);
          },
        });
      });
    }
    await enrol(session, options, progress);
    progress.event({ type: 'applied', changes: changes.length, requests: session.wire.requests() });
    const proven = options.verify ? (await proveAccess(session, progress, options)).exitCode : EXIT.ok;
    if (proven === EXIT.contradiction && guard && options.rollback !== false) {
      await undoApply(session, guard, state.plan, progress, options.manifest);
    }
    return proven;
  } finally {
    session.close();
  }
}
