import { type RustFsVersion, ruleValue } from '../policies/index.js';

/** What provisioning does differently for one RustFS version. */
export interface ProvisioningProfile {
  /** Root may change another user's service account; else it has to be deleted and created again. */
  readonly rootUpdatesServiceAccounts: boolean;
  /** `set-user-secret-key` exists. */
  readonly setUserSecretKey: boolean;
  /** The server is ready only after it has asked its identity providers: one that is missing then stays missing. */
  readonly readyAfterDiscovery: boolean;
  /** A local KMS refuses a master key once it has one, even the same (seen on a running 1.0.1); else it has to get it every time. */
  readonly kmsMasterKeyOnce: boolean;
}

const profileOf = (version: RustFsVersion): ProvisioningProfile => ({
  rootUpdatesServiceAccounts: ruleValue('update-access-keys', version),
  setUserSecretKey: ruleValue('set-user-secret', version),
  readyAfterDiscovery: ruleValue('readiness', version),
  kmsMasterKeyOnce: version === '1.0.1',
});

export const PROVISIONING_PROFILES: Readonly<Record<RustFsVersion, ProvisioningProfile>> = {
  '1.0.1': profileOf('1.0.1'),
  '1.0.0-beta.7': profileOf('1.0.0-beta.7'),
};
