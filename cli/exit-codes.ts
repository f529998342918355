/** Exit codes of every command; part of the public interface, as CI pipelines branch on them. */
export const EXIT = {
  /** Done, or nothing to change. */
  ok: 0,
  /** Bad input, unreachable server or another error. */
  error: 1,
  /** `plan` found changes. */
  changes: 2,
  /** `verify` found a contradiction between declaration and server. */
  contradiction: 3,
} as const;

/** A mistake of the user or of the environment: printed as one message, without a stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
