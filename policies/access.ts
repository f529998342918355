import { actionLevel, isAcceptedAction } from './actions.js';
import { S3_ARN_PREFIX } from './compile.js';
import type { PolicyDocument, PolicyStatement } from './model.js';

export interface AccessOptions {
  /**
   * Only keys that begin with this. Lists are then allowed with this prefix alone.
   * @default - the whole bucket
   */
  readonly prefix?: string;
  /**
   * Also the companions of multipart uploads (abort, list parts, list uploads). An upload itself needs only
   * `s3:PutObject` (recorded: 06-access multipart-create), but an SDK cannot clean up after a failed one without them.
   * @default false
   */
  readonly multipart?: boolean;
  /**
   * Also `s3:GetBucketLocation`, which some SDKs ask for before the first request.
   * @default false
   */
  readonly location?: boolean;
}

const MULTIPART = ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:ListBucketMultipartUploads'];
const PREFIXED_LISTS = new Set(['s3:ListBucket', 's3:ListBucketVersions', 's3:ListBucketMultipartUploads']);

/** Which actions an application may use on its buckets. Immutable. */
export class Access {
  /** List and read. */
  static readOnly(options: AccessOptions = {}): Access {
    return Access.#template(['s3:ListBucket', 's3:GetObject'], options);
  }

  /** List, read, write and delete. */
  static readWrite(options: AccessOptions = {}): Access {
    return Access.#template(['s3:ListBucket', 's3:GetObject', 's3:PutObject', 's3:DeleteObject'], options);
  }

  /** List, read and write, but never delete: for backups that nobody who holds the key may remove. */
  static append(options: AccessOptions = {}): Access {
    return Access.#template(['s3:ListBucket', 's3:GetObject', 's3:PutObject'], options);
  }

  /** Write without reading or listing: for drop boxes. */
  static writeOnly(options: AccessOptions = {}): Access {
    return Access.#template(['s3:PutObject'], options);
  }

  /** Exactly these actions, bucket-level and object-level ones mixed. Throws on a name that no RustFS version knows. */
  static custom(actions: readonly string[], options: AccessOptions = {}): Access {
    const unknown = actions.filter(
      (action) => !action.startsWith('s3:') || action.includes('*') || !isAcceptedAction(action),
    );
    if (actions.length === 0)
      throw new Error('access needs at least one action, got none; name exact S3 actions such as s3:GetObject');
    if (unknown.length > 0) {
      throw new Error(
        `access takes exact S3 action names, got ${unknown.join(', ')}; name each action, such as s3:GetObject`,
      );
    }
    return Access.#template(actions, options);
  }

  static #template(actions: readonly string[], { prefix, multipart = false, location = false }: AccessOptions): Access {
    if (prefix !== undefined && (prefix.startsWith('/') || /[*?]|\$\{/.test(prefix))) {
      throw new Error(
        `access prefix must be plain text without leading slash and wildcards, got "${prefix}"; write for instance "home/"`,
      );
    }
    return new Access(
      [...actions, ...(multipart ? MULTIPART : []), ...(location ? ['s3:GetBucketLocation'] : [])],
      prefix,
    );
  }

  /** Sorted, without repeats. */
  readonly actions: readonly string[];

  private constructor(
    actions: readonly string[],
    readonly prefix?: string,
  ) {
    this.actions = [...new Set(actions)].sort();
  }
}

function statementsOf(access: Access, buckets: readonly string[]): readonly PolicyStatement[] {
  const bucketArns = buckets.map((bucket) => `${S3_ARN_PREFIX}${bucket}`);
  const objectArns = buckets.map((bucket) => `${S3_ARN_PREFIX}${bucket}/${access.prefix ?? ''}*`);
  const narrowed = (action: string) => access.prefix !== undefined && PREFIXED_LISTS.has(action);
  const onBuckets = access.actions.filter((action) => actionLevel(action) === 'bucket');
  const parts: readonly (readonly [readonly string[], readonly string[], boolean])[] = [
    [onBuckets.filter((action) => !narrowed(action)), bucketArns, false],
    [onBuckets.filter(narrowed), bucketArns, true],
    [access.actions.filter((action) => actionLevel(action) === 'object'), objectArns, false],
    [access.actions.filter((action) => actionLevel(action) === 'account'), [`${S3_ARN_PREFIX}*`], false],
  ];
  return parts
    .filter(([actions]) => actions.length > 0)
    .map(([Action, Resource, byPrefix]) => ({
      Effect: 'Allow',
      Action,
      Resource,
      ...(byPrefix ? { Condition: { StringLike: { 's3:prefix': [`${access.prefix}*`] } } } : {}),
    }));
}

/** The policy that grants `access` on exactly these buckets: bucket actions on bucket ARNs, object actions on object ARNs. */
export function accessPolicy(access: Access, buckets: readonly string[]): PolicyDocument {
  if (buckets.length === 0)
    throw new Error('an access policy needs at least one bucket, got none; name the buckets it is for');
  return { Version: '2012-10-17', Statement: statementsOf(access, [...new Set(buckets)].sort()) };
}
