import { opensToEveryone } from '../../policies/index.js';
import type { Estate } from '../estate.js';
import type { Blocked, Change, ChangeAction, Plan } from '../plan/model.js';
import { formatAge, type KeyAge, keyAges } from '../secrets/key-age.js';
import { readStore, type StoreContents } from '../secrets/read-store.js';
import type { Session } from '../session.js';
import { bucketPolicyGives, liftedDenies } from './bucket-policies.js';
import { builtinFindings } from './builtin-policies.js';
import { causesOf, type Gain, gainSentence, gainsOf } from './gains.js';
import type { DriftFinding, DriftReport } from './model.js';
import { withRest } from './rest.js';
import { type RightsOptions, shorten } from './rights.js';
import { unmanagedFinding } from './unmanaged.js';

const DAY_MS = 86_400_000;

export interface DriftOptions {
  /** Access keys older than this are findings, in days. @default - none is */
  readonly maxKeyAgeDays?: number;
  /** @default - the time of the call, in milliseconds since 1970 */
  readonly now?: number;
}

const REPAIRS: Readonly<Record<ChangeAction, string>> = {
  create: 'apply creates it',
  update: 'apply puts it back',
  delete: 'apply removes it',
  replace: 'apply deletes it and creates it again with the id and secret of the secret store',
};

const OTHER_SECRET =
  'whoever set the other secret can sign with this key, and applications that have the stored one cannot';

function managedFinding(change: Change, gives: readonly string[], wayOut = REPAIRS[change.action]): DriftFinding {
  const { kind, name, reason, details } = change;
  return {
    severity: gives.length > 0 ? 'security' : 'drift',
    category: 'managed',
    kind,
    name,
    message: reason,
    gives: shorten(gives),
    details,
    wayOut,
  };
}

const blockedFinding = ({ kind, name, reason, wayOut }: Blocked): DriftFinding => ({
  severity: 'drift',
  category: 'blocked',
  kind,
  name,
  message: reason,
  gives: [],
  details: [],
  wayOut,
});

/** A gain that no single change explains: still said. */
const gainedFinding = (user: string, gains: readonly Gain[]): DriftFinding => ({
  severity: 'security',
  category: 'managed',
  kind: 'user',
  name: user,
  message: 'it may do more than is declared for it',
  gives: shorten(gains.map(gainSentence)),
  details: [],
  wayOut: 'apply cannot repair this: look at the policies that are named',
});

/** Keys above the limit, and those of unknown age. */
function overdueFindings(ages: readonly KeyAge[], maxDays: number | undefined): readonly DriftFinding[] {
  if (maxDays === undefined) return [];
  return ages
    .filter(({ state, ageMs }) => state !== 'missing' && (ageMs === undefined || ageMs > maxDays * DAY_MS))
    .map(({ accessKey, ageMs }) => ({
      severity: 'drift',
      category: 'overdue',
      kind: 'access-key',
      name: accessKey,
      message:
        ageMs === undefined
          ? `nobody recorded when it was created, and the limit is ${maxDays} days`
          : `it is ${formatAge(ageMs)} old, and the limit is ${maxDays} days`,
      gives: [],
      details: [],
      wayOut: `cdktf-rustfs rotate ${accessKey}`,
    }));
}

function managedFindings(
  session: Session,
  { estate, plan }: { estate: Estate; plan: Plan },
  store: StoreContents,
  options: RightsOptions,
) {
  const { manifest, root } = session;
  const gives = new Map<Change, string[]>(plan.changes.map((change) => [change, []]));
  const unexplained = new Map<string, Gain[]>();
  for (const gain of gainsOf(manifest, estate, store, plan.changes, root.accessKeyId, options)) {
    const causes = causesOf(gain, plan.changes, estate);
    for (const change of causes) gives.get(change)?.push(gainSentence(gain));
    if (causes.length === 0) unexplained.set(gain.user, [...(unexplained.get(gain.user) ?? []), gain]);
  }
  for (const [change, sentences] of gives) {
    if (change.kind !== 'bucket-config') continue;
    const [bucket = '', setting] = change.name.split('/');
    if (setting !== 'policy' && setting !== 'publicAccessBlock') continue;
    const declared = manifest.buckets.find(({ name }) => name === bucket);
    const observed = estate.buckets.get(bucket);
    // A block that is gone makes public what the declared policy would give without it.
    const wasRestricted =
      setting === 'publicAccessBlock' && declared?.publicAccessBlock?.restrictPublicBuckets === true;
    const isRestricted = observed?.publicAccessBlock?.restrictPublicBuckets === true;
    const policies = { bucket, observed: observed?.policy, declared: declared?.policy };
    sentences.push(
      ...bucketPolicyGives(wasRestricted ? { ...policies, declared: undefined } : policies, isRestricted, options),
      ...(setting === 'policy' ? liftedDenies(policies, manifest, store, options) : []),
    );
  }
  const hasOtherSecret = ({ kind, name }: Change) =>
    kind === 'access-key' && estate.accessKeys.get(store.get(name)?.current.accessKeyId ?? '')?.secretDiffers === true;
  return [
    ...[...gives].map(([change, sentences]) =>
      hasOtherSecret(change)
        ? managedFinding(change, [OTHER_SECRET], 'apply --check-secrets puts the stored secret back')
        : managedFinding(change, sentences),
    ),
    ...[...unexplained].map(([user, gains]) => gainedFinding(user, gains)),
  ];
}

const ageOrder = ({ ageMs, state }: KeyAge) => (state === 'missing' ? -1 : (ageMs ?? Number.MAX_VALUE));

const ORDER = ['security', 'drift', 'managed', 'blocked', 'unmanaged', 'overdue'];
const orderOf = ({ severity, category, kind, name }: DriftFinding) =>
  `${ORDER.indexOf(severity)} ${ORDER.indexOf(category)} ${kind} ${name}`;

/**
 * Compares the whole server with the manifest and says what each difference gives to whom: what plan finds, what nobody
 * declared, secrets that were changed (one harmless request with each managed key), and how old the keys are. Reads only.
 */
export async function drift(
  session: Session,
  { maxKeyAgeDays, now = Date.now() }: DriftOptions = {},
): Promise<DriftReport> {
  const { manifest, root, wire, server } = session;
  const [{ estate: read, plan }, store] = await Promise.all([
    session.plan({ checkSecrets: true, allTargets: true }),
    readStore(session.store),
  ]);
  const estate = await withRest(session, read, ({ policy, publicAccessBlock }) =>
    Boolean(policy && !publicAccessBlock && opensToEveryone(policy)),
  );
  const options = { version: manifest.server.rustfsVersion, buckets: manifest.buckets.map(({ name }) => name) };
  const bucketPolicies = Object.fromEntries(
    [...estate.buckets].flatMap(([name, { policy }]) => (policy ? [[name, policy]] : [])),
  );
  const context = { manifest, estate, rootAccessKey: root.accessKeyId, options: { ...options, bucketPolicies } };
  const ages = await keyAges(manifest, session.store, new Date(now));
  const findings = [
    ...managedFindings(session, { estate, plan }, store, options),
    ...plan.blocked.map(blockedFinding),
    ...plan.unmanaged.map((object) => unmanagedFinding(object, context)),
    ...builtinFindings(manifest, estate),
    ...overdueFindings(ages, maxKeyAgeDays),
  ];
  return {
    endpoint: wire.endpoint,
    version: server.version,
    emulated: server.emulated,
    findings: findings.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)),
    keyAges: [...ages].sort((a, b) => ageOrder(b) - ageOrder(a)),
    notes: estate.notes,
  };
}
