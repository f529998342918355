import {
  type AccessRequest,
  type RustFsVersion,
  S3_OPERATIONS,
  type S3OperationName,
} from '../../../policies/index.js';
import type { Credentials, WireRequest } from '../../wire.js';
import { conditionsOf } from '../conditions.js';
import type { AnswerPattern, Needs, NotProbed, PlannedProbe } from '../model.js';
import type { Rights } from '../rights.js';

/** One credential under test. */
export interface Subject {
  /** As in `Probe.who`. */
  readonly who: string;
  /** Access key as the manifest names it; absent for anonymous. */
  readonly accessKey?: string;
  readonly credentials: Credentials | 'anonymous';
  readonly rights: Rights;
}

/** A probe without its prediction. */
export type Draft = Omit<PlannedProbe, 'who' | 'accessKey' | 'credentials' | 'predicted' | 'authorizedBy'> & {
  readonly authorizedBy?: readonly AnswerPattern[];
};

/** Everything that becomes of drafts. */
export interface ProbePlan {
  /** Sequences may run side by side; within one, each probe waits for the one before. */
  readonly sequences: (readonly PlannedProbe[])[];
  /** Probes that cannot be predicted: who and where → titles, and the condition keys that they depend on. */
  readonly unpredicted: Map<string, { readonly titles: string[]; readonly keys: readonly string[] }>;
}

export function emptyPlan(): ProbePlan {
  return { sequences: [], unpredicted: new Map() };
}

/** What a plan leaves out, in words. */
export function unpredictedProbes({ unpredicted }: ProbePlan): readonly NotProbed[] {
  return [...unpredicted].map(([where, { titles, keys }]) => ({
    what: `${where}: ${titles.join(', ')}`,
    reason: `the policies make it depend on ${keys.join(', ')}, which only the server knows`,
  }));
}

/** What an S3 operation needs on a bucket or an object, with what the request itself tells about conditions. */
export function operationNeeds(
  version: RustFsVersion,
  operation: S3OperationName,
  target: Pick<AccessRequest, 'bucket' | 'key'>,
  request: WireRequest,
  signed: boolean,
): Needs {
  const conditions = conditionsOf(request, signed);
  return [S3_OPERATIONS[version][operation].actions.map((action) => ({ action, ...target, conditions }))];
}

/** What an action outside S3 needs. */
export function actionNeeds(action: string, bucket?: string): Needs {
  return [[{ action, ...(bucket === undefined ? {} : { bucket }) }]];
}

/** Adds the prediction to drafts. Those that cannot be predicted are named instead of being tried. */
export function addSequence(plan: ProbePlan, subject: Subject, drafts: readonly Draft[]): void {
  const { who, accessKey, credentials, rights } = subject;
  const probes: PlannedProbe[] = [];
  for (const draft of drafts) {
    const predicted = rights.predict(draft.needs);
    if (predicted === 'unknown') {
      const where = draft.bucket ? `${who} on ${draft.bucket}` : who;
      const known = plan.unpredicted.get(where);
      if (known) known.titles.push(draft.title);
      else plan.unpredicted.set(where, { titles: [draft.title], keys: rights.unpredictable });
      continue;
    }
    probes.push({
      authorizedBy: [],
      ...draft,
      who,
      ...(accessKey === undefined ? {} : { accessKey }),
      credentials,
      predicted,
    });
  }
  if (probes.length > 0) plan.sequences.push(probes);
}
