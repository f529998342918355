export { hostUrl, withoutCredentials } from './endpoint.js';
export {
  EVENT_TARGET_FIELDS,
  EVENT_TARGET_TYPES,
  type EventTargetType,
  eventTargetArn,
  eventTargetName,
  eventTargetProblems,
  type ManifestEventTarget,
} from './event-targets.js';
export {
  familyOf,
  generationsOf,
  KMS_LOCAL_ENTRY,
  kmsProblems,
  type ManifestKms,
  nextGeneration,
  SSE_S3_ENTRY,
} from './kms.js';
export { mappedClaim, oidcProblems, policiesOfClaims } from './oidc.js';
export {
  type BucketNotification,
  type CorsRule,
  type LifecycleRule,
  MANIFEST_VERSION,
  type Manifest,
  type ManifestAccessKey,
  type ManifestBucket,
  type ManifestComponent,
  type ManifestGroup,
  type ManifestOidcProvider,
  type ManifestPolicy,
  type ManifestSecretStore,
  type ManifestSessions,
  type ManifestUser,
  manifestSchema,
  ROOT_ENTRY,
} from './schema.js';
export { ManifestError, manifestHash, manifestJsonSchema, parseManifest, serializeManifest } from './serialize.js';
export { DEFAULT_SESSION_SECONDS, LONGEST_SESSION_SECONDS, SHORTEST_SESSION_SECONDS } from './sessions.js';
