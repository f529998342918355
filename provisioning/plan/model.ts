import type { BucketConfig } from '../client/bucket-xml.js';

export type ChangeKind =
  | 'bucket'
  | 'bucket-config'
  | 'policy'
  | 'user'
  | 'user-policies'
  | 'group'
  | 'group-members'
  | 'group-policies'
  | 'membership'
  | 'access-key'
  | 'event-module'
  | 'event-target'
  | 'kms'
  | 'kms-key'
  | 'kms-probe';

export type ChangeAction = 'create' | 'update' | 'delete' | 'replace';

/** One difference between manifest and server, and what apply does about it. */
export interface Change {
  readonly action: ChangeAction;
  readonly kind: ChangeKind;
  /**
   * `bucket/setting` for `bucket-config`, `group/user` for `membership`, `purpose_type/id` for `event-target`, else the object's
   * own name.
   */
  readonly name: string;
  /** Why, in words. */
  readonly reason: string;
  /** What is added and removed, each line with `+ ` or `- `. Never a secret. */
  readonly details: readonly string[];
}

/** A difference that apply must not repair without being told to. */
export interface Blocked {
  readonly kind: ChangeKind;
  readonly name: string;
  readonly reason: string;
  readonly wayOut: string;
}

/** Something on the server that the manifest does not name. Reported, never touched. */
export interface Unmanaged {
  readonly kind: 'user' | 'group' | 'policy' | 'bucket' | 'bucket-config' | 'access-key' | 'event-target' | 'kms-key';
  readonly name: string;
}

export interface Plan {
  readonly changes: readonly Change[];
  readonly blocked: readonly Blocked[];
  readonly unmanaged: readonly Unmanaged[];
}

export type BucketSetting = keyof BucketConfig;

/** In the order in which they have to be set: object lock needs versioning, a public policy needs the block to allow it. */
export const BUCKET_SETTINGS: readonly BucketSetting[] = [
  'versioning',
  'objectLock',
  'encryption',
  'publicAccessBlock',
  'policy',
  'lifecycle',
  'cors',
  'tags',
  'quotaBytes',
  'notifications',
];
