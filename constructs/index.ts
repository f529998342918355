export type {
  FleetIamConfig,
  IdentityConfig,
  LdapProviderConfig,
  NamedPolicyConfig,
  OidcProviderConfig,
  RoleConfig,
  SecretReference,
  StsConfig,
  TrustStatement,
} from '../seaweedfs/config/model.js';
export { AccessKey, type AccessKeyProps } from './access-key.js';
export type {
  CapabilityEntry,
  CustomGatewayProps,
  GatewayCapability,
  GatewayImplementation,
} from './alknet-capabilities.js';
export type { GatewayApiKey, GatewayRateLimits, GatewayTls } from './alknet-config.js';
export { AlknetGateway, type AlknetGatewayProps } from './alknet-gateway.js';
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
export type { IRustFsCluster, RustFsClusterProps } from './cluster/cluster-server.js';
export { type ErasureLayout, type ErasureTopology, erasureLayout, type Tolerance } from './cluster/erasure-layout.js';
export type { KubernetesClusterProps } from './cluster/kubernetes.js';
export { RustFsCluster } from './cluster/rustfs-cluster.js';
export type { SwarmClusterProps, SwarmNode } from './cluster/swarm.js';
export { ComponentStorage, type ComponentStorageProps } from './component-storage.js';
export { Duration } from './duration.js';
export { Group, type GroupProps } from './group.js';
export {
  type GatewayFile,
  KeystoneBridge,
  type KeystoneBridgeProps,
  type KeystoneServiceUser,
} from './keystone-bridge.js';
export { Observability } from './observability.js';
export type { ObservabilityPiece } from './observability-pieces.js';
export type { ObservabilityProps } from './observability-props.js';
export { OidcClaim, type OidcClaimProps } from './oidc-claim.js';
export {
  type GenericOidcProviderProps,
  OidcProvider,
  type OidcProviderOptions,
  oidcEnvironment,
} from './oidc-provider.js';
export { OpenStackKeystone, type OpenStackKeystoneProps } from './openstack-keystone.js';
export { type IPolicy, Policy, type PolicyProps } from './policy.js';
export { type ExternalRustFsProps, RustFs, type RustFsProps } from './rustfs.js';
export type { RustFsKeystoneProps } from './rustfs-keystone.js';
export { RustFsStorage } from './rustfs-storage.js';
export { type DevelopmentFilersProps, SeaweedFsFilers } from './seaweedfs-filers.js';
export type { SeaweedFsGatewayFleetProps } from './seaweedfs-fleet-props.js';
export { SeaweedFsGatewayFleet } from './seaweedfs-gateway-fleet.js';
export { SecretStoreRef } from './secret-store-ref.js';
export type { IRustFs } from './server.js';
export { type AccessException, type IGrantee, ServiceUser, type ServiceUserProps } from './service-user.js';
export { Size } from './size.js';
