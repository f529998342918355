import { DEFAULT_RUSTFS_VERSION, type RustFsVersion, ruleValue } from '../policies/index.js';
import { DEFAULT_MESSAGES } from './default-messages.js';

/** An error by its S3 code, with the words of the version. */
export interface Fault {
  readonly code: string;
  readonly message: string;
}

/**
 * Everything that the emulated RustFS versions answer differently outside the policy language (which has its own table
 * in `policies/`). `%` in a message stands for the detail. Recorded on running servers unless a field says otherwise.
 */
export interface EmulatorProfile {
  readonly version: RustFsVersion;
  /** Words of an error that is raised by its code alone; a code without an entry comes without a message. */
  readonly defaultMessages: Readonly<Record<string, string>>;
  /** A request signed with the key of a disabled user or service account. */
  readonly disabledKey: Fault;
  /**
   * Answers as long as the identities are not loaded: text of the readiness gate before S3 and STS, error of the admin API
   * (observed on a running 1.0.1; source: readiness.rs of beta.7).
   */
  readonly iamNotLoaded: { readonly gate: string; readonly pendingHeader: boolean; readonly admin: Fault };
  readonly health: {
    /** `/health` tells the readiness of storage, IAM and locks, or only that the process is up. */
    readonly livenessDetails: boolean;
    /** `/health/ready` tells quorums and pool metadata. */
    readonly readinessQuorums: boolean;
    /** `/minio/health/*` exists. */
    readonly minioPaths: boolean;
  };
  readonly admin: {
    readonly badQuery: string;
    readonly badBody: Fault;
    readonly createUserFailed: string;
    readonly setStatusFailed: string;
    readonly systemUser: string;
    readonly missingUserOnRemove: Fault;
    readonly missingUserOnAttach: string;
    readonly missingPolicyOnInfo: 'InternalError' | 'NoSuchResource';
    readonly policyNameMissing: string;
    readonly policyVersionMissing: string;
    /** Names: any whitespace is refused, or only leading and trailing. */
    readonly whitespaceInNames: 'anywhere' | 'outer';
    /** Characters that a user name may not hold: each of them, or only the sequence. */
    readonly reservedInNames: 'each' | 'sequence';
    /** `PUT set-user-secret-key` exists. */
    readonly setUserSecretKey: boolean;
    /** Root may change the service accounts of others. */
    readonly ownerUpdatesForeignKeys: boolean;
    /** A caller who is not owner may create keys only for itself. RustFS source 1.0.1 (GHSA-5354). */
    readonly ownScopeKeysOnly: boolean;
    /** Key of an existing user, service account or session for a new service account. */
    readonly accessKeyInUse: Fault;
    /** Which identities count for {@link accessKeyInUse}: all, or only the service accounts and the parent itself. */
    readonly accessKeysCounted: 'all' | 'service-accounts';
    readonly accessKeyLength: Fault;
    readonly secretKeyLength: Fault;
    /** Policy documents come back with empty `ID`, `Sid` and `Condition`. */
    readonly emptyPolicyFields: boolean;
    /** Policies inside a service account's description are indented. */
    readonly indentedPolicies: boolean;
    readonly discoveryLinks: boolean;
    /** `info` and `storageinfo` wrap their answer in `info`. */
    readonly wrappedInfo: boolean;
    readonly notifyState: boolean;
    /**
     * No event target is listed or changed while one has never answered, and one that a bucket names cannot be removed (tried on a running
     * 1.0.1). How beta.7 does it was not recorded: there each stands for itself.
     */
    readonly targetsConverge: boolean;
    readonly usageConverged: boolean;
    /** Parity of the reduced redundancy class of one drive, and its data drives. */
    readonly reducedRedundancy: { readonly data: number; readonly parity: number; readonly listed: boolean };
    /** Unknown routes below `/v4` answer 426 without body instead of 501. */
    readonly upgradeRequiredV4: boolean;
  };
  readonly quota: {
    /** Usage is unknown until the scanner has run: reading a quota with its usage is 503. */
    readonly usageUnknown: boolean;
    /** A quota for a bucket that does not exist is refused. */
    readonly bucketRequired: boolean;
  };
  readonly sts: {
    /** AssumeRole needs an allowing statement; otherwise only an explicit deny stops it. */
    readonly needsAllow: boolean;
    readonly shortestSeconds: number;
    readonly longestSeconds: number;
    readonly derivedCaller: Fault;
    /** Answers carry a content type, a request id and, for errors, the shape of AWS STS. */
    readonly awsShape: boolean;
  };
  readonly oidc: {
    /** Loopback and private addresses are asked only if their origin is allowed. */
    readonly outboundChecked: boolean;
    /** The issuer may be another than where discovery is read, and the configuration shows it. */
    readonly issuerVariable: boolean;
    /** Parent of a session is a hash of issuer and subject, not the user name that an IAM user or root may have too. */
    readonly hashedParent: boolean;
    /** Policies are looked up when the session is issued, and all of them must be there. */
    readonly resolvedAtIssue: boolean;
  };
  readonly buckets: {
    /** Lifecycle rules: days must be positive, actions present, predicates unique. */
    readonly strictLifecycle: boolean;
    /** A notification configuration is stored before its targets are checked. */
    readonly storesRefusedNotification: boolean;
    /** Default encryption is checked for algorithm and key. RustFS source 1.0.1. */
    readonly strictEncryption: boolean;
    /** DELETE of the website configuration needs this action. */
    readonly deleteWebsiteAction: 's3:PutBucketPolicy' | 's3:GetBucketPolicy';
    readonly missingNotifyTargets: string;
  };
}

const NO_NOTIFY_TARGETS =
  'Failed to add rules: Configuration error: No notify targets configured. Check RUSTFS_NOTIFY_ENABLE=true and ' +
  'instance-scoped target env vars (for example RUSTFS_NOTIFY_WEBHOOK_ENABLE_PRIMARY + ' +
  'RUSTFS_NOTIFY_WEBHOOK_ENDPOINT_PRIMARY for arn:rustfs:sqs::primary:webhook). If using default queue_dir, ensure ' +
  '/opt/rustfs/events is writable.';

const current: EmulatorProfile = {
  version: '1.0.1',
  defaultMessages: DEFAULT_MESSAGES,
  disabledKey: { code: 'InvalidAccessKeyId', message: 'check key failed' },
  iamNotLoaded: {
    gate: 'Service not ready: waiting for iam',
    pendingHeader: true,
    admin: { code: 'ServiceUnavailable', message: 'server context is not ready' },
  },
  health: { livenessDetails: ruleValue('liveness-body', '1.0.1'), readinessQuorums: true, minioPaths: true },
  admin: {
    badQuery: 'failed to decode query',
    badBody: { code: 'InvalidRequest', message: 'invalid JSON: %' },
    createUserFailed: 'failed to create user: %',
    setStatusFailed: 'failed to set user status: %',
    systemUser: 'cannot create a user with the system access key',
    missingUserOnRemove: { code: 'NoSuchResource', message: "user '%' does not exist" },
    missingUserOnAttach: 'user not found',
    missingPolicyOnInfo: 'NoSuchResource',
    policyNameMissing: 'policy name is required',
    policyVersionMissing: 'policy version is required',
    whitespaceInNames: 'anywhere',
    reservedInNames: 'each',
    setUserSecretKey: ruleValue('set-user-secret', '1.0.1'),
    ownerUpdatesForeignKeys: ruleValue('update-access-keys', '1.0.1'),
    ownScopeKeysOnly: ruleValue('keys-for-others', '1.0.1'),
    accessKeyInUse: { code: 'InvalidArgument', message: 'access key is already in use' },
    accessKeysCounted: 'all',
    accessKeyLength: { code: 'InvalidArgument', message: 'invalid access key length' },
    secretKeyLength: { code: 'InvalidArgument', message: 'invalid secret key length' },
    emptyPolicyFields: false,
    indentedPolicies: true,
    discoveryLinks: true,
    wrappedInfo: true,
    notifyState: true,
    targetsConverge: true,
    usageConverged: true,
    reducedRedundancy: { data: 1, parity: 0, listed: true },
    upgradeRequiredV4: true,
  },
  quota: { usageUnknown: ruleValue('quota-usage', '1.0.1'), bucketRequired: ruleValue('quota-bucket', '1.0.1') },
  sts: {
    needsAllow: ruleValue('assume-role', '1.0.1'),
    shortestSeconds: ruleValue('session-shortest', '1.0.1'),
    longestSeconds: ruleValue('session-longest', '1.0.1'),
    derivedCaller: { code: 'AccessDenied', message: 'Access Denied' },
    awsShape: true,
  },
  oidc: {
    outboundChecked: ruleValue('outbound-private', '1.0.1'),
    issuerVariable: ruleValue('oidc-issuer', '1.0.1'),
    hashedParent: ruleValue('oidc-parents', '1.0.1'),
    resolvedAtIssue: ruleValue('oidc-unknown-policies', '1.0.1'),
  },
  buckets: {
    strictLifecycle: ruleValue('lifecycle-days', '1.0.1'),
    storesRefusedNotification: ruleValue('notification-order', '1.0.1'),
    strictEncryption: true,
    deleteWebsiteAction: 's3:PutBucketPolicy',
    missingNotifyTargets: NO_NOTIFY_TARGETS,
  },
};

const notAllowed: Fault = {
  code: 'InternalError',
  message: 'create service account failed, e: IAMActionNotAllowed',
};
const wrongLength: Fault = {
  code: 'InternalError',
  message: 'create service account failed, e: InvalidAccessKeyLength',
};

const beta: EmulatorProfile = {
  version: '1.0.0-beta.7',
  defaultMessages: {
    AccessDenied: 'Access Denied',
    SignatureDoesNotMatch:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  },
  disabledKey: { code: 'InvalidRequest', message: 'ErrAccessKeyDisabled' },
  iamNotLoaded: {
    gate: 'Service not ready',
    pendingHeader: false,
    admin: { code: 'InternalError', message: 'iam not init' },
  },
  health: { livenessDetails: ruleValue('liveness-body', '1.0.0-beta.7'), readinessQuorums: false, minioPaths: false },
  admin: {
    badQuery: 'get body failed',
    badBody: { code: 'InternalError', message: 'unmarshal body err %' },
    createUserFailed: 'create_user err %',
    setStatusFailed: 'set_user_status err %',
    systemUser: "can't create user with system access key",
    missingUserOnRemove: { code: 'InternalError', message: "is_temp_user err user '%' does not exist" },
    missingUserOnAttach: 'user not exist',
    missingPolicyOnInfo: 'InternalError',
    policyNameMissing: 'policy name is empty',
    policyVersionMissing: 'policy version is empty',
    whitespaceInNames: 'outer',
    reservedInNames: 'sequence',
    setUserSecretKey: ruleValue('set-user-secret', '1.0.0-beta.7'),
    ownerUpdatesForeignKeys: ruleValue('update-access-keys', '1.0.0-beta.7'),
    ownScopeKeysOnly: ruleValue('keys-for-others', '1.0.0-beta.7'),
    accessKeyInUse: notAllowed,
    accessKeysCounted: 'service-accounts',
    accessKeyLength: wrongLength,
    secretKeyLength: wrongLength,
    emptyPolicyFields: true,
    indentedPolicies: false,
    discoveryLinks: false,
    wrappedInfo: false,
    notifyState: false,
    targetsConverge: false,
    usageConverged: false,
    reducedRedundancy: { data: 0, parity: 1, listed: false },
    upgradeRequiredV4: false,
  },
  quota: {
    usageUnknown: ruleValue('quota-usage', '1.0.0-beta.7'),
    bucketRequired: ruleValue('quota-bucket', '1.0.0-beta.7'),
  },
  sts: {
    needsAllow: ruleValue('assume-role', '1.0.0-beta.7'),
    shortestSeconds: ruleValue('session-shortest', '1.0.0-beta.7'),
    longestSeconds: ruleValue('session-longest', '1.0.0-beta.7'),
    derivedCaller: { code: 'InvalidRequest', message: 'AccessDenied1' },
    awsShape: false,
  },
  oidc: {
    outboundChecked: ruleValue('outbound-private', '1.0.0-beta.7'),
    issuerVariable: ruleValue('oidc-issuer', '1.0.0-beta.7'),
    hashedParent: ruleValue('oidc-parents', '1.0.0-beta.7'),
    resolvedAtIssue: ruleValue('oidc-unknown-policies', '1.0.0-beta.7'),
  },
  buckets: {
    strictLifecycle: ruleValue('lifecycle-days', '1.0.0-beta.7'),
    storesRefusedNotification: ruleValue('notification-order', '1.0.0-beta.7'),
    strictEncryption: false,
    deleteWebsiteAction: 's3:GetBucketPolicy',
    missingNotifyTargets: NO_NOTIFY_TARGETS,
  },
};

const PROFILES: Readonly<Record<RustFsVersion, EmulatorProfile>> = { '1.0.1': current, '1.0.0-beta.7': beta };

/** What a RustFS version answers. @default the profile of the default version */
export function emulatorProfile(version: RustFsVersion = DEFAULT_RUSTFS_VERSION): EmulatorProfile {
  return PROFILES[version];
}
