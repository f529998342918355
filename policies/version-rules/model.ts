import type { RustFsVersion } from '../model.js';

/** What a rule does to an estate that it applies to, worst first. All but `note` are reasons not to change the version yet. */
export const RULE_SEVERITIES = ['blocks-start', 'loses-data', 'breaks-clients', 'changes-meaning', 'note'] as const;
export type RuleSeverity = (typeof RULE_SEVERITIES)[number];

/** What changing to a version means for whom the rule applies to. */
export interface Consequence {
  readonly severity: RuleSeverity;
  readonly fix: string;
}

/** One thing that RustFS versions do differently. */
export interface VersionRule {
  readonly title: string;
  /** What each version accepts, returns or breaks. */
  readonly does: Readonly<Record<RustFsVersion, string>>;
  /** The same for code: profiles read it from here. */
  readonly value?: Readonly<Record<RustFsVersion, boolean | number>>;
  /** By the version that one changes to. A version without an entry makes nothing worse. */
  readonly to: Readonly<Partial<Record<RustFsVersion, Consequence>>>;
  /** `recorded: <file> <step>` of both versions, `observed` on a running server, or where it stands in RustFS' source. */
  readonly source: string;
  /** How a person finds out what no request to the server shows. */
  readonly byHand?: string;
}

export type VersionRules = Readonly<Record<string, VersionRule>>;
