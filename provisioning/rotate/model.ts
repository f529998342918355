import type { Finding } from '../verify/index.js';

/**
 * - `rotated`: a new key is published, the old one stays valid until it is finished.
 * - `finished`: the old key is gone.
 * - `unproven`: the proof of the new key failed, so it was not published and is deleted again.
 * - `unchanged`: nothing was due.
 */
export type RotationOutcome = 'rotated' | 'finished' | 'unproven' | 'unchanged';

/** What a rotation did with one access key. Contains no secret. */
export interface KeyRotation {
  readonly accessKey: string;
  /** Component that uses the key. */
  readonly component?: string;
  readonly outcome: RotationOutcome;
  /** Why, and what comes next, in words. */
  readonly note: string;
  /** Why the new key was not published. */
  readonly findings: readonly Finding[];
}

export type RotationStep = 'deleting the old key' | 'creating a new key' | 'proving the new key' | 'publishing it';
