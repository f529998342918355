import { EmulatorError } from './context.js';

/** Statuses of S3 error codes other than 400. RustFS source s3s 0.17 error table. */
const STATUS: Readonly<Record<string, number>> = {
  AccessDenied: 403,
  AccountProblem: 403,
  AllAccessDisabled: 403,
  BucketAlreadyExists: 409,
  BucketAlreadyOwnedByYou: 409,
  BucketNotEmpty: 409,
  Busy: 503,
  ConditionalRequestConflict: 409,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidBucketState: 409,
  InvalidObjectState: 403,
  InvalidPayer: 403,
  InvalidRange: 416,
  InvalidRegion: 403,
  InvalidSecurity: 403,
  MethodNotAllowed: 405,
  MissingAuthenticationToken: 403,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchBucketPolicy: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchObjectLockConfiguration: 404,
  NoSuchPublicAccessBlockConfiguration: 500,
  NoSuchResource: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NoSuchWebsiteConfiguration: 404,
  NotImplemented: 501,
  NotModified: 304,
  ObjectLockConfigurationNotFoundError: 404,
  OperationAborted: 409,
  OwnershipControlsNotFoundError: 404,
  PreconditionFailed: 412,
  ReplicationConfigurationNotFoundError: 404,
  RequestTimeTooSkewed: 403,
  RestoreAlreadyInProgress: 409,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  UnauthorizedAccess: 401,
};

/**
 * A refusal by its S3 error code.
 * @param message without one, the version's default words for the code (if it has any)
 */
export function s3Error(code: string, message?: string, headers?: Readonly<Record<string, string>>): EmulatorError {
  return new EmulatorError(STATUS[code] ?? 400, code, message, headers);
}

/** Words of errors that come from the storage layer, where they differ from the defaults of their codes. */
const STORAGE_WORDS = {
  AccessDenied: 'Access Denied.',
  BadDigest: 'The Content-Md5 you specified did not match what we received.',
  BucketAlreadyExists:
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please ' +
    'select a different name and try again.',
  BucketAlreadyOwnedByYou: 'Your previous request to create the named bucket succeeded and you already own it.',
  BucketNotEmpty: 'The bucket you tried to delete is not empty',
  EntityTooLarge: 'Your proposed upload exceeds the maximum allowed object size.',
  EntityTooSmall: 'Your proposed upload is smaller than the minimum allowed object size.',
  IncompleteBody: 'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  InternalError: 'We encountered an internal error, please try again.',
  InvalidArgument: 'Invalid argument',
  InvalidBucketName: 'The specified bucket is not valid.',
  InvalidDigest: 'The Content-Md5 you specified is not valid.',
  InvalidObjectState: 'The operation is not valid for the current state of the object.',
  InvalidPart:
    'One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified ' +
    "entity tag may not match the part's entity tag.",
  InvalidRange: 'The requested range is not satisfiable',
  InvalidRequest: 'Invalid Request',
  InvalidStorageClass: 'Invalid storage class.',
  MethodNotAllowed: 'The specified method is not allowed against this resource.',
  NoSuchBucket: 'The specified bucket does not exist',
  NoSuchKey: 'The specified key does not exist.',
  NoSuchUpload:
    'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted ' +
    'or completed.',
  NoSuchVersion: 'The specified version does not exist.',
  NotImplemented: 'A header you provided implies functionality that is not implemented',
  PreconditionFailed: 'At least one of the pre-conditions you specified did not hold',
} as const;

export type StorageErrorCode = keyof typeof STORAGE_WORDS;

/** A refusal of the storage layer. */
export function storageError(code: StorageErrorCode): EmulatorError {
  return s3Error(code, STORAGE_WORDS[code]);
}

export function accessDenied(message?: string): EmulatorError {
  return s3Error('AccessDenied', message ?? 'Access Denied');
}

/** For what the emulator knows of but does not model. */
export function notImplemented(message?: string): EmulatorError {
  return s3Error('NotImplemented', message);
}
