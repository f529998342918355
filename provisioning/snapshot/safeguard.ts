import type { Plan } from '../plan/model.js';
import type { PlannedState, Session } from '../session.js';
import { type Contents, canonicalText } from './contents.js';
import { digestOf, type RestoreOptions, type RestoreResult, type RestoreSession, restore, sameAs } from './restore.js';
import { withinApplied } from './scope.js';
import type { Snapshot, SnapshotStore } from './snapshot-store.js';

/** The contents as a snapshot of this session's server. */
export function snapshotOf(session: Session, contents: Contents, reason: Snapshot['reason']): Snapshot {
  return {
    format: 1,
    createdAt: new Date().toISOString(),
    reason,
    stack: session.manifest.stack,
    endpoint: session.wire.endpoint,
    version: session.server.version,
    emulated: session.server.emulated,
    rootAccessKey: session.root.accessKeyId,
    contents,
  };
}

/** A snapshot that was taken before an apply. */
export interface Safeguard {
  readonly file: string;
  readonly contents: Contents;
}

/**
 * Keeps what the plan was made from, without asking the server again. Undefined if the server did not export its identities,
 * so that there are no secrets to put back.
 *
 * @param keep how many automatic snapshots stay
 */
export async function safeguard(
  session: Session,
  state: PlannedState,
  store: SnapshotStore,
  keep: number,
): Promise<Safeguard | undefined> {
  const contents = state.contents();
  if (contents === undefined) return undefined;
  return { contents, file: await store.write(snapshotOf(session, contents, 'before-apply'), keep) };
}

export interface Rollback extends RestoreResult {
  /** SHA-256 of what the snapshot holds and of what the server holds now, both in canonical form. */
  readonly digests: { readonly snapshot: string; readonly server: string };
  /** The server holds what the snapshot does, byte for byte; or differs in what others changed meanwhile, or could not be put back. */
  readonly equal: boolean;
}

export async function rollBack(
  session: RestoreSession,
  past: Contents,
  options: RestoreOptions = {},
): Promise<Rollback> {
  const result = await restore(session, past, options);
  const digests = { snapshot: digestOf(canonicalText(past)), server: digestOf(canonicalText(result.now, past)) };
  return { ...result, digests, equal: sameAs(past, result.now) };
}

/** Undoes what one apply changed, and nothing else. */
export function rollBackApply(
  session: Session,
  past: Contents,
  applied: Plan,
  options: Pick<RestoreOptions, 'onChange'> = {},
): Promise<Rollback> {
  return rollBack(session, past, {
    ...options,
    within: (plan, now) => withinApplied(plan, applied, session.manifest, now, past),
  });
}
