import type { AccessRequest } from '../../policies/index.js';
import type { DeploymentProof } from '../../proofs/index.js';
import type { Credentials, WireRequest } from '../wire.js';

/** What the declared policies predict for a request. */
export type Outcome = 'allowed' | 'refused';

/**
 * What a probe's answer means.
 *
 * - `allowed`: done, or authorized and then stopped by what makes the probe harmless.
 * - `refused`: RustFS says that the policies do not allow it.
 * - `leak`: answered with more than the caller may see.
 * - `broken`: authorized, and still it does not work, such as a list of a bucket that is not there.
 * - `barred`: turned away before any policy was asked: the key is not accepted, or something before RustFS said 403.
 * - `error`: no usable answer, so nothing is proved.
 */
export type Observation = Outcome | 'leak' | 'broken' | 'barred' | 'error';

/** One way to recognise an answer. What is absent may be anything. */
export interface AnswerPattern {
  readonly status?: number;
  /** Code of the XML error body. */
  readonly code?: string;
  readonly message?: RegExp;
}

/** What a request needs: all of the entries, and of each entry any one alternative. */
export type Needs = readonly (readonly AccessRequest[])[];

/** The verbs that reports show for a pair of key and bucket. */
export type Verb = 'list' | 'get' | 'put' | 'delete';

export interface Judgement {
  readonly observed: Observation;
  /** What was seen, when the status alone does not tell. */
  readonly detail?: string;
  /** What the caller needs for what was seen, or not seen. @default - the needs of the probe */
  readonly needs?: Needs;
}

/** One request made with one credential, and the answer that the declared policies predict. Contains no secret. */
export interface Probe {
  /** Such as `put object`. */
  readonly title: string;
  /** Access key name, the same with `(draining)` or `(next)`, `<name> with a wrong secret`, or `anonymous`. */
  readonly who: string;
  /** Access key as the manifest names it; absent for anonymous. */
  readonly accessKey?: string;
  readonly bucket?: string;
  readonly verb?: Verb;
  readonly request: WireRequest;
  readonly predicted: Outcome;
  readonly needs: Needs;
  /** Answers that prove authorization although the request did not succeed: what makes most negative probes harmless. */
  readonly authorizedBy: readonly AnswerPattern[];
  /** Answers beside 403 AccessDenied that mean refused. @default - none */
  readonly refusedBy?: readonly AnswerPattern[];
  /** The key itself has to be turned away, as with a wrong secret. @default false */
  readonly mustBeBarred?: boolean;
}

/** A probe with what is needed to make it; stays inside. */
export interface PlannedProbe extends Probe {
  readonly credentials: Credentials | 'anonymous';
  /** Makes the request from what the probes before it in the same sequence were answered. @default - `request` as it is */
  readonly prepare?: (earlier: readonly ProbeResult[]) => WireRequest;
  /** Judges a 2xx answer whose content matters. @default - 2xx is allowed */
  readonly judge?: (body: string) => Judgement;
}

export interface ProbeResult {
  readonly probe: Probe;
  /** As it was sent. */
  readonly request: WireRequest;
  readonly observed: Observation;
  /** Status, code and what was seen, or what broke. */
  readonly answer: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  /** What decides over the answer, if that is not `probe.needs`. */
  readonly needs?: Needs;
  /** Id of a multipart upload that the probe created. */
  readonly uploadId?: string;
}

/**
 * `security`: allowed, although the declared policies refuse it. `access`: refused, although they allow it. `error`: no
 * usable answer, so nothing was proved.
 */
export type Severity = 'security' | 'access' | 'error';

/**
 * Why an answer contradicts the prediction. `drift`: the server holds something else than what is declared, and by that
 * the answer is right. `model`: by what the server holds, too, the answer should be the opposite, so our evaluator and the
 * server disagree. `unknown`: could not be told.
 */
export type Cause = 'drift' | 'model' | 'unknown';

export interface Finding {
  readonly severity: Severity;
  /** As in {@link Probe}, or `root` for what the proof itself could not do. */
  readonly who: string;
  readonly probe: string;
  readonly bucket?: string;
  readonly predicted: Outcome;
  readonly observed: Observation;
  readonly answer: string;
  readonly cause?: Cause;
  readonly message: string;
  /** The request as a curl command; credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. */
  readonly command: string;
}

export interface NotProbed {
  readonly what: string;
  readonly reason: string;
}

/** What was declared, predicted and found out for one access key (or `anonymous`) and one bucket. */
export interface MatrixRow {
  readonly accessKey: string;
  /** Component that uses the key. */
  readonly component?: string;
  readonly bucket: string;
  /** The component declares the bucket as its own. */
  readonly granted: boolean;
  /** Verbs that the declared policies allow. */
  readonly predicted: readonly Verb[];
  /** How many requests were tried. */
  readonly probes: number;
  readonly state: 'as-predicted' | 'contradicted' | 'unknown' | 'not-probed';
}

/** What was tried out about encryption. */
export interface EncryptionProof {
  /** Encrypted buckets, and those in which an object was reported encrypted as declared and read back. */
  readonly buckets: { readonly proved: number; readonly total: number };
  /** A client's key (SSE-C) opened what was written with it, and no other key did. */
  readonly customerKeys: boolean;
  /** Objects that were left for a restart (`before`), or were read back after it (`after`). */
  readonly restart?: { readonly phase: 'before' | 'after'; readonly objects: number };
}

/** The access proof as `verify --json` prints it. */
export interface AccessProof {
  readonly components: number;
  readonly buckets: number;
  /** Access keys, and sessions of who signed in, that were tried. */
  readonly accessKeys: number;
  /** Ordered pairs of components that were proved isolated from the manifest alone. */
  readonly isolation: DeploymentProof['isolation'];
  /** What could not be proved from the manifest, and is not accepted by a written reason. */
  readonly unproved: readonly string[];
  /** What is accepted although it is not proved, with the written reasons. */
  readonly exceptions: DeploymentProof['exceptions'];
  readonly probes: {
    readonly total: number;
    /** Allowed, as predicted. */
    readonly allowed: number;
    /** Refused, as predicted. */
    readonly refused: number;
    /** Findings of severity `security` or `access`. */
    readonly contradictions: number;
  };
  readonly findings: readonly Finding[];
  readonly notProbed: readonly NotProbed[];
  /** Absent when nothing about encryption is declared. */
  readonly encryption?: EncryptionProof;
  /** Pairs of access key and bucket: how many were probed, and how many there are. */
  readonly pairs: { readonly probed: number; readonly total: number };
  /** True when keys were tried on a choice of the buckets of others only. */
  readonly sampled: boolean;
  /** Pairs with a grant or a probe; pairs that neither has are left out. */
  readonly matrix: readonly MatrixRow[];
  readonly endpoint: string;
  /** True when the answers came from the emulator. */
  readonly emulated: boolean;
  readonly requests: number;
  readonly durationMs: number;
}
