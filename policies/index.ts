export * from './access.js';
export {
  type ActionGroup,
  type ActionInfo,
  type ActionLevel,
  actionLevel,
  actionNames,
  actionsOf,
  isAcceptedAction,
  S3_ACTIONS,
} from './actions.js';
export { canonicalPolicy, policiesEqual } from './canonical.js';
export { type CompiledPolicy, type CompiledStatement, compilePolicy, S3_ARN_PREFIX } from './compile.js';
export { CONDITION_KEYS, isKnownConditionKey } from './condition-keys.js';
export { type EvaluateOptions, evaluate } from './evaluate.js';
export { globMatches, toBytes } from './glob.js';
export { type LintCode, type LintFinding, type LintOptions, lintPolicy } from './lint.js';
export { asList } from './lists.js';
export * from './model.js';
export { validatePolicyName } from './names.js';
export {
  type ClaimedRights,
  type ClaimMapping,
  type Claims,
  claimedRights,
  DEFAULT_CLAIM_MAPPING,
  isClaimablePolicyName,
  webIdentityParent,
} from './oidc-claims.js';
export { opensToEveryone } from './open.js';
export {
  addressObstacle,
  hostObstacle,
  isLoopback,
  literalObstacle,
  type OutboundObstacle,
  parseAllowedOrigins,
} from './outbound.js';
export { type ParseOptions, type ParseResult, parsePolicy } from './parse.js';
export type { PolicyProblem } from './problems.js';
export { BUILTIN_POLICIES, POLICY_PROFILES, type PolicyProfile } from './profiles.js';
export { type AccessChange, type AccessDiff, accessDiff } from './prover/access-diff.js';
export { StateLimit } from './prover/budget.js';
export { proveContained } from './prover/contained.js';
export { type Difference, differences } from './prover/differences.js';
export { type IsolationProof, proveIsolation, type Tenant } from './prover/isolation.js';
export type { Counterexample, Proof, ProveOptions, Subject } from './prover/model.js';
export { NOTHING, withoutBuckets } from './prover/nothing.js';
export { proveNoAdmin, proveNoPublicAccess } from './prover/reach.js';
export { describeCounterexample, describeRequest } from './prover/words.js';
export { S3_OPERATIONS, type S3Operation, type S3OperationName } from './s3-operations.js';
export { RULE_IDS, type RuleId, ruleValue, VERSION_RULES } from './version-rules/index.js';
export { RULE_SEVERITIES, type RuleSeverity, type VersionRule } from './version-rules/model.js';
