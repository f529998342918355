import type { Counterexample } from '../policies/index.js';

/**
 * What was declared for an identity on a bucket. `own`: bucket of its component. `shared`: its owner names the component in
 * `shareWith`. `granted`: by a grant. `public`: by the bucket's policy, like everybody. `none`: nothing.
 */
export type Grant = 'own' | 'shared' | 'granted' | 'public' | 'none';

/** Whether one identity can do on one bucket what was declared for it, and nothing else. */
export interface BucketProof {
  /** User whose rights were reasoned about; access keys below it can only have less. */
  readonly user: string;
  /** Component of the user. */
  readonly component?: string;
  readonly bucket: string;
  /** Component that owns the bucket. */
  readonly owner?: string;
  readonly grant: Grant;
  readonly result: 'proved' | 'counterexample' | 'unknown';
  readonly counterexample?: Counterexample;
  /** What could happen and the way out, or why nothing could be told; absent when proved. */
  readonly message?: string;
  /** The reason written beside an exception; then the result is no error. */
  readonly accepted?: string;
}

/** The same for requests that are about no declared bucket: administration, and buckets that nobody declared. */
export type AccountProof = Omit<BucketProof, 'bucket' | 'owner' | 'grant'>;

/** What everybody may do on a bucket without signing. */
export interface PublicProof
  extends Pick<BucketProof, 'bucket' | 'owner' | 'result' | 'counterexample' | 'message' | 'accepted'> {}

/** An exception from a proof, with the reason that somebody wrote. */
export interface AcceptedException {
  /** Such as `user langfuse-svc on loki-chunks`, `policy ops`, `bucket downloads`. */
  readonly what: string;
  readonly reason: string;
}

/** Every theorem about one manifest. */
export interface DeploymentProof {
  readonly buckets: readonly BucketProof[];
  readonly account: readonly AccountProof[];
  readonly public: readonly PublicProof[];
  /** Ordered pairs of components: how many there are, and from how many the first cannot reach any bucket of the second beyond grants. */
  readonly isolation: { readonly pairs: number; readonly proved: number };
  readonly exceptions: readonly AcceptedException[];
  /** Messages of everything that is neither proved nor accepted. Empty: the deployment does what it declares. */
  readonly problems: readonly string[];
}
