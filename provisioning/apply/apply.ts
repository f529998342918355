import { forEachConcurrently } from '../concurrency.js';
import { ProvisioningError } from '../errors.js';
import { applyKms, applyKmsKey, applyKmsProbe } from '../kms/apply.js';
import type { Change, ChangeKind, Plan } from '../plan/model.js';
import { generateKeyPair } from '../secrets/generate-key.js';
import { applyAccessKey } from './access-keys.js';
import { configureBucket, createBucket } from './buckets.js';
import { type ApplyContext, declared } from './context.js';
import { applyEventTarget, requireTargets, switchModule } from './event-targets.js';

export interface ApplyEvent extends Pick<Change, 'action' | 'kind' | 'name'> {
  readonly type: 'change-started' | 'change-done';
}

export interface ApplyOptions {
  /** Changes at a time. @default 32 */
  readonly concurrency?: number;
  readonly onEvent?: (event: ApplyEvent) => void;
  /** How long an event target may take to come online, in milliseconds. @default 30000 */
  readonly targetWaitMs?: number;
  /** What is being waited for, in words. */
  readonly onWait?: (reason: string) => void;
}

type Handler = (context: ApplyContext, change: Change) => Promise<void>;

async function applyUser({ admin, manifest }: ApplyContext, { action, name }: Change): Promise<void> {
  // The user's own secret is random and thrown away: only access keys are ever used. An existing user is never created
  // again, as that would overwrite its secret (recorded: 02-users add-again-new-secret).
  if (action === 'create') await admin.createUser(name, generateKeyPair().secretAccessKey);
  else await admin.setUserEnabled(name, declared(manifest.users, name).enabled);
}

async function applyGroup({ admin, manifest }: ApplyContext, { action, name }: Change): Promise<void> {
  const group = declared(manifest.groups, name);
  if (action === 'create') await admin.changeMembers(name, group.members, false);
  else await admin.setGroupEnabled(name, group.enabled);
}

async function applyMembers({ admin, manifest, estate }: ApplyContext, { name }: Change): Promise<void> {
  const wanted = declared(manifest.groups, name).members;
  const actual = estate.groups.get(name)?.members ?? [];
  const added = wanted.filter((member) => !actual.includes(member));
  const removed = actual.filter((member) => !wanted.includes(member));
  if (added.length > 0) await admin.changeMembers(name, added, false);
  // An empty removal would delete the group (reference: update-group-members).
  if (removed.length > 0) await admin.changeMembers(name, removed, true);
}

const HANDLERS: Readonly<Record<ChangeKind, Handler>> = {
  bucket: createBucket,
  'bucket-config': configureBucket,
  policy: ({ admin, manifest }, { name }) => admin.putPolicy(name, declared(manifest.policies, name).document),
  user: applyUser,
  'user-policies': ({ admin, manifest }, { name }) =>
    admin.setPolicies(name, declared(manifest.users, name).policies, false),
  group: applyGroup,
  'group-members': applyMembers,
  'group-policies': ({ admin, manifest }, { name }) =>
    admin.setPolicies(name, declared(manifest.groups, name).policies, true),
  membership: ({ admin }, { name }) => {
    const slash = name.lastIndexOf('/');
    return admin.changeMembers(name.slice(0, slash), [name.slice(slash + 1)], true);
  },
  'access-key': applyAccessKey,
  'event-module': switchModule,
  'event-target': applyEventTarget,
  kms: applyKms,
  'kms-key': applyKmsKey,
  'kms-probe': applyKmsProbe,
};

/** What has to exist before the next phase can refer to it. */
const PHASES: readonly (readonly (ChangeKind | 'notifications')[])[] = [
  // The KMS before the first encrypted write (recorded: 10-kms).
  ['kms'],
  ['kms-key'],
  ['kms-probe'],
  ['bucket', 'bucket-config', 'policy', 'user'],
  ['group', 'group-members', 'group-policies', 'user-policies', 'membership'],
  ['access-key'],
  // Last, so that a receiver that is down keeps nobody from the data.
  ['event-module'],
  ['event-target'],
  ['notifications'],
];

/** Notifications are a setting of buckets, but need targets. */
function phaseKind({ kind, name }: Change): ChangeKind | 'notifications' {
  return kind === 'bucket-config' && name.endsWith('/notifications') ? 'notifications' : kind;
}

/** Changes of one object follow one another; RustFS answers concurrent writes to one principal unreliably (reference: attach). */
function lanes(changes: readonly Change[]): readonly (readonly Change[])[] {
  const byObject = new Map<string, Change[]>();
  for (const change of changes) {
    // One target at a time: each write restarts the whole module.
    const object = change.kind.startsWith('event')
      ? 'events'
      : change.kind.startsWith('bucket')
        ? `bucket ${change.name.split('/')[0]}`
        : change.kind.startsWith('kms')
          ? 'kms'
          : `${change.kind.split('-')[0]} ${change.name}`;
    const lane = byObject.get(object);
    if (lane) lane.push(change);
    else byObject.set(object, [change]);
  }
  return [...byObject.values()];
}

/**
 * Carries out a plan. Safe to interrupt at any point and to run again: every change is either an idempotent write, or (an
 * access key) is prepared in the secret store first.
 *
 * @throws {ProvisioningError} before anything is changed if the plan is blocked.
 */
export async function apply(
  plan: Plan,
  context: ApplyContext,
  { concurrency = 32, onEvent }: ApplyOptions = {},
): Promise<void> {
  if (plan.blocked.length > 0) {
    const reasons = plan.blocked.map(({ kind, name, reason, wayOut }) => `${kind} ${name}: ${reason}; ${wayOut}`);
    throw new ProvisioningError(`nothing was changed, because the plan is blocked\n${reasons.join('\n')}`);
  }
  for (const kinds of PHASES) {
    const changes = plan.changes.filter((change) => kinds.includes(phaseKind(change)));
    if (kinds.includes('notifications')) await requireTargets(context, changes);
    await forEachConcurrently(lanes(changes), concurrency, async (lane) => {
      for (const change of lane) {
        const { action, kind, name } = change;
        onEvent?.({ type: 'change-started', action, kind, name });
        await HANDLERS[kind](context, change);
        onEvent?.({ type: 'change-done', action, kind, name });
      }
    });
  }
}
