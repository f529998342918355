import type { BucketRecord } from '../context.js';
import { builtinPolicies } from '../iam/builtin-policies.js';
import { quotaOf } from '../s3/bucket-config/index.js';
import { readConfig } from '../s3/bucket-config/store.js';
import { callerUser, isAllowed } from './authorize.js';
import { type AdminCall, type AdminHandler, json } from './call.js';
import { echoPolicy, mergedPolicy } from './policy-documents.js';
import { backendInfo } from './server-info.js';

/** `GET accountinfo`: the caller's user, its policies merged, and the buckets that it may read or write. */
export const accountInfo: AdminHandler = (call) => {
  const { context, request } = call;
  const { profile, root } = context;
  const user = callerUser(request.principal);
  const policy = user === root.accessKey ? builtinPolicies(profile.version).get('consoleAdmin') : undefined;
  const effective = policy ?? mergedPolicy(request.principal.policies);
  const buckets = [...context.buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  return json({
    account_name: user,
    server: backendInfo(context),
    policy: JSON.stringify(echoPolicy(effective, profile)),
    buckets: buckets.flatMap((bucket) => describeBucket(call, bucket)),
    ...(profile.admin.usageConverged && { usage_snapshot_converged: true }),
  });
};

function describeBucket(call: AdminCall, bucket: BucketRecord): object[] {
  const may = (action: string) => isAllowed(call, action, bucket.name);
  const read = may('s3:ListBucket') || may('s3:GetBucketLocation');
  const write = may('s3:PutObject');
  if (!read && !write) return [];
  const { profile } = call.context;
  const usage = call.context.usage(bucket.name);
  const quota = quotaOf(bucket);
  return [
    {
      name: bucket.name,
      ...(!profile.quota.usageUnknown && {
        size: usage.bytes,
        objects: usage.objects,
        object_sizes_histogram: {},
        object_versions_histogram: {},
      }),
      details: {
        versioning: bucket.versioning === 'Enabled',
        versioning_suspended: bucket.versioning === 'Suspended',
        locking: bucket.objectLock,
        replication: readConfig(bucket, 'replication') !== undefined,
        ...(quota !== undefined && { quota }),
      },
      prefix_usage: {},
      expiration: bucket.createdAt,
      access: { read, write },
    },
  ];
}

/** `GET is-admin`: root and what belongs to it, or whoever may do everything in the admin API. */
export const isAdmin: AdminHandler = (call) => {
  const { principal } = call.request;
  const { accessKey } = principal;
  const is_admin = callerUser(principal) === call.context.root.accessKey || isAllowed(call, 'admin:*');
  return json({ is_admin, access_key: accessKey, message: `User is ${is_admin ? '' : 'not '}an administrator` });
};
