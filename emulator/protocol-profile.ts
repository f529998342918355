import { type RustFsVersion, ruleValue } from '../policies/index.js';
import type { Fault } from './profile.js';

/** What the emulated RustFS versions do differently in authentication and with objects. */
export interface ProtocolProfile {
  /** Largest difference between the clocks of client and server for header signatures, in seconds. */
  readonly clockSkewSeconds: number;
  /**
   * Every `x-amz-*` header must be signed (but for a header signature `x-amz-content-sha256`), and an `Authorization`
   * header must be one of SigV4, before anything else is looked at. Recorded on a running 1.0.1.
   */
  readonly strictHeaders: boolean;
  /** An upload whose body does not have the announced SHA-256. */
  readonly wrongSha256: Fault;
  /** An upload whose body does not have the announced MD5 or checksum. */
  readonly wrongDigest: Fault;
  /** Markers of truncated listings carry the state of the server's listing cache. */
  readonly listingCacheMarks: boolean;
  /** A listing of parts that is complete names part 0 as the next. */
  readonly nextPartAlways: boolean;
  /** Deleting a version needs `s3:DeleteObject` beside `s3:DeleteObjectVersion`. */
  readonly versionDeleteNeedsBoth: boolean;
  /** A bucket policy that lets somebody list or locate a bucket shows it in ListBuckets. */
  readonly policiesShowBuckets: boolean;
  /** The query parameter `x-id` decides which operation a request is. */
  readonly operationIds: boolean;
}

const BAD_DIGEST: Fault = {
  code: 'BadDigest',
  message: 'The Content-Md5 you specified did not match what we received.',
};

const fromRules = (version: RustFsVersion) => ({
  clockSkewSeconds: ruleValue('clock-skew', version),
  strictHeaders: ruleValue('unsigned-headers', version),
  versionDeleteNeedsBoth: ruleValue('version-deletes', version),
  policiesShowBuckets: ruleValue('bucket-policy-listing', version),
});

const PROFILES: Readonly<Record<RustFsVersion, ProtocolProfile>> = {
  '1.0.1': {
    ...fromRules('1.0.1'),
    wrongSha256: BAD_DIGEST,
    wrongDigest: BAD_DIGEST,
    listingCacheMarks: true,
    nextPartAlways: false,
    operationIds: true,
  },
  '1.0.0-beta.7': {
    ...fromRules('1.0.0-beta.7'),
    wrongSha256: { code: 'InternalError', message: 'Io error: UploadStreamError: Sha256Mismatch' },
    wrongDigest: { code: 'InternalError', message: 'Io error: Checksum mismatch' },
    listingCacheMarks: false,
    nextPartAlways: true,
    operationIds: false,
  },
};

export function protocolProfile(version: RustFsVersion): ProtocolProfile {
  return PROFILES[version];
}
