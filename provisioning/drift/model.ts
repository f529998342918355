import type { ChangeKind } from '../plan/model.js';
import type { KeyAge } from '../secrets/key-age.js';

/** One difference between what is declared and what the server holds, with what it means. */
export interface DriftFinding {
  /** `security`: somebody can do something that nobody declared. `drift`: any other difference. */
  readonly severity: 'security' | 'drift';
  /**
   * `managed`: a declared object differs, and apply repairs it. `blocked`: it differs, and apply refuses to repair it unasked.
   * `unmanaged`: nobody declared it, and apply leaves it alone. `overdue`: an access key older than the limit.
   */
  readonly category: 'managed' | 'blocked' | 'unmanaged' | 'overdue';
  readonly kind: ChangeKind;
  /** `bucket/setting` for `bucket-config`, `group/user` for `membership`, `parent/id` for an unmanaged access key. */
  readonly name: string;
  /** What is different, in words. */
  readonly message: string;
  /** What it gives, a sentence each, with a request that the server would now allow. */
  readonly gives: readonly string[];
  /** What is added to and removed from the server by apply, each line with `+ ` or `- `. Never a secret. */
  readonly details: readonly string[];
  readonly wayOut: string;
}

/** What `drift` found. Contains no secret. */
export interface DriftReport {
  readonly endpoint: string;
  /** RustFS version as the server tells it. */
  readonly version: string;
  /** True when the answers came from the emulator. */
  readonly emulated: boolean;
  /** `security` first, then by category, kind and name. Empty: the server holds exactly what is declared. */
  readonly findings: readonly DriftFinding[];
  /** Every managed access key, the oldest (and those of unknown age) first. */
  readonly keyAges: readonly KeyAge[];
  /** What could not be looked at, and why, in words. */
  readonly notes: readonly string[];
}
