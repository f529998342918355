/** What the identity store refuses, with RustFS' words (RustFS source iam error.rs). */
export const IAM_ERRORS = {
  NoSuchUser: "user '%' does not exist",
  NoSuchServiceAccount: "service account '%' does not exist",
  NoSuchTempAccount: "temp account '%' does not exist",
  NoSuchGroup: "group '%' does not exist",
  NoSuchPolicy: 'policy does not exist',
  PolicyInUse: 'policy in use',
  SystemPolicy: 'io error: system policy can not be deleted',
  GroupNotEmpty: 'group not empty',
  InvalidArgument: 'invalid arguments specified',
  InvalidAccessKeyLength: 'invalid access key length',
  InvalidSecretKeyLength: 'invalid secret key length',
  ContainsReservedChars: 'access key contains reserved characters =,',
  GroupNameContainsReservedChars: 'group name contains reserved characters =,',
  AccessKeyAlreadyExists: 'access key is already in use',
  IAMActionNotAllowed: 'action not allowed',
  NoSecretKeyWithAccessKey: 'no secret key with access key',
  NoAccessKeyWithSecretKey: 'no access key with secret key',
  PolicyTooLarge: 'policy too large',
  /** A key whose expiration is the epoch can't be read back. */
  UnreadableClaims: 'unable to extract claims',
} as const;

export type IamErrorKind = keyof typeof IAM_ERRORS;

export class IamError extends Error {
  readonly kind: IamErrorKind;

  constructor(kind: IamErrorKind, name = '') {
    super(IAM_ERRORS[kind].replace('%', () => name));
    this.name = 'IamError';
    this.kind = kind;
  }
}
