import * as z from 'zod';
import type { CorsRule, LifecycleRule } from '../../manifest/index.js';
import { block, days, lifecycleRule, name, names, policyText, tags, unset } from './attributes.js';
import type { EstateDraft } from './draft.js';
import { type Reader, reader, reasons } from './resource.js';

const bucket = { bucket: name };
const retention = z.object({
  mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
  days,
  years: days,
});

function lock(draft: EstateDraft, of: string, { mode, days: inDays, years }: z.infer<typeof retention>): void {
  draft.bucket(of).objectLock = {
    defaultRetention: { mode, ...(inDays ? { days: inDays } : {}), ...(years ? { years } : {}) },
  };
}

/** A rule of which a part has no counterpart is left out as a whole: half of it would keep or delete other objects. */
function rules(
  draft: EstateDraft,
  of: string,
  found: readonly { readonly rule: LifecycleRule; readonly problems: readonly string[] }[],
): readonly string[] {
  const whole = found.filter(({ problems }) => problems.length === 0).map(({ rule }) => rule);
  if (whole.length > 0) draft.bucket(of).lifecycle = whole;
  return found.flatMap(({ rule, problems }) => problems.map((problem) => `rule ${rule.id} ${problem}`));
}

const ilmRule = z.object({
  id: name,
  status: unset(z.string()),
  filter: unset(z.string()),
  tags,
  expiration: unset(z.string()),
  expired_object_delete_marker: unset(z.boolean()),
  noncurrent_expiration: block(z.object({ days, newer_versions: unset(z.number()) })),
  abort_incomplete_multipart_upload: block(z.object({ days_after_initiation: days })),
  transition: block(z.unknown()),
  noncurrent_transition: block(z.unknown()),
});

const ilmPolicy = reader(z.object({ ...bucket, rule: z.array(ilmRule) }), (attributes, draft) =>
  rules(
    draft,
    attributes.bucket,
    attributes.rule.map((rule) => {
      const { expiration, noncurrent_expiration: noncurrent, abort_incomplete_multipart_upload: abort } = rule;
      const marker = rule.expired_object_delete_marker || expiration === 'DeleteMarker';
      const expireAfterDays = marker ? undefined : /^(\d+)d$/.exec(expiration ?? '')?.[1];
      return {
        rule: lifecycleRule({
          id: rule.id,
          enabled: rule.status !== 'Disabled',
          prefix: rule.filter,
          expireAfterDays: expireAfterDays === undefined ? undefined : Number(expireAfterDays),
          expireNoncurrentAfterDays: noncurrent?.days,
          abortIncompleteMultipartAfterDays: abort?.days_after_initiation,
          expiredObjectDeleteMarker: marker || undefined,
        }),
        problems: reasons({
          'is for objects with tags, which Bucket does not know': Object.keys(rule.tags).length > 0,
          'moves objects to a tier, which Bucket does not know': Boolean(rule.transition ?? rule.noncurrent_transition),
          'keeps a number of versions, which Bucket does not know': Boolean(noncurrent?.newer_versions),
          'expires at a date, which Bucket does not know':
            expiration !== undefined && !marker && expireAfterDays === undefined,
        }),
      };
    }),
  ),
);

const lifecycleFilter = z.object({
  prefix: unset(z.string()),
  tag: block(z.unknown()),
  and: block(z.unknown()),
  object_size_greater_than: unset(z.number()),
  object_size_less_than: unset(z.number()),
});

const lifecycle = reader(
  z.object({
    ...bucket,
    rule: z.array(
      z.object({
        id: name,
        status: unset(z.string()),
        filter: block(lifecycleFilter),
        expiration: block(
          z.object({ days, date: unset(z.string()), expired_object_delete_marker: unset(z.boolean()) }),
        ),
        noncurrent_version_expiration: block(
          z.object({ noncurrent_days: days, newer_noncurrent_versions: unset(z.number()) }),
        ),
        abort_incomplete_multipart_upload: block(z.object({ days_after_initiation: days })),
        transition: block(z.unknown()),
        noncurrent_version_transition: block(z.unknown()),
      }),
    ),
  }),
  (attributes, draft) =>
    rules(
      draft,
      attributes.bucket,
      attributes.rule.map((rule) => {
        const { expiration, noncurrent_version_expiration: noncurrent, filter } = rule;
        return {
          rule: lifecycleRule({
            id: rule.id,
            enabled: rule.status !== 'Disabled',
            prefix: filter?.prefix,
            expireAfterDays: expiration?.days,
            expireNoncurrentAfterDays: noncurrent?.noncurrent_days,
            abortIncompleteMultipartAfterDays: rule.abort_incomplete_multipart_upload?.days_after_initiation,
            expiredObjectDeleteMarker: expiration?.expired_object_delete_marker || undefined,
          }),
          problems: reasons({
            'is for objects with tags or of a size, which Bucket does not know': Boolean(
              filter?.tag ?? filter?.and ?? (filter?.object_size_greater_than || filter?.object_size_less_than),
            ),
            'moves objects to a tier, which Bucket does not know': Boolean(
              rule.transition ?? rule.noncurrent_version_transition,
            ),
            'keeps a number of versions, which Bucket does not know': Boolean(noncurrent?.newer_noncurrent_versions),
            'expires at a date, which Bucket does not know': expiration?.date !== undefined,
          }),
        };
      }),
    ),
);

const corsRule = z.object({
  id: unset(z.string()),
  allowed_methods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
  allowed_origins: names,
  allowed_headers: names,
  expose_headers: names,
  max_age_seconds: unset(z.number()),
});

function cors(rule: z.infer<typeof corsRule>): CorsRule {
  return {
    allowedMethods: rule.allowed_methods,
    allowedOrigins: rule.allowed_origins,
    ...(rule.id ? { id: rule.id } : {}),
    ...(rule.allowed_headers.length > 0 ? { allowedHeaders: rule.allowed_headers } : {}),
    ...(rule.expose_headers.length > 0 ? { exposeHeaders: rule.expose_headers } : {}),
    ...(rule.max_age_seconds ? { maxAgeSeconds: rule.max_age_seconds } : {}),
  };
}

const queue = z.object({
  id: unset(z.string()),
  queue_arn: name,
  events: names,
  filter_prefix: unset(z.string()),
  filter_suffix: unset(z.string()),
});

/** Buckets of the provider aminueza/minio (source: its schemas, commit d732d7a). */
export const MINIO_BUCKETS: Readonly<Record<string, Reader>> = {
  minio_s3_bucket: reader(
    z.object({
      ...bucket,
      acl: unset(z.string()),
      object_locking: unset(z.boolean()),
      quota: unset(z.number()),
      tags,
    }),
    ({ bucket: of, acl, object_locking, quota, tags: set }, draft) => {
      const config = draft.bucket(of);
      if (object_locking) config.objectLock ??= {};
      if (quota) config.quotaBytes = quota;
      if (Object.keys(set).length > 0) config.tags = set;
      return reasons({
        [`its acl is ${acl}, which MinIO made a bucket policy of: declare what of it is meant in policy`]:
          acl !== undefined && acl !== 'private',
      });
    },
  ),
  minio_s3_bucket_policy: reader(z.object({ ...bucket, policy: policyText }), ({ bucket: of, policy }, draft) => {
    draft.bucket(of).policy = policy as never;
  }),
  minio_s3_bucket_anonymous_access: reader(
    z.object({ ...bucket, policy: policyText }),
    ({ bucket: of, policy }, draft) => {
      draft.bucket(of).policy = policy as never;
    },
  ),
  minio_s3_bucket_versioning: reader(
    z.object({
      ...bucket,
      versioning_configuration: block(
        z.object({
          status: z.enum(['Enabled', 'Suspended']),
          exclude_folders: unset(z.boolean()),
          excluded_prefixes: names,
        }),
      ),
    }),
    ({ bucket: of, versioning_configuration: versioning }, draft) => {
      if (versioning) draft.bucket(of).versioning = versioning.status;
      return reasons({
        'it excludes folders or prefixes from versioning, which RustFS does not': Boolean(
          versioning?.exclude_folders || versioning?.excluded_prefixes.length,
        ),
      });
    },
  ),
  minio_ilm_policy: ilmPolicy,
  minio_s3_bucket_lifecycle: lifecycle,
  minio_s3_bucket_server_side_encryption: reader(
    z.object({ ...bucket, encryption_type: z.enum(['AES256', 'aws:kms']), kms_key_id: unset(z.string()) }),
    ({ bucket: of, encryption_type: algorithm, kms_key_id: kmsKeyId }, draft) => {
      draft.bucket(of).encryption = { algorithm, ...(kmsKeyId ? { kmsKeyId } : {}) };
    },
  ),
  minio_s3_bucket_cors: reader(
    z.object({ ...bucket, cors_rule: z.array(corsRule) }),
    ({ bucket: of, cors_rule }, draft) => {
      draft.bucket(of).cors = cors_rule.map(cors);
    },
  ),
  minio_s3_bucket_tags: reader(z.object({ ...bucket, tags }), ({ bucket: of, tags: set }, draft) => {
    if (Object.keys(set).length > 0) draft.bucket(of).tags = set;
  }),
  minio_s3_bucket_quota: reader(z.object({ ...bucket, quota: z.int().positive() }), ({ bucket: of, quota }, draft) => {
    draft.bucket(of).quotaBytes = quota;
  }),
  minio_s3_bucket_object_lock_configuration: reader(
    z.object({ ...bucket, rule: block(z.object({ default_retention: block(retention) })) }),
    ({ bucket: of, rule }, draft) => {
      draft.bucket(of).objectLock ??= {};
      if (rule?.default_retention) lock(draft, of, rule.default_retention);
    },
  ),
  minio_s3_bucket_retention: reader(
    z.object({
      ...bucket,
      mode: z.enum(['GOVERNANCE', 'COMPLIANCE']),
      unit: z.enum(['DAYS', 'YEARS']),
      validity_period: z.int().positive(),
    }),
    ({ bucket: of, mode, unit, validity_period: count }, draft) => {
      lock(draft, of, { mode, days: unit === 'DAYS' ? count : undefined, years: unit === 'YEARS' ? count : undefined });
    },
  ),
  minio_s3_bucket_notification: reader(
    z.object({ ...bucket, queue: z.array(queue) }),
    ({ bucket: of, queue: queues }, draft) => {
      const ours = queues.filter(({ queue_arn }) => queue_arn.startsWith('arn:rustfs:'));
      if (ours.length > 0)
        draft.bucket(of).notifications = ours.map((entry, index) => ({
          id: entry.id ?? `notification-${index + 1}`,
          targetArn: entry.queue_arn,
          events: entry.events,
          ...(entry.filter_prefix ? { prefix: entry.filter_prefix } : {}),
          ...(entry.filter_suffix ? { suffix: entry.filter_suffix } : {}),
        }));
      return queues
        .filter((entry) => !ours.includes(entry))
        .map(({ queue_arn }) => `its target ${queue_arn} is one of MinIO: declare a target of RustFS`);
    },
  ),
};
