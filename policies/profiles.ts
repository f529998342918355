import type { PolicyDocument, PolicyStatement, RustFsVersion } from './model.js';
import { ruleValue } from './version-rules/index.js';

/** What the policy language of one RustFS version does differently; the sources stand with the rules (version-rules/). */
export interface PolicyProfile {
  /** `Date*` operators compare policy with request instead of request with policy. */
  readonly dateOperatorsInverted: boolean;
  /** An Allow of `s3:*` covers `s3:ForceDelete*`. */
  readonly wildcardGrantsForceDelete: boolean;
  /** `s3:ListBucket` also allows ListObjectVersions. */
  readonly listBucketImpliesVersions: boolean;
  /** Reading a version by `versionId` needs `s3:GetObjectVersion`. */
  readonly versionedReadNeedsOwnAction: boolean;
  /** KMS statements may name keys as `arn:aws:kms:::…`. */
  readonly kmsResources: boolean;
  /** AssumeRole needs an Allow of `sts:AssumeRole`. */
  readonly assumeRoleNeedsAllow: boolean;
  /** The server refuses policy names with white space anywhere. */
  readonly refusesSpacesInNames: boolean;
}

const allow = (Action: string[], Resource?: string[]): PolicyStatement => ({
  Effect: 'Allow',
  Action,
  ...(Resource ? { Resource } : {}),
});
const document = (...Statement: PolicyStatement[]): PolicyDocument => ({ Version: '2012-10-17', Statement });
const everything = ['arn:aws:s3:::*'];
const assumeRole = allow(['sts:AssumeRole']);

const ADMIN_DIAGNOSTICS = [
  'Profiling',
  'ServerTrace',
  'ConsoleLog',
  'ServerInfo',
  'TopLocksInfo',
  'OBDInfo',
  'Prometheus',
  'BandwidthMonitor',
];

const COMMON_BUILTINS: Readonly<Record<string, PolicyDocument>> = {
  consoleAdmin: document(allow(['admin:*']), allow(['kms:*']), allow(['s3:*'], everything), assumeRole),
  diagnostics: document(
    allow(
      ADMIN_DIAGNOSTICS.map((name) => `admin:${name}`),
      everything,
    ),
    assumeRole,
  ),
  readonly: document(allow(['s3:GetBucketLocation', 's3:GetObject', 's3:GetBucketQuota'], everything), assumeRole),
  readwrite: document(allow(['s3:*'], everything), assumeRole),
  writeonly: document(allow(['s3:PutObject'], everything), assumeRole),
};

const onKeys = (names: string) =>
  document(
    allow(
      names.split(' ').map((name) => `kms:${name}`),
      ['arn:aws:kms:::*'],
    ),
    assumeRole,
  );

/** Policies that every server has; they cannot be deleted (recorded: 03-policies list-builtin, both versions). */
export const BUILTIN_POLICIES: Readonly<Record<RustFsVersion, Readonly<Record<string, PolicyDocument>>>> = {
  '1.0.0-beta.7': COMMON_BUILTINS,
  '1.0.1': {
    ...COMMON_BUILTINS,
    KMSAuditor: onKeys('DescribeKey ListKeys'),
    KMSKeyAdministrator: onKeys('DescribeKey ListKeys EnableKey DisableKey RotateKey DeleteKey'),
    KMSKeyUser: onKeys('GenerateDataKey Decrypt DescribeKey'),
  },
};

const profileOf = (version: RustFsVersion): PolicyProfile => ({
  dateOperatorsInverted: ruleValue('date-conditions', version),
  wildcardGrantsForceDelete: ruleValue('force-delete', version),
  listBucketImpliesVersions: ruleValue('list-versions', version),
  versionedReadNeedsOwnAction: ruleValue('versioned-reads', version),
  kmsResources: ruleValue('policy-resources', version),
  assumeRoleNeedsAllow: ruleValue('assume-role', version),
  refusesSpacesInNames: ruleValue('spaces-in-names', version),
});

export const POLICY_PROFILES: Readonly<Record<RustFsVersion, PolicyProfile>> = {
  '1.0.1': profileOf('1.0.1'),
  '1.0.0-beta.7': profileOf('1.0.0-beta.7'),
};
