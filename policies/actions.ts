import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from './model.js';

/** What an action is about. `Access` templates and reports speak in these groups. */
export type ActionGroup =
  | 'account'
  | 'list'
  | 'read'
  | 'write'
  | 'delete'
  | 'multipart'
  | 'tags'
  | 'lock'
  | 'bucket'
  | 'bucketConfig'
  | 'replication'
  | 'events';

/** Which kind of resource an action is matched against: nothing, `bucket`, or `bucket/key`. */
export type ActionLevel = 'account' | 'bucket' | 'object';

interface ActionFamily {
  readonly group: ActionGroup;
  readonly level: ActionLevel;
  readonly names: string;
}

/** Every S3 action RustFS parses (source: enum `S3Action` of rustfs-policy 1.0.1 and of 1.0.0-beta.7). */
const S3_FAMILIES: readonly ActionFamily[] = [
  { group: 'account', level: 'account', names: 'ListAllMyBuckets' },
  { group: 'list', level: 'bucket', names: 'ListBucket ListBucketVersions HeadBucket GetBucketLocation' },
  {
    group: 'read',
    level: 'object',
    names: 'GetObject GetObjectVersion GetObjectAttributes GetObjectVersionAttributes GetObjectAcl',
  },
  { group: 'write', level: 'object', names: 'PutObject PutObjectAcl PutObjectFanOut RestoreObject' },
  { group: 'delete', level: 'object', names: 'DeleteObject DeleteObjectVersion ForceDeleteObject' },
  { group: 'multipart', level: 'object', names: 'AbortMultipartUpload ListMultipartUploadParts' },
  { group: 'multipart', level: 'bucket', names: 'ListBucketMultipartUploads' },
  {
    group: 'tags',
    level: 'object',
    names:
      'GetObjectTagging PutObjectTagging DeleteObjectTagging GetObjectVersionTagging PutObjectVersionTagging DeleteObjectVersionTagging',
  },
  {
    group: 'lock',
    level: 'object',
    names: 'PutObjectRetention GetObjectRetention GetObjectLegalHold PutObjectLegalHold BypassGovernanceRetention',
  },
  { group: 'bucket', level: 'bucket', names: 'CreateBucket DeleteBucket ForceDeleteBucket' },
  {
    group: 'bucketConfig',
    level: 'bucket',
    names:
      'GetBucketPolicy PutBucketPolicy DeleteBucketPolicy GetBucketPolicyStatus ' +
      'GetBucketPublicAccessBlock PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock ' +
      'GetBucketCors PutBucketCors DeleteBucketCors GetBucketAcl PutBucketAcl GetBucketLifecycle PutBucketLifecycle ' +
      'GetBucketLogging PutBucketLogging GetBucketNotification PutBucketNotification GetBucketTagging PutBucketTagging ' +
      'GetBucketEncryption PutBucketEncryption GetBucketVersioning PutBucketVersioning ' +
      'GetBucketObjectLockConfiguration PutBucketObjectLockConfiguration GetBucketQuota',
  },
  {
    group: 'replication',
    level: 'bucket',
    names: 'GetReplicationConfiguration PutReplicationConfiguration ResetBucketReplicationState',
  },
  {
    group: 'replication',
    level: 'object',
    names: 'ReplicateObject ReplicateDelete ReplicateTags GetObjectVersionForReplication',
  },
  { group: 'events', level: 'bucket', names: 'ListenNotification ListenBucketNotification' },
];

/** Source: enum `AdminAction` of rustfs-policy 1.0.1. */
const ADMIN_NAMES =
  'Heal Decommission Rebalance StorageInfo Prometheus DataUsageInfo ForceUnlock TopLocksInfo Profiling ServerTrace ConsoleLog ServerInfo ' +
  'OBDInfo LicenseInfo BandwidthMonitor InspectData ServerUpdate ServiceRestart ServiceStop ServiceFreeze ConfigUpdate CreateUser DeleteUser ' +
  'ListUsers EnableUser DisableUser GetUser SiteReplicationAdd SiteReplicationDisable SiteReplicationRemove SiteReplicationResync ' +
  'SiteReplicationInfo SiteReplicationOperation CreateServiceAccount UpdateServiceAccount RemoveServiceAccount ListServiceAccounts ' +
  'ListTemporaryAccounts AddUserToGroup RemoveUserFromGroup GetGroup ListGroups EnableGroup DisableGroup CreatePolicy DeletePolicy GetPolicy ' +
  'AttachUserOrGroupPolicy UpdatePolicyAssociation ListUserPolicies SetBucketQuota SetBucketTarget GetBucketTarget ReplicationDiff ' +
  'GetReplicationMetrics ImportBucketMetadata ExportBucketMetadata GetTableCatalog GetTableBucket SetTableBucket GetTableNamespace ' +
  'SetTableNamespace UpdateTableNamespaceProperties DeleteTableNamespace GetTable SetTable CreateTable RegisterTable CommitTable DeleteTable ' +
  'GetTableLifecycle SetTableLifecycle RunTableMaintenance GetTableMetadataLocation SetTableMetadataLocation GetTableMetadata ' +
  'SetTableMetadata SetTier ListTier ExportIAM ImportIAM ListBatchJobs DescribeBatchJob StartBatchJob CancelBatchJob';

/** What one version accepts and the other does not (source: the enums of both versions; recorded: 03-policies kms-named). */
const ONLY_IN: Readonly<Record<RustFsVersion, readonly string[]>> = {
  '1.0.0-beta.7': ['admin:KMSCreateKey', 'admin:KMSKeyStatus'],
  '1.0.1': [
    's3:ForceDeleteObject',
    ...[
      'GetMetrics',
      'SetBucketOnDemandMigration',
      'GetBucketOnDemandMigration',
      'MigrateTableCatalog',
      'GetTableCredentials',
    ].map((name) => `admin:${name}`),
    ...(
      'Configure ServiceControl ClearCache GenerateDataKey Decrypt DeleteKey EnableKey DisableKey RotateKey UpdateKeyDescription TagResource ' +
      'UntagResource ListKeys DescribeKey Backup Restore Rekey'
    )
      .split(' ')
      .map((name) => `kms:${name}`),
  ],
};

export interface ActionInfo {
  readonly name: string;
  readonly group: ActionGroup;
  readonly level: ActionLevel;
}

/** Every S3 action with its group and level, whichever version knows it. */
export const S3_ACTIONS: ReadonlyMap<string, ActionInfo> = new Map(
  S3_FAMILIES.flatMap(({ group, level, names }) =>
    names.split(' ').map((name) => [`s3:${name}`, { name: `s3:${name}`, group, level }] as const),
  ),
);

const WILDCARDS = ['*', 's3:*', 'admin:*', 'sts:*', 'kms:*'];

function actionNamesOf(version: RustFsVersion): ReadonlySet<string> {
  const elsewhere = new Set(Object.entries(ONLY_IN).flatMap(([other, names]) => (other === version ? [] : names)));
  const all = [
    ...S3_ACTIONS.keys(),
    ...ADMIN_NAMES.split(' ').map((name) => `admin:${name}`),
    'sts:AssumeRole',
    ...ONLY_IN[version],
  ];
  return new Set(all.filter((name) => !elsewhere.has(name)));
}

const NAMES: Readonly<Record<RustFsVersion, ReadonlySet<string>>> = {
  '1.0.1': actionNamesOf('1.0.1'),
  '1.0.0-beta.7': actionNamesOf('1.0.0-beta.7'),
};

/** The exact action names that `version` accepts, without wildcards. */
export function actionNames(version: RustFsVersion = DEFAULT_RUSTFS_VERSION): ReadonlySet<string> {
  return NAMES[version];
}

/** True for an exact action name or one of the whole-family wildcards; RustFS refuses partial ones such as `s3:Get*`. */
export function isAcceptedAction(action: string, version: RustFsVersion = DEFAULT_RUSTFS_VERSION): boolean {
  return WILDCARDS.includes(action) || NAMES[version].has(action);
}

/** The S3 actions of a group, in the order of the table. */
export function actionsOf(group: ActionGroup): readonly string[] {
  return [...S3_ACTIONS.values()].filter((info) => info.group === group).map(({ name }) => name);
}

/** Level of an action; admin, sts and kms actions have no resource. */
export function actionLevel(action: string): ActionLevel {
  return S3_ACTIONS.get(action)?.level ?? 'account';
}
