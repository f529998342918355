export { type Adoption, adopt } from './adopt/adopt.js';
export { type ApplyEvent, type ApplyOptions, apply } from './apply/apply.js';
export { prepareCluster } from './cluster/prepare.js';
export type { Runner } from './cluster/runner.js';
export { missingServices } from './cluster/swarm.js';
export { waitForCluster } from './cluster/wait.js';
export { examineDeployment } from './doctor/doctor.js';
export type {
  DockerRunner,
  DoctorFinding,
  DoctorOptions as DeploymentDoctorOptions,
  DoctorReport,
} from './doctor/model.js';
export { type DriftOptions, drift } from './drift/drift.js';
export type { DriftFinding, DriftReport } from './drift/model.js';
export { renderDrift } from './drift/render.js';
export { ProvisioningError, RustFsError } from './errors.js';
export type { Estate, ObservedAccessKey, ObservedGroup, ObservedUser } from './estate.js';
export { type EventFinding, type EventProof, type ProveEventsOptions, proveEvents } from './events/prove.js';
export type { GateOptions, ServerIdentity } from './gate.js';
export { printApp } from './import/app.js';
export { emptyManifest, type ImportedState, importTerraformState } from './import/import.js';
export { keepImportedKeys } from './import/keep-keys.js';
export { type KmsRotation, renewKmsCredential, rotateKmsKeys } from './kms/rotate.js';
export { writeServerSecretFile } from './kms/secret-file.js';
export { type KmsReport, kmsStatus } from './kms/status.js';
export { accessMetrics, driftMetrics } from './metrics.js';
export { fetchKeys } from './oidc/discovery.js';
export { type Diagnosis, type DoctorCheck, type DoctorOptions, diagnose } from './oidc/doctor.js';
export { type Simulation, simulateClaims } from './oidc/simulate.js';
export type { Blocked, Change, ChangeAction, ChangeKind, Plan, Unmanaged } from './plan/model.js';
export { type PlanOptions, plan } from './plan/plan.js';
export { type PlanColors, renderPlan } from './plan/render.js';
export type { HandCheck, PreflightFinding, PreflightReport } from './preflight/model.js';
export { breaking, type PreflightOptions, type PreflightResult, preflight } from './preflight/preflight.js';
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
export { readStore } from './secrets/read-store.js';
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
export type { Contents } from './snapshot/contents.js';
export { snapshotKeys } from './snapshot/keys.js';
export { compare as compareWithSnapshot, readContents as readServerContents } from './snapshot/restore.js';
export {
  type Rollback,
  rollBack,
  rollBackApply,
  type Safeguard,
  safeguard,
  snapshotOf,
} from './snapshot/safeguard.js';
export { type Snapshot, type SnapshotStore, snapshotStore } from './snapshot/snapshot-store.js';
export { type SessionCache, sessionCache } from './sts/cache.js';
export { enrolDeclared, enrolUser, enrolWithSecret, withdrawUser } from './sts/enrol.js';
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
export { writeSelfSignedFiles } from './tls/self-signed.js';
export { readTrust, type Trust, type TrustFiles } from './tls/trust.js';
export {
  type AccessProof,
  type Cause,
  type Finding,
  type Forgery,
  type ForgeryResult,
  forgeries,
  type MatrixRow,
  misusedTokens,
  type NotProbed,
  type Observation,
  type Outcome,
  type Probe,
  type ProbeResult,
  policyDocuments,
  presentBrokenSessions,
  presentEndedSession,
  presentForgeries,
  presentWithdrawn,
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
