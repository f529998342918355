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
export { AlknetGateway, type AlknetGatewayProps } from './alknet-gateway.js';
export type {
  GatewayApiKey,
  GatewayManagedCredentials,
  GatewayOidcClient,
  GatewayOpenIdProvider,
  GatewayRateLimits,
  GatewayTls,
  GatewayWebhooks,
  GivenApiKey,
  MadeApiKey,
} from './alknet-settings.js';
export {
  Bucket,
  type BucketProps,
  type GrantOptions,
  type IBucket,
  type LifecycleRuleProps,
  type NotificationProps,
  type NotifyOptions,
  type ObjectLockProps,
  type PublicAccessBlockProps,
} from './bucket.js';
export { BucketEncryption } from './bucket-encryption.js';
export type { IRustFsCluster, RustFsClusterProps } from './cluster/cluster-server.js';
export { type ErasureLayout, type ErasureTopology, erasureLayout, type Tolerance } from './cluster/erasure-layout.js';
export type { KubernetesClusterProps } from './cluster/kubernetes.js';
export { RustFsCluster } from './cluster/rustfs-cluster.js';
export type { SwarmClusterProps, SwarmNode } from './cluster/swarm.js';
export { ComponentStorage, type ComponentStorageProps } from './component-storage.js';
export { Duration } from './duration.js';
export { EventSecret } from './event-secret.js';
export { EventTarget } from './event-target.js';
export type {
  AmqpTargetProps,
  EventTargetLogin,
  EventTargetOptions,
  EventTargetTls,
  KafkaTargetProps,
  MqttTargetProps,
  MysqlTargetProps,
  NatsTargetProps,
  PostgresTargetProps,
  PulsarTargetProps,
  RedisTargetProps,
  WebhookTargetProps,
} from './event-target-props.js';
export { Group, type GroupProps } from './group.js';
export {
  type GatewayFile,
  KeystoneBridge,
  type KeystoneBridgeProps,
  type KeystoneServiceUser,
} from './keystone-bridge.js';
export {
  Kms,
  type LocalKmsProps,
  VaultAuth,
  type VaultKv2KmsProps,
  type VaultTransitKmsProps,
} from './kms.js';
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
export { RemoteState, type RemoteStateProps } from './remote-state.js';
export { RemoteStateBucket, type RemoteStateBucketProps } from './remote-state-bucket.js';
export { RustFs, type RustFsProps } from './rustfs.js';
export type { ExternalRustFsProps } from './rustfs-external.js';
export type { RustFsKeystoneProps } from './rustfs-keystone.js';
export type { RustFsSettings } from './rustfs-settings.js';
export { RustFsStorage } from './rustfs-storage.js';
export {
  type CertificateFiles,
  RustFsTls,
  type RustFsTlsDirectoryProps,
  type RustFsTlsFilesProps,
  type RustFsTlsSelfSignedProps,
} from './rustfs-tls.js';
export { type DevelopmentFilersProps, SeaweedFsFilers } from './seaweedfs-filers.js';
export type { SeaweedFsGatewayFleetProps } from './seaweedfs-fleet-props.js';
export { SeaweedFsGatewayFleet } from './seaweedfs-gateway-fleet.js';
export { SecretStoreRef } from './secret-store-ref.js';
export type { IRustFs } from './server.js';
export { type AccessException, type IGrantee, ServiceUser, type ServiceUserProps } from './service-user.js';
export { Size } from './size.js';
export { UserSessions, type UserSessionsProps } from './user-sessions.js';
