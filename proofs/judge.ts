import type { Manifest, ManifestUser } from '../manifest/index.js';
import {
  type Counterexample,
  describeCounterexample,
  type PolicyDocument,
  type Proof,
  type ProveOptions,
  type Subject,
} from '../policies/index.js';
import { type Intent, intentOf } from './intent.js';
import type { AccountProof } from './model.js';
import { userSubject } from './principals.js';

/** What all proofs about one manifest need. */
export interface Context {
  readonly manifest: Manifest;
  readonly options: ProveOptions;
  readonly bucketPolicies: ReadonlyMap<string, PolicyDocument>;
  /** Component that owns a bucket. */
  readonly owners: ReadonlyMap<string, string>;
}

/** One user with everything that is proved about it. */
export interface Candidate {
  readonly user: ManifestUser;
  readonly component?: string;
  readonly subject: Subject;
  readonly intent: Intent;
  /** Policies that carry a reason for being broad. */
  readonly broad: readonly { readonly name: string; readonly reason: string }[];
}

export function candidateOf({ manifest }: Context, user: ManifestUser): Candidate {
  const component = manifest.components.find((one) => one.user === user.name)?.name;
  const subject = userSubject(manifest, user.name);
  const carried = new Set(subject.principal.policies.map(({ name }) => name));
  return {
    user,
    ...(component === undefined ? {} : { component }),
    subject,
    intent: intentOf(manifest, user),
    broad: manifest.policies.flatMap(({ name, broadReason }) =>
      broadReason !== undefined && carried.has(name) ? [{ name, reason: broadReason }] : [],
    ),
  };
}

function withoutBroad({ subject, broad }: Candidate): Subject {
  const { principal, ...rest } = subject;
  const names = new Set(broad.map(({ name }) => name));
  return { ...rest, principal: { ...principal, policies: principal.policies.filter(({ name }) => !names.has(name)) } };
}

/** How to go on from a counterexample, other than by narrowing what allows it. */
function waysOut({ owners, manifest }: Context, { component, intent }: Candidate, found: Counterexample): string {
  const { bucket } = found.request;
  const owner = bucket === undefined ? undefined : owners.get(bucket);
  const declared = manifest.buckets.some(({ name }) => name === bucket);
  const narrow = `narrow ${found.allowedBy?.policy ?? 'its policies'}`;
  if (component === undefined || !declared) return declared ? `${narrow}, grant it on bucket ${bucket}` : narrow;
  if (bucket !== undefined && intent.grants.get(bucket) === 'own') return `${narrow}, widen the access of ${component}`;
  return owner === undefined
    ? `${narrow}, grant it on bucket ${bucket}`
    : `${narrow}, declare shareWith: ['${component}'] on ${owner}`;
}

function messageOf(
  context: Context,
  candidate: Candidate,
  proof: Proof,
  bucket: string | undefined,
): string | undefined {
  const { name } = candidate.user;
  if (proof.result === 'proved') return undefined;
  if (proof.result === 'unknown') {
    const where = bucket === undefined ? '' : ` on ${bucket}`;
    return `it cannot be proved that ${name} keeps to what was declared${where}: ${proof.reason}; simplify its policies, or give the reason in exceptions`;
  }
  const { counterexample } = proof;
  return `${describeCounterexample(name, counterexample)}; ${waysOut(context, candidate, counterexample)}, or give the reason in exceptions`;
}

/** The outcome of a proof, with the reason why it is accepted if somebody wrote one. */
export type Judged = Pick<AccountProof, 'result' | 'counterexample' | 'message' | 'accepted'>;

/** Proves, and looks for a written reason if that fails. */
export function judge(
  context: Context,
  candidate: Candidate,
  prove: (subject: Subject) => Proof,
  bucket: string | undefined,
): Judged {
  const { user, broad } = candidate;
  const shown = (proof: Proof): Judged => {
    const message = messageOf(context, candidate, proof, bucket);
    return {
      result: proof.result,
      ...(proof.result === 'counterexample' ? { counterexample: proof.counterexample } : {}),
      ...(message ? { message } : {}),
    };
  };
  const proof = prove(candidate.subject);
  if (proof.result === 'proved') return shown(proof);
  const exception = user.exceptions?.find((one) => one.bucket === '*' || one.bucket === bucket);
  if (exception) return { ...shown(proof), accepted: exception.reason };
  if (broad.length === 0) return shown(proof);
  const rest = prove(withoutBroad(candidate));
  if (rest.result !== 'proved') return shown(rest);
  return { ...shown(proof), accepted: broad.map(({ name, reason }) => `policy ${name}: ${reason}`).join('; ') };
}
