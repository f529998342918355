import type { Manifest, ManifestBucket } from '../../manifest/index.js';
import { canonicalPolicy, type PolicyDocument, policiesEqual } from '../../policies/index.js';
import type { BucketConfig } from '../client/bucket-xml.js';
import type { KmsState } from '../client/kms.js';
import type { Estate } from '../estate.js';
import { currentKey } from '../kms/generations.js';
import { PROBE_BUCKET } from '../kms/probe-bucket.js';
import { stableJson } from '../stable-json.js';
import { type Blocked, BUCKET_SETTINGS, type BucketSetting, type Change, type Plan, type Unmanaged } from './model.js';

type Value = BucketConfig[BucketSetting];

const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);

/** The form in which equal settings are identical: what the server adds or reorders is taken out. */
function canonical(setting: BucketSetting, config: BucketConfig): unknown {
  switch (setting) {
    case 'lifecycle':
      return config.lifecycle?.map((rule) => ({ ...rule, prefix: rule.prefix || undefined })).sort(byId);
    case 'notifications':
      return config.notifications?.map((entry) => ({ ...entry, events: [...entry.events].sort() })).sort(byId);
    case 'tags':
      return config.tags && Object.keys(config.tags).length > 0 ? config.tags : undefined;
    default:
      return config[setting];
  }
}

function settingEquals(setting: BucketSetting, wanted: BucketConfig, actual: BucketConfig): boolean {
  if (setting === 'policy' && wanted.policy && actual.policy) return policiesEqual(wanted.policy, actual.policy);
  if (setting === 'encryption' && wanted.encryption && !wanted.encryption.kmsKeyId) {
    // Without a key id RustFS stores its default key (reference: KMS), which is no difference.
    return wanted.encryption.algorithm === actual.encryption?.algorithm;
  }
  return stableJson(canonical(setting, wanted)) === stableJson(canonical(setting, actual));
}

function show(setting: BucketSetting, value: Value): string {
  return stableJson(setting === 'policy' ? canonicalPolicy(value as PolicyDocument) : value);
}

function changeOf(bucket: string, setting: BucketSetting, wanted: Value, actual: Value): Change {
  const name = `${bucket}/${setting}`;
  const details = [
    ...(actual === undefined ? [] : [`- ${show(setting, actual)}`]),
    ...(wanted === undefined ? [] : [`+ ${show(setting, wanted)}`]),
  ];
  if (wanted === undefined)
    return { action: 'delete', kind: 'bucket-config', name, reason: `nobody declared this ${setting}`, details };
  if (actual === undefined)
    return { action: 'create', kind: 'bucket-config', name, reason: `${setting} is not set`, details };
  return { action: 'update', kind: 'bucket-config', name, reason: `${setting} differs`, details };
}

/** An undeclared bucket policy is removed, because it gives access that nobody declared; other settings are left alone. */
const REMOVED_WHEN_UNDECLARED: ReadonlySet<BucketSetting> = new Set(['policy']);

interface BucketPlan {
  readonly changes: Change[];
  readonly blocked: Blocked[];
  readonly unmanaged: Unmanaged[];
}

/** Object lock can only be switched on when a bucket is created. */
function lockCannotBeAdded(
  { name, objectLock }: ManifestBucket,
  actual: BucketConfig | undefined,
): Blocked | undefined {
  if (!objectLock || actual === undefined || actual.objectLock) return undefined;
  return {
    kind: 'bucket-config',
    name: `${name}/objectLock`,
    reason: 'the bucket was created without object lock, which cannot be added later',
    wayOut: 'declare a bucket of another name with object lock and copy the objects, or drop objectLock',
  };
}

/** The configuration with the newest key of the declared name, or of the default key. */
export function withCurrentKey(
  bucket: ManifestBucket,
  kms: Manifest['kms'],
  keys: KmsState['keys'],
  used?: string,
): ManifestBucket {
  const { encryption } = bucket;
  const name = encryption?.algorithm === 'aws:kms' ? (encryption.kmsKeyId ?? kms?.defaultKey) : undefined;
  if (encryption === undefined || name === undefined) return bucket;
  return { ...bucket, encryption: { ...encryption, kmsKeyId: kms ? currentKey(name, keys, used) : name } };
}

function planBucket(
  bucket: ManifestBucket,
  kms: Manifest['kms'],
  estate: Estate,
  { changes, blocked, unmanaged }: BucketPlan,
): void {
  const actual = estate.buckets.get(bucket.name);
  if (actual === undefined) {
    const details = bucket.objectLock ? ['+ object lock'] : [];
    changes.push({ action: 'create', kind: 'bucket', name: bucket.name, reason: 'it does not exist', details });
  }
  const config: BucketConfig = withCurrentKey(bucket, kms, estate.kms?.keys, actual?.encryption?.kmsKeyId);
  const impossible = lockCannotBeAdded(bucket, actual);
  if (impossible) blocked.push(impossible);
  for (const setting of BUCKET_SETTINGS) {
    const wanted = config[setting];
    const present = actual?.[setting];
    if (setting === 'objectLock' && impossible) continue;
    // A bucket created with object lock has versioning and lock from the start.
    if (actual === undefined && setting === 'versioning' && bucket.objectLock && wanted === 'Enabled') continue;
    if (actual === undefined && setting === 'objectLock' && !bucket.objectLock?.defaultRetention) continue;
    if (wanted === undefined && present === undefined) continue;
    if (wanted === undefined && !REMOVED_WHEN_UNDECLARED.has(setting)) {
      // Object lock brings versioning along.
      if (setting === 'versioning' && bucket.objectLock) continue;
      unmanaged.push({ kind: 'bucket-config', name: `${bucket.name}/${setting}` });
    } else if (!settingEquals(setting, config, actual ?? {})) {
      changes.push(changeOf(bucket.name, setting, wanted, present));
    }
  }
}

export function planBuckets(manifest: Manifest, estate: Estate): Plan {
  const plan: BucketPlan = { changes: [], blocked: [], unmanaged: [] };
  for (const bucket of manifest.buckets) planBucket(bucket, manifest.kms, estate, plan);
  const declared = new Set(manifest.buckets.map(({ name }) => name));
  if (manifest.kms) declared.add(PROBE_BUCKET);
  for (const name of estate.buckets.keys()) if (!declared.has(name)) plan.unmanaged.push({ kind: 'bucket', name });
  return plan;
}
