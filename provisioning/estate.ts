import type { PolicyDocument } from '../policies/index.js';
import type { BucketConfig } from './client/bucket-xml.js';
import type { KmsState } from './client/kms.js';
import type { ObservedEvents } from './events/observe.js';

export interface ObservedUser {
  readonly enabled: boolean;
  readonly policies: readonly string[];
  readonly groups: readonly string[];
}

export interface ObservedGroup {
  readonly policies: readonly string[];
  readonly enabled: boolean;
  readonly members: readonly string[];
}

export interface ObservedAccessKey {
  readonly accessKeyId: string;
  /** A user, root, or an identity that the server does not know as a user (OIDC). */
  readonly parent: string;
  readonly name?: string;
  readonly enabled: boolean;
  /** The server has another secret than the secret store. Only told by a probe: absent if there was none. */
  readonly secretDiffers?: boolean;
  /** Policy of the key's own; undefined when it has all rights of its parent. */
  readonly embeddedPolicy?: PolicyDocument;
}

/** What the server holds. */
export interface Estate {
  /** RustFS version as the server tells it. */
  readonly version: string;
  /** True when the answers came from the emulator. */
  readonly emulated: boolean;
  /** What could not be read as usual, in words. */
  readonly notes: readonly string[];
  readonly buckets: ReadonlyMap<string, BucketConfig>;
  readonly policies: ReadonlyMap<string, PolicyDocument>;
  readonly users: ReadonlyMap<string, ObservedUser>;
  readonly groups: ReadonlyMap<string, ObservedGroup>;
  /** Where the server sends events. @default - not read, because the manifest declares neither targets nor notifications */
  readonly events?: ObservedEvents;
  /** Absent when the manifest declares no KMS. */
  readonly kms?: KmsState;
  /** By access key id. */
  readonly accessKeys: ReadonlyMap<string, ObservedAccessKey>;
}
