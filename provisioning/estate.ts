import type { PolicyDocument } from '../policies/index.js';
import type { BucketConfig } from './client/bucket-xml.js';

export interface ObservedUser {
  readonly enabled: boolean;
  readonly policies: readonly string[];
  readonly groups: readonly string[];
}

export interface ObservedGroup {
  readonly policies: readonly string[];
  /** Only read for groups that matter to a managed user or are declared. */
  readonly enabled?: boolean;
  readonly members?: readonly string[];
}

export interface ObservedAccessKey {
  readonly accessKeyId: string;
  readonly parent: string;
  readonly name?: string;
  /** Only read for keys that are managed or in the secret store. */
  readonly enabled?: boolean;
  /** Policy of the key's own; undefined when it has all rights of its parent. */
  readonly embeddedPolicy?: PolicyDocument;
}

/** What the server holds. */
export interface Estate {
  /** RustFS version as the server tells it. */
  readonly version: string;
  /** True when the answers came from the emulator. */
  readonly emulated: boolean;
  readonly buckets: ReadonlyMap<string, BucketConfig>;
  readonly policies: ReadonlyMap<string, PolicyDocument>;
  readonly users: ReadonlyMap<string, ObservedUser>;
  readonly groups: ReadonlyMap<string, ObservedGroup>;
  /** By access key id. */
  readonly accessKeys: ReadonlyMap<string, ObservedAccessKey>;
}
