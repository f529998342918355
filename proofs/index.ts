export { describeProof } from './describe.js';
export { diffManifests, type HolderDiff, type ManifestDiff, somebodyGains } from './diff.js';
export { type Intent, intentOf } from './intent.js';
export type {
  AcceptedException,
  AccountProof,
  BucketProof,
  DeploymentProof,
  Grant,
  PublicProof,
} from './model.js';
export { bucketPoliciesOf, policiesOfUser, userSubject } from './principals.js';
export { proveManifest } from './prove.js';
