import * as z from 'zod';
import { canonicalPolicy, type PolicyDocument } from '../../policies/index.js';
import { quotaOf } from '../client/bucket-metadata.js';
import { readIamExport, readIamSecrets } from '../client/iam-export.js';
import type { ExportedBucket, ServerExports } from '../observe.js';
import { BUCKET_SETTINGS, type BucketSetting } from '../plan/model.js';
import { stableJson } from '../stable-json.js';

/** Settings in the order in which they are put back. */
export type Setting = Exclude<BucketSetting, 'publicAccessReason'>;
export const SETTINGS = BUCKET_SETTINGS as readonly Setting[];

const policy = z.custom<PolicyDocument>((value) => typeof value === 'object' && value !== null && 'Statement' in value);
const names = z.array(z.string());

const iam = z.strictObject({
  policies: z.record(z.string(), policy),
  users: z.record(z.string(), z.strictObject({ secretKey: z.string(), enabled: z.boolean(), policies: names })),
  groups: z.record(z.string(), z.strictObject({ enabled: z.boolean(), members: names, policies: names })),
  accessKeys: z.record(
    z.string(),
    z.strictObject({
      parent: z.string(),
      secretKey: z.string(),
      enabled: z.boolean(),
      name: z.string().optional(),
      description: z.string().optional(),
      expiration: z.string().optional(),
      policy: policy.optional(),
    }),
  ),
});

/**
 * One setting as the server keeps it: XML, the JSON of a bucket policy, or the bytes of a quota. Null: not configured.
 * Absent: was not read.
 */
const bucket = z.partialRecord(z.enum(SETTINGS), z.string().nullable());

export const contentsSchema = z.strictObject({ iam, buckets: z.record(z.string(), bucket) });

/** IAM and bucket configuration of a server, secrets included. Objects are no part of it. */
export type Contents = z.infer<typeof contentsSchema>;
export type BucketContents = Contents['buckets'][string];
export type AccessKeyContents = Contents['iam']['accessKeys'][string];

const FILES: Readonly<Record<string, Setting>> = {
  'versioning.xml': 'versioning',
  'object-lock.xml': 'objectLock',
  'bucket-encryption.xml': 'encryption',
  'policy.json': 'policy',
  'lifecycle.xml': 'lifecycle',
  'tagging.xml': 'tags',
  'notification.xml': 'notifications',
};

/** A document whose root has no children says the same as none. */
const EMPTY = /^(?:<\?xml[^>]*\?>)?\s*<(\w+)[^>]*?(?:\/>|>\s*(?:<TagSet>\s*<\/TagSet>|<TagSet\/>)?\s*<\/\1>)\s*$/;

/** RustFS writes down when a lifecycle was last changed (observed on a running 1.0.1), which is no part of what it says. */
const withoutDates = (xml: string) => xml.replace(/<ExpiryUpdatedAt>[^<]*<\/ExpiryUpdatedAt>/, '');

const configured = (xml: string | undefined) => (xml === undefined || EMPTY.test(xml) ? null : withoutDates(xml));

function bucketContents({ files, rest }: ExportedBucket): BucketContents {
  const quota = files['quota.json'] === undefined ? undefined : quotaOf(files['quota.json']);
  return {
    ...Object.fromEntries(Object.entries(FILES).map(([file, setting]) => [setting, configured(files[file])])),
    quotaBytes: quota === undefined ? null : String(quota),
    ...(rest ? { cors: configured(rest.cors), publicAccessBlock: configured(rest.publicAccessBlock) } : {}),
  };
}

const record = <T, U>(map: ReadonlyMap<string, T>, convert: (value: T, name: string) => U): Record<string, U> =>
  Object.fromEntries([...map].map(([name, value]) => [name, convert(value, name)]));

/** Undefined if the server did not export its identities: without their secrets nothing could be put back. */
export function contentsOf({ iam: archive, buckets }: ServerExports): Contents | undefined {
  if (archive === undefined) return undefined;
  const { policies, groups, accessKeys } = readIamExport(archive);
  const secrets = readIamSecrets(archive);
  return {
    iam: {
      policies: record(policies, (document) => document),
      users: record(secrets.users, (user) => ({ ...user, policies: [...user.policies].sort() })),
      groups: record(groups, ({ enabled, members, policies: attached }) => ({
        enabled,
        members: [...members].sort(),
        policies: [...attached].sort(),
      })),
      accessKeys: Object.fromEntries(
        [...accessKeys].flatMap(([id, { parent, enabled, name, embeddedPolicy }]) => {
          // From the same file of the archive, so always there.
          const own = secrets.accessKeys.get(id);
          const policy = embeddedPolicy ? { policy: embeddedPolicy } : {};
          return own ? [[id, { parent, enabled, ...(name ? { name } : {}), ...own, ...policy }]] : [];
        }),
      ),
    },
    buckets: record(buckets, bucketContents),
  };
}

/** A setting in the form in which equal settings are equal text. */
export function canonicalSetting(setting: Setting, value: string | null): string | null {
  return setting === 'policy' && value !== null
    ? stableJson(canonicalPolicy(JSON.parse(value) as PolicyDocument))
    : value;
}

/** The settings of `wanted`, from `actual`: a setting that was not read is not compared. */
function comparable(actual: Contents, wanted: Contents): Contents['buckets'] {
  return Object.fromEntries(
    Object.entries(actual.buckets).map(([name, settings]) => {
      const known = wanted.buckets[name];
      const compared = SETTINGS.filter((setting) => known === undefined || known[setting] !== undefined);
      return [
        name,
        Object.fromEntries(compared.map((setting) => [setting, canonicalSetting(setting, settings[setting] ?? null)])),
      ];
    }),
  );
}

/** Canonical text of the contents: two servers that hold the same have the same text, byte for byte. */
export function canonicalText(actual: Contents, wanted: Contents = actual): string {
  const { policies, users, groups, accessKeys } = actual.iam;
  const canonical = (document: PolicyDocument | undefined) => document && canonicalPolicy(document);
  return stableJson({
    iam: {
      policies: Object.fromEntries(Object.entries(policies).map(([name, document]) => [name, canonical(document)])),
      users,
      groups,
      accessKeys: Object.fromEntries(
        Object.entries(accessKeys).map(([id, key]) => [id, { ...key, policy: canonical(key.policy) }]),
      ),
    },
    buckets: comparable(actual, wanted),
  });
}
