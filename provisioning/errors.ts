/** A request that RustFS refused or that never got an answer. The message never contains a secret. */
export class RustFsError extends Error {
  override readonly name = 'RustFsError';

  constructor(
    message: string,
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** Code of the XML error body, such as `AccessDenied`; empty when there is none. */
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something else that stops provisioning: the message says what, and the way out. */
export class ProvisioningError extends Error {
  override readonly name = 'ProvisioningError';
}
