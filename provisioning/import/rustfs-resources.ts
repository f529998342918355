import * as z from 'zod';
import { block, days, lifecycleRule, name, names, unset } from './attributes.js';
import { type Reader, reader, reasons } from './resource.js';

const bucket = { bucket: name };
const list = (text: string | undefined) => (text ?? '').split(',').flatMap((part) => part.trim() || []);
const quota = reader(z.object({ ...bucket, quota: z.int().positive() }), ({ bucket: of, quota: bytes }, draft) => {
  draft.bucket(of).quotaBytes = bytes;
});

/** Resources of the provider weinmann-emt/rustfs (source: its schemas, commit 0319fe0). */
export const RUSTFS_RESOURCES: Readonly<Record<string, Reader>> = {
  rustfs_bucket: reader(z.object({ name }), (attributes, draft) => {
    draft.bucket(attributes.name);
  }),
  rustfs_bucket_versioning: reader(
    z.object({ ...bucket, status: z.enum(['Enabled', 'Suspended']) }),
    ({ bucket: of, status }, draft) => {
      draft.bucket(of).versioning = status;
    },
  ),
  rustfs_bucket_encryption: reader(
    z.object({ ...bucket, algorithm: z.enum(['AES256', 'aws:kms']), kms_master_key_id: unset(z.string()) }),
    ({ bucket: of, algorithm, kms_master_key_id: kmsKeyId }, draft) => {
      draft.bucket(of).encryption = { algorithm, ...(kmsKeyId ? { kmsKeyId } : {}) };
    },
  ),
  rustfs_bucket_object_lock: reader(
    z.object({ ...bucket, mode: z.enum(['GOVERNANCE', 'COMPLIANCE']), days, years: days }),
    ({ bucket: of, mode, days: inDays, years }, draft) => {
      draft.bucket(of).objectLock = {
        defaultRetention: { mode, ...(inDays ? { days: inDays } : {}), ...(years ? { years } : {}) },
      };
    },
  ),
  rustfs_bucket_lifecycle_configuration: reader(
    z.object({
      ...bucket,
      rule: z.array(
        z.object({
          id: name,
          status: z.string(),
          expiration: block(z.object({ days })),
          filter: block(z.object({ prefix: unset(z.string()) })),
        }),
      ),
    }),
    ({ bucket: of, rule }, draft) => {
      draft.bucket(of).lifecycle = rule.map(({ id, status, expiration, filter }) =>
        lifecycleRule({
          id,
          enabled: status === 'Enabled',
          prefix: filter?.prefix,
          expireAfterDays: expiration?.days,
          expireNoncurrentAfterDays: undefined,
          abortIncompleteMultipartAfterDays: undefined,
          expiredObjectDeleteMarker: undefined,
        }),
      );
    },
  ),
  rustfs_bucket_notification: reader(
    z.object({
      ...bucket,
      queue: z.array(
        z.object({
          arn: name,
          events: names,
          filter_prefix: unset(z.string()),
          filter_suffix: unset(z.string()),
        }),
      ),
    }),
    ({ bucket: of, queue }, draft) => {
      draft.bucket(of).notifications = queue.map(({ arn, events, filter_prefix, filter_suffix }, index) => ({
        id: `notification-${index + 1}`,
        targetArn: arn,
        events,
        ...(filter_prefix ? { prefix: filter_prefix } : {}),
        ...(filter_suffix ? { suffix: filter_suffix } : {}),
      }));
    },
  ),
  rustfs_bucket_quota: quota,
  rustfs_quota: quota,
  rustfs_policy: reader(
    z.object({
      name,
      // The attribute is called so.
      statement: z.array(z.object({ effect: z.enum(['Allow', 'Deny']), action: names, ressource: names })),
    }),
    (attributes, draft) => {
      draft.policy(attributes.name, {
        Version: '2012-10-17',
        Statement: attributes.statement.map(({ effect, action, ressource }) => ({
          Effect: effect,
          Action: action,
          Resource: ressource,
        })),
      });
    },
  ),
  rustfs_user: reader(
    z.object({ access_key: name, policy: unset(z.string()), status: unset(z.string()) }),
    ({ access_key, policy, status }, draft) => {
      const user = draft.user(access_key);
      user.enabled = status !== 'disabled';
      for (const attached of list(policy)) user.policies.add(attached);
    },
  ),
  rustfs_group: reader(z.object({ name, members: names, status: unset(z.string()) }), (attributes, draft) => {
    const group = draft.group(attributes.name);
    group.enabled = attributes.status !== 'disabled';
    for (const member of attributes.members) group.members.add(member);
  }),
  rustfs_serviceaccount: reader(
    z.object({ access_key: name, secret_key: unset(z.string()), name: unset(z.string()), user: unset(z.string()) }),
    ({ access_key, secret_key, name: shown, user }, draft) => {
      if (user !== undefined)
        draft.accessKey({
          accessKeyId: access_key,
          parent: user,
          enabled: true,
          ...(shown ? { name: shown } : {}),
          ...(secret_key ? { secretAccessKey: secret_key } : {}),
        });
      return reasons({ 'it belongs to root; give its holder a user of its own': user === undefined });
    },
  ),
};
