export { type Adoption, adopt } from './adopt/adopt.js';
export { type ApplyEvent, type ApplyOptions, apply } from './apply/apply.js';
export { prepareCluster } from './cluster/prepare.js';
export type { Runner } from './cluster/runner.js';
export { missingServices } from './cluster/swarm.js';
export { waitForCluster } from './cluster/wait.js';
export { type DriftOptions, drift } from './drift/drift.js';
export type { DriftFinding, DriftReport } from './drift/model.js';
export { renderDrift } from './drift/render.js';
export { ProvisioningError, RustFsError } from './errors.js';
export type { Estate, ObservedAccessKey, ObservedGroup, ObservedUser } from './estate.js';
export type { GateOptions, ServerIdentity } from './gate.js';
export { accessMetrics, driftMetrics } from './metrics.js';
export { fetchKeys } from './oidc/discovery.js';
export { type Diagnosis, type DoctorCheck, type DoctorOptions, diagnose } from './oidc/doctor.js';
export { type Simulation, simulateClaims } from './oidc/simulate.js';
export type { Blocked, Change, ChangeAction, ChangeKind, Plan, Unmanaged } from './plan/model.js';
export { type PlanOptions, plan } from './plan/plan.js';
export { type PlanColors, renderPlan } from './plan/render.js';
export { findRootCredentials, type RootCredentialFiles, rootCredentials } from './root-credentials.js';
export {
  type FinishRootOptions,
  finishRootSecret,
  type KeyRotation,
  type PreparedRootSecret,
  prepareRootSecret,
  type RotateOptions,
  type RotationOutcome,
  type RotationStep,
  rotateKeys,
  selectAccessKeys,
} from './rotate/index.js';
export { directorySecretStore } from './secrets/directory-store.js';
export { formatAge, type KeyAge, type KeyState, keyAges, parseAge } from './secrets/key-age.js';
export { type KubernetesSecretProps, writeKubernetesSecret } from './secrets/kubernetes-secret.js';
export { openSecretStore, parseSecretStoreRef } from './secrets/open-store.js';
export type { StoreContents } from './secrets/read-store.js';
export {
  type RootCredentialFilesProps,
  type RootCredentialFilesResult,
  writeRootCredentialFiles,
} from './secrets/root-credential-files.js';
export { writeSecretFile } from './secrets/secret-file.js';
export { type SecretStore, SecretStoreError, type StoredKey, type StoreEntry } from './secrets/secret-store.js';
export { ageRecipientsIn } from './secrets/sops/identities.js';
export {
  openSession,
  type PlannedState,
  type Session,
  type SessionOptions,
  type SessionPlanOptions,
} from './session.js';
export { type SessionCache, sessionCache } from './sts/cache.js';
export { enrolUser, withdrawUser } from './sts/enrol.js';
export {
  type CredentialEndpoint,
  type CredentialEndpointOptions,
  processCredentials,
  serveCredentials,
} from './sts/hand-out.js';
export {
  assumeRole,
  assumeRoleWithWebIdentity,
  type SessionCredentials,
  type SignInOptions,
} from './sts/sign-in.js';
export { type SessionSource, userSessions, webIdentitySessions } from './sts/sources.js';
export {
  type AccessProof,
  type Cause,
  type Finding,
  type Forgery,
  type ForgeryResult,
  forgeries,
  type MatrixRow,
  type NotProbed,
  type Observation,
  type Outcome,
  type Probe,
  type ProbeResult,
  policyDocuments,
  presentForgeries,
  type ReadToken,
  readToken,
  type Severity,
  type SignIn,
  severityOfResult,
  tokenSignIn,
  userSignIn,
  type Verb,
  type VerifyOptions,
  verify,
} from './verify/index.js';
export {
  asCurl,
  type Credentials,
  createWire,
  type Wire,
  type WireEvent,
  type WireOptions,
  type WireRequest,
  type WireResponse,
} from './wire.js';
