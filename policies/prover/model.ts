import type {
  AccessRequest,
  Decision,
  PolicyDocument,
  PolicyStatement,
  Principal,
  RustFsVersion,
  StatementRef,
} from '../model.js';

/** An identity whose rights are reasoned about. */
export interface Subject {
  readonly principal: Principal;
  /** Policies of buckets, by bucket name. @default - no bucket has one */
  readonly bucketPolicies?: Readonly<Record<string, PolicyDocument>>;
}

export interface ProveOptions {
  /** @default 1.0.1 */
  readonly version?: RustFsVersion;
  /** Only requests with these actions. @default - every action that the version knows */
  readonly actions?: readonly string[];
  /** Only requests on these buckets and their objects. @default - every request, on whichever bucket */
  readonly buckets?: readonly string[];
  /** Buckets that exist or are declared: counterexamples name them where they can. Narrows no proof. @default - none */
  readonly knownBuckets?: readonly string[];
  /** How many states a proof may explore before it answers `unknown`. @default 500000 */
  readonly maxStates?: number;
}

/** A request that one subject may make and the other may not; both confirmed by `evaluate`. */
export interface Counterexample {
  readonly request: AccessRequest;
  /** What allows it. Absent for root, whom no statement allows. */
  readonly allowedBy?: StatementRef;
  readonly allowingStatement?: PolicyStatement;
  /** Why the other subject is refused. */
  readonly refusal: Decision;
}

export type Proof =
  | { readonly result: 'proved' }
  | { readonly result: 'counterexample'; readonly counterexample: Counterexample }
  | { readonly result: 'unknown'; readonly reason: string };
