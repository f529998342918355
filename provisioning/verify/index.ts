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
export { type VerifyOptions, verify } from './verify.js';
