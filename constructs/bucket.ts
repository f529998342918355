import { Construct, type IConstruct } from 'constructs';
import { type CorsRule, eventTargetName, type ManifestBucket } from '../manifest/index.js';
import { Access, type PolicyDocument, type PolicyStatement, parsePolicy } from '../policies/index.js';
import { type BucketEncryption, encryptionSetting } from './bucket-encryption.js';
import { validateBucketName } from './bucket-name.js';
import type { Duration } from './duration.js';
import type { EventTarget } from './event-target.js';
import type { IRustFs } from './server.js';
import type { IGrantee } from './service-user.js';
import type { Size } from './size.js';

export interface LifecycleRuleProps {
  /** @default rule-<n>, counted from 1 */
  readonly id?: string;
  /** @default true */
  readonly enabled?: boolean;
  /** Only keys that begin with this. @default - every key */
  readonly prefix?: string;
  /** Delete objects of this age. RustFS also applies it to existing objects at once. @default - never */
  readonly expireAfter?: Duration;
  /** Delete versions that have been replaced for this long. @default - never */
  readonly expireNoncurrentAfter?: Duration;
  /** Give up uploads in parts after this time. @default - never */
  readonly abortIncompleteMultipartAfter?: Duration;
  /** Remove delete markers that hide no version any more; not together with `expireAfter`. @default false */
  readonly expiredObjectDeleteMarker?: boolean;
}

export interface ObjectLockProps {
  /** Retention of every new object. @default - none: only objects that are locked one by one */
  readonly defaultRetention?: { readonly mode: 'GOVERNANCE' | 'COMPLIANCE'; readonly duration: Duration };
}

export interface PublicAccessBlockProps {
  /** @default true */
  readonly blockPublicAcls?: boolean;
  /** @default true */
  readonly ignorePublicAcls?: boolean;
  /** @default true */
  readonly blockPublicPolicy?: boolean;
  /** @default true */
  readonly restrictPublicBuckets?: boolean;
}

export interface NotificationProps {
  /** @default notification-<n>, counted from 1 */
  readonly id?: string;
  /** `arn:rustfs:sqs:<region>:<id>:<type>` of a target that is online when the bucket is provisioned. */
  readonly targetArn: string;
  /** Such as `s3:ObjectCreated:*`. */
  readonly events: readonly string[];
  readonly prefix?: string;
  readonly suffix?: string;
}

/** Which events of a bucket go to a target. */
export interface NotifyOptions extends Omit<NotificationProps, 'targetArn'> {}

export interface BucketProps {
  readonly server: IRustFs;
  /** @default - the construct's id */
  readonly bucketName?: string;
  /** `suspended`: old versions stay, new ones are not kept. @default - not versioned; `true` if the bucket has object lock */
  readonly versioning?: boolean | 'suspended';
  /** Protects objects from deletion. Needs versioning, and is best set when the bucket is made. @default - none */
  readonly objectLock?: ObjectLockProps;
  /** @default - none */
  readonly lifecycle?: readonly LifecycleRuleProps[];
  /** Encryption of new objects by default. @default - none */
  readonly encryption?: BucketEncryption;
  /** @default - none */
  readonly cors?: readonly CorsRule[];
  /** @default - none */
  readonly tags?: Readonly<Record<string, string>>;
  /** @default - unlimited */
  readonly quota?: Size;
  /** Statements of the bucket policy. @default - no bucket policy; one that is found on the server is removed */
  readonly policy?: readonly PolicyStatement[];
  /**
   * Why everybody may do what the bucket policy allows; shown in reports.
   * @default - a policy that lets anybody in without signing fails the synthesis
   */
  readonly publicAccessReason?: string;
  /** @default - none: without a bucket policy nobody reaches the bucket anonymously */
  readonly publicAccessBlock?: PublicAccessBlockProps;
  /** @default - none */
  readonly notifications?: readonly NotificationProps[];
  /** What happens to the data if the bucket is no longer declared. @default retain */
  readonly removalPolicy?: 'retain' | 'destroy';
}

export interface GrantOptions {
  /** Only keys that begin with this. @default - the whole bucket */
  readonly prefix?: string;
}

/** A bucket, owned by this stack or not. */
export interface IBucket extends IConstruct {
  readonly bucketName: string;
  grantRead(grantee: IGrantee, options?: GrantOptions): void;
  grantReadWrite(grantee: IGrantee, options?: GrantOptions): void;
  grantAppend(grantee: IGrantee, options?: GrantOptions): void;
  grantWrite(grantee: IGrantee, options?: GrantOptions): void;
}

/** The grant verbs, the same for owned and imported buckets. */
abstract class BucketBase extends Construct implements IBucket {
  abstract readonly bucketName: string;

  /** List and read. */
  grantRead(grantee: IGrantee, options?: GrantOptions): void {
    this.#grant(grantee, Access.readOnly(options));
  }

  /** List, read, write and delete. */
  grantReadWrite(grantee: IGrantee, options?: GrantOptions): void {
    this.#grant(grantee, Access.readWrite(options));
  }

  /** List, read and write, but not delete. */
  grantAppend(grantee: IGrantee, options?: GrantOptions): void {
    this.#grant(grantee, Access.append(options));
  }

  /** Write without reading or listing. */
  grantWrite(grantee: IGrantee, options?: GrantOptions): void {
    this.#grant(grantee, Access.writeOnly(options));
  }

  #grant(grantee: IGrantee, access: Access): void {
    grantee.addToGrants(this.bucketName, access);
  }
}

class ImportedBucket extends BucketBase {
  constructor(
    scope: Construct,
    id: string,
    readonly bucketName: string,
  ) {
    super(scope, id);
  }
}

/** A bucket with its whole configuration. */
export class Bucket extends BucketBase {
  /** A bucket that this stack uses but does not manage. */
  static fromBucketName(scope: Construct, id: string, bucketName: string): IBucket {
    validateBucketName(bucketName);
    return new ImportedBucket(scope, id, bucketName);
  }

  /**
   * Checks a name against S3's and RustFS' rules; unresolved tokens pass.
   *
   * @throws Error with every broken rule
   */
  static validateBucketName(name: string): void {
    validateBucketName(name);
  }

  readonly bucketName: string;
  readonly #server: IRustFs;
  readonly #notifications: NotificationProps[];

  constructor(scope: Construct, id: string, props: BucketProps) {
    super(scope, id);
    this.bucketName = props.bucketName ?? id;
    validateBucketName(this.bucketName);
    const errors = bucketErrors(this.bucketName, props);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    this.#server = props.server;
    this.#notifications = [...(props.notifications ?? [])];
    props.server._registry.add('bucket', this.bucketName, this.node.path, () =>
      manifestBucket(this.bucketName, {
        ...props,
        ...(this.#notifications.length > 0 ? { notifications: this.#notifications } : {}),
      }),
    );
  }

  /**
   * Sends events of this bucket to a target of its server.
   *
   * @throws Error if the server does not declare the target, or an event is none
   */
  notify(target: EventTarget, options: NotifyOptions): void {
    const declared = eventTargetName({ purpose: 'notify', type: target.type, id: target.id });
    if (!this.#server._registry.has('event target', declared))
      throw new Error(
        `bucket ${this.bucketName} notifies event target ${target.id}, which its server does not declare; add it to the server's eventTargets`,
      );
    const notification = { ...options, targetArn: target.arn(this.#server.region) };
    const errors = notificationErrors(this.bucketName, notification);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    this.#notifications.push(notification);
  }
}

function bucketErrors(name: string, props: BucketProps): string[] {
  const errors: string[] = [];
  if (props.objectLock && props.versioning !== undefined && props.versioning !== true) {
    errors.push(
      `bucket ${name} has object lock but versioning: ${props.versioning}; RustFS locks versions, so leave versioning out or set it to true`,
    );
  }
  if (props.policy) {
    const parsed = parsePolicy(policyDocument(props.policy), {
      kind: 'bucket',
      bucket: name,
      version: props.server._registry.rustfsVersion,
    });
    if (!parsed.ok) errors.push(...parsed.problems.map(({ message }) => `policy of bucket ${name}: ${message}`));
  }
  for (const [index, rule] of (props.lifecycle ?? []).entries()) {
    const { expireAfter, expireNoncurrentAfter, abortIncompleteMultipartAfter, expiredObjectDeleteMarker } = rule;
    const what = `lifecycle rule ${rule.id ?? index + 1} of bucket ${name}`;
    if (expireAfter && expiredObjectDeleteMarker) {
      errors.push(
        `${what} has both expireAfter and expiredObjectDeleteMarker, of which S3 takes one; make two rules of them`,
      );
    }
    if (expireAfter || expireNoncurrentAfter || abortIncompleteMultipartAfter || expiredObjectDeleteMarker) continue;
    errors.push(`${what} does nothing; give it expireAfter, expireNoncurrentAfter or abortIncompleteMultipartAfter`);
  }
  errors.push(...(props.notifications ?? []).flatMap((notification) => notificationErrors(name, notification)));
  return errors;
}

function notificationErrors(bucket: string, { targetArn, events, prefix, suffix }: NotificationProps): string[] {
  return [
    ...(/^arn:rustfs:sqs:[^:]+:[a-z0-9_-]+:[a-z]+$/.test(targetArn)
      ? []
      : [
          `notification target of bucket ${bucket} is ${targetArn}; expected arn:rustfs:sqs:<region>:<lower-case id>:<type>, such as arn:rustfs:sqs:us-east-1:primary:webhook`,
        ]),
    ...(events.length > 0
      ? []
      : [`notification of bucket ${bucket} has no events; name at least one, such as s3:ObjectCreated:*`]),
    ...events
      .filter((event) => !/^s3:[A-Za-z]+(:([A-Za-z]+|\*))?$/.test(event))
      .map((event) => `notification of bucket ${bucket} has event ${event}; expected one such as s3:ObjectCreated:*`),
    ...[prefix, suffix]
      .filter((filter) => filter !== undefined && /\\|(^|\/)\.{1,2}(\/|$)/.test(filter))
      .map(
        (filter) =>
          `notification of bucket ${bucket} filters by ${filter}, which RustFS refuses: no "\\", "." or ".." in it`,
      ),
  ];
}

const policyDocument = (statements: readonly PolicyStatement[]): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: statements,
});

function versioningOf({ versioning, objectLock }: BucketProps): ManifestBucket['versioning'] {
  if (versioning === 'suspended') return 'Suspended';
  return (versioning ?? objectLock !== undefined) ? 'Enabled' : undefined;
}

function manifestBucket(name: string, props: BucketProps): ManifestBucket {
  const { objectLock, publicAccessBlock: block } = props;
  const retention = objectLock?.defaultRetention;
  return {
    name,
    versioning: versioningOf(props),
    objectLock:
      objectLock &&
      (retention ? { defaultRetention: { mode: retention.mode, days: retention.duration.toDays() } } : {}),
    lifecycle: props.lifecycle?.map((rule, index) => ({
      id: rule.id ?? `rule-${index + 1}`,
      enabled: rule.enabled ?? true,
      prefix: rule.prefix,
      expireAfterDays: rule.expireAfter?.toDays(),
      expireNoncurrentAfterDays: rule.expireNoncurrentAfter?.toDays(),
      abortIncompleteMultipartAfterDays: rule.abortIncompleteMultipartAfter?.toDays(),
      expiredObjectDeleteMarker: rule.expiredObjectDeleteMarker || undefined,
    })),
    encryption: encryptionSetting(props.encryption),
    cors: props.cors && [...props.cors],
    tags: props.tags,
    quotaBytes: props.quota?.toBytes(),
    policy: props.policy && (policyDocument(props.policy) as never),
    publicAccessReason: props.publicAccessReason,
    publicAccessBlock: block && {
      blockPublicAcls: block.blockPublicAcls ?? true,
      ignorePublicAcls: block.ignorePublicAcls ?? true,
      blockPublicPolicy: block.blockPublicPolicy ?? true,
      restrictPublicBuckets: block.restrictPublicBuckets ?? true,
    },
    notifications: props.notifications?.map((entry, index) => ({
      id: entry.id ?? `notification-${index + 1}`,
      targetArn: entry.targetArn,
      events: [...entry.events],
      prefix: entry.prefix,
      suffix: entry.suffix,
    })),
    removalPolicy: props.removalPolicy ?? 'retain',
  };
}
