import type { RustFsVersion } from '../policies/index.js';

/** What provisioning does differently for one RustFS version. */
export interface ProvisioningProfile {
  /** Root may change another user's service account; else it has to be deleted and created again (recorded: 05-service-accounts update-as-root). */
  readonly rootUpdatesServiceAccounts: boolean;
  /** `set-user-secret-key` exists (recorded: 02-users). */
  readonly setUserSecretKey: boolean;
  /** The server is ready only after it has asked its identity providers: one that is missing then stays missing (source: startup_services.rs). */
  readonly readyAfterDiscovery: boolean;
  /** A local KMS refuses a master key once it has one, even the same (seen on a running 1.0.1); else it has to get it every time. */
  readonly kmsMasterKeyOnce: boolean;
}

export const PROVISIONING_PROFILES: Readonly<Record<RustFsVersion, ProvisioningProfile>> = {
  '1.0.1': {
    rootUpdatesServiceAccounts: true,
    setUserSecretKey: true,
    readyAfterDiscovery: true,
    kmsMasterKeyOnce: true,
  },
  '1.0.0-beta.7': {
    rootUpdatesServiceAccounts: false,
    setUserSecretKey: false,
    readyAfterDiscovery: false,
    kmsMasterKeyOnce: false,
  },
};
