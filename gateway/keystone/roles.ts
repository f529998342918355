import { Access, accessPolicy, actionsOf, type PolicyDocument } from '../../policies/index.js';

/** The document's policies. */
export const ROLE_POLICIES = ['AdminPolicy', 'ReadWritePolicy', 'ReadOnlyPolicy'] as const;

/** A policy by name, S3 actions, or (null) nothing. */
export type RoleRights = (typeof ROLE_POLICIES)[number] | readonly string[] | null;

/**
 * The document's role table (001, "Role Mapping"), and `reseller_admin` from its permission model. `Member` and `member` are two
 * roles there; a role that is not in the table, such as `reader`, gives nothing.
 */
export const ROLE_TABLE: Readonly<Record<string, RoleRights>> = {
  admin: 'AdminPolicy',
  Member: 'ReadWritePolicy',
  member: 'ReadOnlyPolicy',
  ResellerAdmin: 'AdminPolicy',
  reseller_admin: 'AdminPolicy',
};

const READ = [
  ...actionsOf('list'),
  ...['s3:GetObject', 's3:GetObjectVersion', 's3:GetObjectAttributes', 's3:GetObjectTagging'],
  ...['s3:GetObjectVersionTagging', 's3:GetBucketVersioning'],
];
const WRITE = [
  ...['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  ...['s3:PutObjectTagging', 's3:DeleteObjectTagging', 's3:PutObjectVersionTagging', 's3:DeleteObjectVersionTagging'],
  ...actionsOf('multipart'),
];
const ACTIONS = { AdminPolicy: ['s3:*'], ReadWritePolicy: [...READ, ...WRITE], ReadOnlyPolicy: READ };

/** S3 actions that somebody with these roles has in the buckets of the project; sorted. */
export function actionsOfRoles(
  roles: readonly string[],
  table: Readonly<Record<string, RoleRights>>,
  implicitTenants: boolean,
): readonly string[] {
  const granted = roles.flatMap((role) => {
    const rights = Object.hasOwn(table, role) ? table[role] : null;
    return typeof rights === 'string' ? ACTIONS[rights] : (rights ?? []);
  });
  if (granted.includes('s3:*')) return ['s3:*'];
  if (implicitTenants && granted.includes('s3:PutObject')) granted.push('s3:CreateBucket');
  return [...new Set(granted)].sort();
}

/** Policy of a session: these actions in the buckets that begin with the prefix, and nothing anywhere else. */
export function sessionPolicy(actions: readonly string[], bucketPrefix: string): PolicyDocument {
  const buckets = `${bucketPrefix}*`;
  if (!actions.includes('s3:*')) return accessPolicy(Access.custom(actions), [buckets]);
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:*'], Resource: [`arn:aws:s3:::${buckets}`, `arn:aws:s3:::${buckets}/*`] },
    ],
  };
}

/**
 * Policy for the RustFS user of the bridge: S3 in the buckets of tenants, and to assume sessions. Project ids are 32 characters,
 * so a bucket that is named otherwise is out of reach for every tenant.
 */
export function bridgeUserPolicy(separator: string): PolicyDocument {
  const buckets = `${'?'.repeat(32)}${separator}*`;
  return {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: ['s3:*'], Resource: [`arn:aws:s3:::${buckets}`, `arn:aws:s3:::${buckets}/*`] },
      { Effect: 'Allow', Action: ['sts:AssumeRole'] },
    ],
  };
}
