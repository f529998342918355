export type { AccessProof, Finding, Outcome, Probe, ProbeResult } from './model.js';
export { type VerifyOptions, verify } from './verify.js';
