import type { Manifest, ManifestBucket } from '../../manifest/index.js';
import { opensToEveryone } from '../../policies/index.js';
import type { AccountProof, BucketProof, DeploymentProof, Grant, PublicProof } from '../../proofs/index.js';
import type { MatrixRow, Verb } from '../../provisioning/index.js';
import type { ProofState, ReportBucket, ReportCell } from '../model.js';
import { ANONYMOUS, type Identity } from './identities.js';
import type { ReportInputs } from './inputs.js';
import type { ProbeSets } from './probe-sets.js';
import { NO_REACH, type Reach, reachFinder } from './reach.js';

const VERB_ACTIONS: readonly (readonly [Verb, string])[] = [
  ['list', 's3:ListBucket'],
  ['get', 's3:GetObject'],
  ['put', 's3:PutObject'],
  ['delete', 's3:DeleteObject'],
];

const pairKey = (who: string, bucket = '') => `${who}\0${bucket}`;

/** What was declared, where no theorem says so. */
function grantOf(
  manifest: Manifest,
  identity: Identity,
  bucket: ManifestBucket,
  owner: string | undefined,
  reach: Reach,
): Grant {
  const { component } = identity;
  if (component !== undefined && component === owner) return 'own';
  const shareWith = manifest.components.find(({ name }) => name === owner)?.shareWith ?? [];
  if (component !== undefined && shareWith.includes(component)) return 'shared';
  if (reach.statements.some(({ document }) => !document.startsWith('bucket ')) && reach.actions.length > 0)
    return 'granted';
  return bucket.policy && opensToEveryone(bucket.policy) ? 'public' : 'none';
}

type AnyProof = Pick<BucketProof | AccountProof | PublicProof, 'result' | 'message' | 'accepted' | 'counterexample'>;

function proofOf(proof: AnyProof | undefined): ReportCell['proof'] {
  if (!proof) return { state: 'not-proved' };
  const { result, message, accepted, counterexample } = proof;
  return {
    state: result !== 'proved' && accepted !== undefined ? 'accepted' : result,
    ...(message === undefined ? {} : { message }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(counterexample
      ? {
          counterexample: {
            ...(counterexample.request as NonNullable<ReportCell['proof']['counterexample']>),
            ...(counterexample.allowedBy ? { allowedBy: counterexample.allowedBy } : {}),
          },
        }
      : {}),
  };
}

const PROVED: AnyProof = { result: 'proved' };

function proofFinder(proof: DeploymentProof | undefined) {
  const buckets = new Map(proof?.buckets.map((one) => [pairKey(one.user, one.bucket), one]));
  const account = new Map(proof?.account.map((one) => [one.user, one]));
  const everybody = new Map(proof?.public.map((one) => [one.bucket, one]));
  return {
    onBucket: ({ kind, user = '' }: Identity, bucket: string): AnyProof | undefined =>
      // Only a bucket's policy can let everybody in, so where there is no theorem there is nothing to prove.
      kind === ANONYMOUS ? (everybody.get(bucket) ?? (proof && PROVED)) : buckets.get(pairKey(user, bucket)),
    grant: ({ user = '' }: Identity, bucket: string) => buckets.get(pairKey(user, bucket))?.grant,
    onAccount: ({ user = '' }: Identity): AnyProof | undefined => account.get(user),
  };
}

function verbsOf(row: MatrixRow | undefined, reach: Reach): Verb[] {
  // Tried out, the evaluator's word counts, which knows about conditions and Deny.
  if (row && row.probes > 0) return [...row.predicted];
  return VERB_ACTIONS.filter(([, action]) => reach.actions.includes(action)).map(([verb]) => verb);
}

/** What pairs without a cell are. */
export function unlistedProof({ proof }: ReportInputs): ProofState {
  return proof ? 'proved' : 'not-proved';
}

/** The cells of the matrix in its order; pairs about which there is nothing to say are left out. */
export function cellsOf(
  inputs: ReportInputs,
  identities: readonly Identity[],
  buckets: readonly ReportBucket[],
  probes: ProbeSets,
): ReportCell[] {
  const { manifest, access, proof } = inputs;
  const unlisted = unlistedProof(inputs);
  const declared = new Map(manifest.buckets.map((bucket) => [bucket.name, bucket]));
  const rows = new Map(access.matrix.map((row) => [pairKey(row.accessKey, row.bucket), row]));
  const proofs = proofFinder(proof);
  const reachOf = reachFinder(manifest.server.rustfsVersion);

  function bucketCell(identity: Identity, { name, owner }: ReportBucket): ReportCell | undefined {
    const bucket = declared.get(name);
    const reach = bucket ? reachOf(identity, bucket) : NO_REACH;
    const grant = proofs.grant(identity, name) ?? (bucket ? grantOf(manifest, identity, bucket, owner, reach) : 'none');
    const cell = {
      who: identity.id,
      bucket: name,
      grant,
      verbs: verbsOf(rows.get(pairKey(identity.id, name)), reach),
      actions: [...reach.actions],
      statements: [...reach.statements],
      proof: proofOf(proofs.onBucket(identity, name)),
      probe: probes.of(identity.id, name),
    };
    const isQuiet =
      grant === 'none' &&
      cell.statements.length === 0 &&
      cell.verbs.length === 0 &&
      cell.probe.requests === 0 &&
      cell.proof.state === unlisted;
    return isQuiet ? undefined : cell;
  }

  function accountCell(identity: Identity): ReportCell {
    return {
      who: identity.id,
      grant: 'none',
      verbs: [],
      actions: [],
      statements: [],
      proof: proofOf(proofs.onAccount(identity)),
      probe: probes.of(identity.id, undefined),
    };
  }

  return identities.flatMap((identity) => [
    ...buckets.flatMap((bucket) => bucketCell(identity, bucket) ?? []),
    accountCell(identity),
  ]);
}
