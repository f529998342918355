export type { KeyRotation, RotationOutcome, RotationStep } from './model.js';
export { type FinishRootOptions, finishRootSecret, type PreparedRootSecret, prepareRootSecret } from './root-secret.js';
export { type RotateOptions, rotateKeys } from './rotate.js';
export { selectAccessKeys } from './select.js';
