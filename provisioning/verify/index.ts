export { type Forgery, type ForgeryResult, forgeries, presentForgeries } from './forged-tokens.js';
export type {
  AccessProof,
  Cause,
  Finding,
  MatrixRow,
  NotProbed,
  Observation,
  Outcome,
  Probe,
  ProbeResult,
  Severity,
  Verb,
} from './model.js';
export { severityOfResult } from './result.js';
export { policyDocuments, type ReadToken, readToken, type SignIn, tokenSignIn, userSignIn } from './sign-ins.js';
export { type VerifyOptions, verify } from './verify.js';
