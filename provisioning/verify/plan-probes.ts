import type { Manifest, ManifestBucket } from '../../manifest/index.js';
import type { NotProbed } from './model.js';
import { accountDrafts, assumeRoleDraft, listBucketsDraft, wrongSecretDraft } from './probes/account.js';
import { keepsObjects, outsideDrafts, type ProbeContext, standaloneDrafts } from './probes/bucket.js';
import { addSequence, emptyPlan, type ProbePlan, type Subject, unpredictedProbes } from './probes/draft.js';
import { copyOutDraft, ownObjectDrafts } from './probes/own-object.js';
import { ROOT_PLACE, sweepPrefix } from './probes/place.js';
import type { KeySubject } from './subjects.js';
import { chooseTargets, type Target, targetOf } from './targets.js';

/** One credential with the buckets that it is tried on. */
export interface Assignment {
  readonly subject: Subject;
  readonly targets: readonly Target[];
}

export interface RunPlan extends Pick<ProbePlan, 'sequences'> {
  readonly notProbed: readonly NotProbed[];
  /** The first request of each key: shows whether the key works at all. */
  readonly introductions: ProbePlan['sequences'];
  readonly assignments: readonly Assignment[];
  /** Declared buckets that are on the server. */
  readonly buckets: readonly ManifestBucket[];
  /** Where probes may leave something: bucket → prefixes. */
  readonly swept: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Buckets that are on the server; `undefined` when root could not list them. */
export type ExistingBuckets = readonly string[] | undefined;

function addBucketProbes(
  plan: ProbePlan,
  context: ProbeContext,
  subject: Subject,
  target: Target,
  home: Target | undefined,
) {
  const { bucket, own, place } = target;
  const signed = subject.credentials !== 'anonymous';
  // Side by side: nothing here depends on anything else.
  const single = (drafts: Parameters<typeof addSequence>[2]) => {
    for (const draft of drafts) addSequence(plan, subject, [draft]);
  };
  if (!signed) return single(standaloneDrafts(context, subject, bucket.name, 'anonymous', ROOT_PLACE));
  if (own) {
    addSequence(plan, subject, ownObjectDrafts(context, subject, bucket.name, place, !keepsObjects(bucket)));
    single(outsideDrafts(context, bucket.name, place));
  }
  single(standaloneDrafts(context, subject, bucket.name, own ? 'own' : 'foreign', place));
  if (home && home.bucket !== bucket)
    single([copyOutDraft(context, bucket.name, { bucket: home.bucket.name, place: home.place })]);
}

/** Everything that will be asked, in which order it matters, and what cannot be asked. */
export function planProbes(
  manifest: Manifest,
  context: ProbeContext,
  keys: readonly KeySubject[],
  anonymous: Subject | undefined,
  existing: ExistingBuckets,
  allPairs: boolean,
): RunPlan {
  const { version } = context;
  const buckets = manifest.buckets.filter(({ name }) => existing?.includes(name) ?? true);
  const introductions = emptyPlan();
  const plan = emptyPlan();
  const swept = new Map<string, Set<string>>(
    manifest.buckets.map(({ name }) => [name, new Set([sweepPrefix(ROOT_PLACE)])]),
  );

  const assignments = keys.map((subject): Assignment => {
    const targets = buckets.map((bucket) => targetOf(version, subject, bucket));
    for (const { bucket, place } of targets) swept.get(bucket.name)?.add(sweepPrefix(place));
    return { subject, targets: chooseTargets(subject, targets, allPairs) };
  });
  for (const { subject, targets } of assignments) {
    // Where the key may write: for copies out of other buckets.
    const home = targets.find(({ bucket, verbs }) => verbs.includes('put') && !keepsObjects(bucket));
    for (const target of targets) addBucketProbes(plan, context, subject, target, home);
    const known = targets.find(({ own }) => own) ?? targets[0];
    for (const draft of accountDrafts(context, subject, existing && known?.bucket.name))
      addSequence(plan, subject, [draft]);
    if (context.depth === 'full') addSequence(plan, subject, [assumeRoleDraft(context)]);
  }
  for (const subject of keys) {
    if (existing) addSequence(introductions, subject, [listBucketsDraft(context, subject, existing)]);
    const { draft, credentials } = wrongSecretDraft(subject.credentials, context.run);
    addSequence(plan, { ...subject, who: `${subject.who} with a wrong secret`, credentials }, [draft]);
  }
  if (anonymous) {
    const targets = buckets.map((bucket) => targetOf(version, anonymous, bucket));
    for (const target of targets) addBucketProbes(plan, context, anonymous, target, undefined);
    if (existing) addSequence(plan, anonymous, [listBucketsDraft(context, anonymous, existing)]);
    for (const draft of accountDrafts(context, anonymous, undefined)) addSequence(plan, anonymous, [draft]);
    assignments.push({ subject: anonymous, targets });
  }
  const notProbed = [...unpredictedProbes(introductions), ...unpredictedProbes(plan)];
  for (const bucket of buckets.filter(keepsObjects)) {
    notProbed.push({
      what: `storing an object in ${bucket.name}`,
      reason:
        'its default retention would keep the probe object; the right to was tried with an upload that fails its checksum',
    });
  }
  return { introductions: introductions.sequences, sequences: plan.sequences, notProbed, assignments, buckets, swept };
}
