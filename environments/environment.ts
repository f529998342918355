import type { Duration, RemoteStateProps, SecretStoreRef, Size } from '../constructs/index.js';

/** What differs between environments. What is deployed is the same: `stacks/environment.ts`. */
export interface Environment {
  /** Its stack is `storage-<name>`. */
  readonly name: string;
  /** RustFS of this environment; RUSTFS_ENDPOINT wins at deployment. */
  readonly endpoint: string;
  readonly secretStore: SecretStoreRef;
  /** @default - a local file, for who works alone */
  readonly remoteState?: RemoteStateProps;
  /** How long logs are kept. */
  readonly keepLogs: Duration;
  /** Of the archive. @default - unlimited */
  readonly archiveQuota?: Size;
}
