export { AccessKey, type AccessKeyProps } from './access-key.js';
export {
  Bucket,
  type BucketProps,
  type GrantOptions,
  type IBucket,
  type LifecycleRuleProps,
  type NotificationProps,
  type ObjectLockProps,
  type PublicAccessBlockProps,
} from './bucket.js';
export { ComponentStorage, type ComponentStorageProps } from './component-storage.js';
export { Duration } from './duration.js';
export { Group, type GroupProps } from './group.js';
export { OidcClaim, type OidcClaimProps } from './oidc-claim.js';
export {
  type GenericOidcProviderProps,
  OidcProvider,
  type OidcProviderOptions,
  oidcEnvironment,
} from './oidc-provider.js';
export { type IPolicy, Policy, type PolicyProps } from './policy.js';
export { type ExternalRustFsProps, RustFs, type RustFsProps } from './rustfs.js';
export { RustFsStorage } from './rustfs-storage.js';
export type { IRustFs } from './server.js';
export { type AccessException, type IGrantee, ServiceUser, type ServiceUserProps } from './service-user.js';
export { Size } from './size.js';
