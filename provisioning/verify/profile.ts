import { type RustFsVersion, ruleValue } from '../../policies/index.js';
import type { AnswerPattern } from './model.js';

/** What the access proof has to know of one RustFS version beyond the policy language. */
export interface VerifyProfile {
  /** A bucket policy that lets somebody list or locate a bucket shows it in ListBuckets. */
  readonly bucketPoliciesShowBuckets: boolean;
  /** Deleting a version needs `s3:DeleteObject` beside `s3:DeleteObjectVersion`. */
  readonly versionDeleteNeedsBoth: boolean;
  /** An upload whose body does not have the announced MD5 (recorded: 08-objects put-bad-md5). */
  readonly wrongDigest: AnswerPattern;
  /** An access key with too short an id, after authorization (recorded: 05-service-accounts add-short-secret). */
  readonly shortAccessKey: AnswerPattern;
  /**
   * Configurations are checked before anything is stored, so that an invalid one is a harmless way to ask for the right to
   * write (recorded on 1.0.1: refused with 403 before, and with 400 after authorization; beta.7 stores some of them).
   */
  readonly checksConfigurationsFirst: boolean;
  /** The answer to AssumeRole for a key that may not have sessions (recorded: 09-sts session-calls-assume). */
  readonly noSessionsForKeys: AnswerPattern;
  /** Answers to a key that is switched off or unknown, or whose secret is wrong (recorded: 01-surface, 02-users). */
  readonly barred: readonly AnswerPattern[];
}

const BARRED: readonly AnswerPattern[] = [
  { code: 'InvalidAccessKeyId' },
  { code: 'SignatureDoesNotMatch' },
  { code: 'RequestTimeTooSkewed' },
];

const fromRules = (version: RustFsVersion) => ({
  bucketPoliciesShowBuckets: ruleValue('bucket-policy-listing', version),
  versionDeleteNeedsBoth: ruleValue('version-deletes', version),
});

export const VERIFY_PROFILES: Readonly<Record<RustFsVersion, VerifyProfile>> = {
  '1.0.1': {
    ...fromRules('1.0.1'),
    wrongDigest: { status: 400, code: 'BadDigest' },
    shortAccessKey: { status: 400, code: 'InvalidArgument', message: /^invalid access key length$/ },
    checksConfigurationsFirst: true,
    noSessionsForKeys: { status: 403, code: 'AccessDenied' },
    barred: BARRED,
  },
  '1.0.0-beta.7': {
    ...fromRules('1.0.0-beta.7'),
    wrongDigest: { status: 500, code: 'InternalError', message: /Checksum mismatch/ },
    shortAccessKey: { status: 500, code: 'InternalError', message: /InvalidAccessKeyLength$/ },
    checksConfigurationsFirst: false,
    noSessionsForKeys: { status: 400, code: 'InvalidRequest', message: /^AccessDenied1$/ },
    barred: [...BARRED, { status: 400, code: 'InvalidRequest', message: /^ErrAccessKeyDisabled$/ }],
  },
};
