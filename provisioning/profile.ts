import type { RustFsVersion } from '../policies/index.js';

/** What provisioning does differently for one RustFS version. */
export interface ProvisioningProfile {
  /** Root may change another user's service account; else it has to be deleted and created again (recorded: 05-service-accounts update-as-root). */
  readonly rootUpdatesServiceAccounts: boolean;
}

export const PROVISIONING_PROFILES: Readonly<Record<RustFsVersion, ProvisioningProfile>> = {
  '1.0.1': { rootUpdatesServiceAccounts: true },
  '1.0.0-beta.7': { rootUpdatesServiceAccounts: false },
};
