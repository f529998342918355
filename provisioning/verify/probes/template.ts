import type { S3OperationName } from '../../../policies/index.js';
import type { AnswerPattern, Verb } from '../model.js';
import type { VerifyProfile } from '../profile.js';

/** `core`: in every run. `full`: only in small estates and with `exhaustive`. */
export type Depth = 'core' | 'full';

/**
 * A request that tries one right and does no harm even if it is allowed against all expectation, because it reads, or hits a
 * key that never exists, or is refused as invalid after authorization. Unless another source is named, that a caller without
 * the right gets 403 and one with it the answers of `authorizedBy` was seen on a running 1.0.1; codes of unset
 * configurations are recorded for both versions in 07-buckets.
 */
export interface ProbeTemplate {
  readonly title: string;
  readonly operation: S3OperationName;
  readonly method: string;
  readonly on: 'bucket' | 'object';
  readonly query?: Readonly<Record<string, string>>;
  /** Lists only what lies below the probe prefix. */
  readonly listing?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly verb?: Verb;
  readonly authorizedBy?: readonly (AnswerPattern | keyof Pick<VerifyProfile, 'wrongDigest'>)[];
  /** On buckets that the credential may use; absent: never. */
  readonly own?: Depth;
  /** On buckets of others. */
  readonly foreign?: Depth;
  readonly anonymous?: Depth;
  /** Only for versions that refuse an invalid configuration before they store it. @default false */
  readonly needsStrictChecks?: boolean;
}

/** Answers of buckets with a quota, which come after authorization (observed on 1.0.1: 503 until the first scan). */
export const QUOTA_ANSWERS: readonly AnswerPattern[] = [
  { status: 503, code: 'ServiceUnavailable', message: /^Bucket quota check temporarily unavailable/ },
  { status: 400, code: 'InvalidRequest', message: /^Bucket quota exceeded/ },
];

/** A request document of S3. */
export const xml = (root: string, content: string) =>
  `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${root}>`;
