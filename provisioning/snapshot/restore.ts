import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { BUILTIN_POLICIES } from '../../policies/index.js';
import { createAdminClient } from '../client/admin.js';
import { createBucketClient } from '../client/buckets.js';
import { forEachConcurrently } from '../concurrency.js';
import { exportBuckets, exportIam } from '../observe.js';
import type { Change, ChangeKind, Plan } from '../plan/model.js';
import { PROVISIONING_PROFILES } from '../profile.js';
import type { Session } from '../session.js';
import { type Contents, canonicalText, contentsOf, type Setting } from './contents.js';
import { planRestore } from './plan-restore.js';
import { type BucketTarget, createBucket, deleteEmptyBucket, occupiedOf, restoreSetting } from './restore-bucket.js';
import {
  type IdentityTarget,
  restoreGroup,
  restoreGroupPolicies,
  restoreKey,
  restoreMembers,
  restorePolicy,
  restoreUser,
  restoreUserPolicies,
} from './restore-identities.js';

/** What restoring needs of a session. */
export type RestoreSession = Pick<Session, 'manifest' | 'wire' | 'root'>;

/** A server and a snapshot side by side. */
export interface Comparison {
  readonly now: Contents;
  /** What a restore would change. */
  readonly plan: Plan;
}

export interface RestoreOptions {
  /** Narrows what may be changed. @default - everything that differs */
  readonly within?: (restore: Plan, now: Contents) => Plan;
  readonly onChange?: (change: Change) => void;
}

export interface RestoreResult {
  readonly now: Contents;
  /** What could not be put back, in words. */
  readonly left: readonly string[];
}

const MAX_ROUNDS = 4;
const AT_A_TIME = 16;

const bucketTarget = ({ wire, root }: RestoreSession): BucketTarget => ({
  wire,
  root,
  admin: createAdminClient(wire, root),
});

/** Reads IAM and bucket configuration with all secrets: `everything`, or CORS and public access block of these buckets only. */
export async function readContents(
  { wire, root }: RestoreSession,
  wantsRest: (bucket: string) => boolean = () => true,
): Promise<Contents> {
  const clients = { admin: createAdminClient(wire, root), buckets: createBucketClient(wire, root) };
  const [iam, buckets] = await Promise.all([exportIam(clients.admin), exportBuckets(clients, wantsRest)]);
  const contents = contentsOf({ iam, buckets });
  if (contents === undefined) throw new Error('an export without identities');
  return contents;
}

/** Reads the server and plans the restore of a snapshot. Changes nothing. */
export async function compare(
  session: RestoreSession,
  past: Contents,
  { within = (plan) => plan }: RestoreOptions = {},
): Promise<Comparison> {
  const wantsRest = (bucket: string) => past.buckets[bucket]?.cors !== undefined;
  const now = await readContents(session, wantsRest);
  const strangers = Object.keys(now.buckets).filter((name) => past.buckets[name] === undefined);
  const builtin = BUILTIN_POLICIES[session.manifest.server.rustfsVersion];
  const plan = planRestore(now, past, {
    builtinPolicies: new Set(Object.keys(builtin)),
    occupied: await occupiedOf(bucketTarget(session), strangers),
    now: new Date(),
  });
  return { now, plan: within(plan, now) };
}

type Step = (change: Change) => Promise<void>;

function steps(session: RestoreSession, now: Contents, past: Contents): Readonly<Partial<Record<ChangeKind, Step>>> {
  const buckets = bucketTarget(session);
  const identities: IdentityTarget = {
    wire: session.wire,
    admin: buckets.admin,
    profile: PROVISIONING_PROFILES[session.manifest.server.rustfsVersion],
    now: now.iam,
    past: past.iam,
  };
  const ofIdentity = (step: (target: IdentityTarget, change: Change) => Promise<void>) => (change: Change) =>
    step(identities, change);
  return {
    bucket: ({ action, name }) =>
      action === 'delete'
        ? deleteEmptyBucket(buckets, name)
        : createBucket(buckets, name, past.buckets[name]?.objectLock != null),
    'bucket-config': ({ name: path }) => {
      const [name = '', setting] = path.split('/') as [string, Setting];
      return restoreSetting(buckets, name, setting, past.buckets[name]?.[setting] ?? null);
    },
    policy: ofIdentity(restorePolicy),
    user: ofIdentity(restoreUser),
    'user-policies': ofIdentity(restoreUserPolicies),
    group: ofIdentity(restoreGroup),
    'group-members': ofIdentity(restoreMembers),
    'group-policies': ofIdentity(restoreGroupPolicies),
    'access-key': ofIdentity(restoreKey),
  };
}

/** What has to be there before the next can refer to it; what nothing refers to any more goes last. */
const PHASES: readonly ((change: Change) => boolean)[] = [
  ({ kind, action }) => kind === 'access-key' && action === 'delete',
  ({ kind, action }) => ['bucket', 'bucket-config', 'policy', 'user'].includes(kind) && !isRemoval(kind, action),
  ({ kind, action }) => kind === 'group' && action === 'create',
  ({ kind, action }) => /^(?:group|user-policies)/.test(kind) && action === 'update',
  ({ kind, action }) => kind === 'access-key' && action !== 'delete',
  ({ kind, action }) => kind === 'group' && action === 'delete',
  ({ kind, action }) => kind === 'user' && action === 'delete',
  ({ kind, action }) => kind === 'policy' && action === 'delete',
  ({ kind, action }) => kind === 'bucket' && action === 'delete',
];

/** Of a bucket's setting, a removal is as any other change. */
const isRemoval = (kind: ChangeKind, action: Change['action']) => action === 'delete' && kind !== 'bucket-config';

/** Changes of one object follow one another (reference: concurrent writes to one principal). */
function lanes(changes: readonly Change[]): Iterable<readonly Change[]> {
  const byObject = new Map<string, Change[]>();
  for (const change of changes) {
    const object = `${change.kind.split('-')[0]} ${change.kind === 'bucket-config' ? change.name.split('/')[0] : change.name}`;
    byObject.set(object, [...(byObject.get(object) ?? []), change]);
  }
  return byObject.values();
}

/** Carries out what it can: one refusal must not keep the rest from being put back. Returns the refusals by change. */
export async function carryOut(
  plan: Plan,
  session: RestoreSession,
  now: Contents,
  past: Contents,
  onChange?: RestoreOptions['onChange'],
): Promise<ReadonlyMap<string, string>> {
  const todo = steps(session, now, past);
  const refusals = new Map<string, string>();
  for (const belongs of PHASES) {
    await forEachConcurrently(lanes(plan.changes.filter(belongs)), AT_A_TIME, async (lane) => {
      for (const change of lane) {
        try {
          await todo[change.kind]?.(change);
          onChange?.(change);
        } catch (error) {
          refusals.set(`${change.kind} ${change.name}`, (error as Error).message);
        }
      }
    });
  }
  return refusals;
}

/**
 * Makes the server hold again what the snapshot does, and reads back until it does. Safe to interrupt at any point and to
 * run again: every round starts from what the server holds then.
 */
export async function restore(
  session: RestoreSession,
  past: Contents,
  options: RestoreOptions = {},
): Promise<RestoreResult> {
  for (let round = 1; ; round++) {
    const { now, plan } = await compare(session, past, options);
    const impossible = plan.blocked.map(({ kind, name, reason }) => `${kind} ${name}: ${reason}`);
    if (plan.changes.length === 0) return { now, left: impossible };
    const refusals = await carryOut(plan, session, now, past, options.onChange);
    if (round < MAX_ROUNDS) {
      if (refusals.size > 0) await sleep(round * 500);
      continue;
    }
    const after = await compare(session, past, options);
    const refused = after.plan.changes.map(({ kind, name }) => {
      const why = refusals.get(`${kind} ${name}`) ?? 'the server accepted it, but does not show it';
      return `${kind} ${name}: ${why}`;
    });
    return { now: after.now, left: [...impossible, ...refused] };
  }
}

export const digestOf = (text: string) => createHash('sha256').update(text).digest('hex');

/** Whether the server holds what the snapshot does, byte for byte in canonical form. */
export function sameAs(past: Contents, now: Contents): boolean {
  return canonicalText(now, past) === canonicalText(past);
}
