import type { LifecycleRule } from '../../manifest/index.js';
import { canonicalPolicy, opensToEveryone, parsePolicy, type RustFsVersion } from '../../policies/index.js';
import type { BucketConfig } from '../client/bucket-xml.js';
import { Code, type Printable, printString } from './source.js';
import { documentProblem, REVIEW } from './statements.js';

/** Props of a `Bucket`, with the settings that they cannot express. */
export interface BucketSource {
  readonly props: Readonly<Record<string, Printable>>;
  readonly leftOut: readonly { readonly setting: keyof BucketConfig; readonly reason: string }[];
}

const days = (count: number | undefined) => (count === undefined ? undefined : new Code(`Duration.days(${count})`));

function lifecycleRule(rule: LifecycleRule): Printable {
  return {
    id: rule.id,
    enabled: rule.enabled ? undefined : false,
    prefix: rule.prefix || undefined,
    expireAfter: days(rule.expireAfterDays),
    expireNoncurrentAfter: days(rule.expireNoncurrentAfterDays),
    abortIncompleteMultipartAfter: days(rule.abortIncompleteMultipartAfterDays),
    expiredObjectDeleteMarker: rule.expiredObjectDeleteMarker,
  };
}

const doesNothing = (rule: LifecycleRule) =>
  !rule.expireAfterDays &&
  !rule.expireNoncurrentAfterDays &&
  !rule.abortIncompleteMultipartAfterDays &&
  !rule.expiredObjectDeleteMarker;

function encryption({ encryption: setting }: BucketConfig): Printable {
  if (setting?.algorithm === 'AES256') return new Code('BucketEncryption.sseS3()');
  const key = setting?.kmsKeyId === undefined ? '' : printString(setting.kmsKeyId);
  return setting && new Code(`BucketEncryption.sseKms(${key})`);
}

function objectLock({ objectLock: lock }: BucketConfig): Printable {
  const retention = lock?.defaultRetention;
  return lock && (retention ? { defaultRetention: { mode: retention.mode, duration: days(retention.days) } } : {});
}

/** Why a bucket cannot be declared as it is: its policy would be changed or removed. */
export function bucketProblem(name: string, config: BucketConfig, version: RustFsVersion): string | undefined {
  if (!/^(?!xn--)(?!.*(?:\.\.|\.-|-\.))[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name))
    return 'its name is none that Bucket takes';
  const { policy, publicAccessBlock } = config;
  if (!policy) return undefined;
  const parsed = parsePolicy(policy, { kind: 'bucket', bucket: name, version });
  if (!parsed.ok) return `its policy is none that RustFS ${version} would take: ${parsed.problems[0]?.message}`;
  if (publicAccessBlock?.blockPublicPolicy && opensToEveryone(policy))
    return 'its policy allows everybody, which its public access block forbids';
  return documentProblem(policy);
}

/** The whole configuration of a bucket as props of `Bucket`, without server and name. */
export function bucketSource(config: BucketConfig): BucketSource {
  const leftOut: { readonly setting: keyof BucketConfig; readonly reason: string }[] = [];
  const { lifecycle, policy, objectLock: lock } = config;
  const unclear = lifecycle?.find(doesNothing);
  if (unclear)
    leftOut.push({ setting: 'lifecycle', reason: `rule ${unclear.id} has an effect that Bucket does not know` });
  const inYears = lock?.defaultRetention?.years !== undefined;
  if (inYears) leftOut.push({ setting: 'objectLock', reason: 'its retention is in years, and Bucket takes days' });
  const locked = lock !== undefined && !inYears;
  return {
    leftOut,
    props: {
      versioning: config.versioning === 'Suspended' ? 'suspended' : config.versioning && !locked ? true : undefined,
      objectLock: inYears ? undefined : objectLock(config),
      lifecycle: unclear ? undefined : lifecycle?.map(lifecycleRule),
      encryption: encryption(config),
      cors: config.cors,
      tags: config.tags,
      quota: config.quotaBytes === undefined ? undefined : new Code(`Size.bytes(${config.quotaBytes})`),
      policy: policy && (canonicalPolicy(policy).Statement as unknown as Printable),
      publicAccessReason: policy && opensToEveryone(policy) ? REVIEW : undefined,
      publicAccessBlock: config.publicAccessBlock,
      notifications: config.notifications,
    },
  };
}
