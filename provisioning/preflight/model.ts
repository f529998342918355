import type { Manifest } from '../../manifest/index.js';
import type { PolicyDocument, RuleId, RuleSeverity, RustFsVersion } from '../../policies/index.js';
import type { Estate } from '../estate.js';

/** An answer of the server, or why there is none. */
export type Seen<T> = { readonly seen: T } | { readonly unseen: string };

export interface KmsState {
  /** `Running`, `Configured`, `NotConfigured`, or the error. */
  readonly status: string;
  /** Such as `Local` or `VaultTransit`. */
  readonly backend?: string;
}

/** Where the server connects to. */
export interface Outbound {
  /** For people, such as `OIDC provider corp` or `tier COLD`. */
  readonly what: string;
  readonly url: string;
}

export interface ProviderState {
  readonly id: string;
  readonly rolePolicies: readonly string[];
  readonly url: string;
}

/** Objects that were asked for their encryption. */
export interface ObjectScan {
  readonly lookedAt: number;
  /** Buckets of which only the first objects were looked at. */
  readonly partly: readonly string[];
  /** Number of objects with SSE-S3 and an example, by bucket. */
  readonly sseS3: ReadonlyMap<string, { readonly count: number; readonly example: string }>;
}

/** What a running server shows. */
export interface ServerView {
  readonly estate: Estate;
  readonly rootAccessKey: string;
  /** One of the two root credentials is `rustfsadmin`. */
  readonly defaultCredentials: boolean;
  /** Difference of this machine's clock and the server's. */
  readonly clockSkewSeconds: number;
  readonly nodes: Seen<number>;
  readonly kms: Seen<KmsState>;
  readonly providers: Seen<readonly ProviderState[]>;
  readonly webhooks: Seen<readonly Outbound[]>;
  readonly tiers: Seen<readonly Outbound[]>;
  readonly targetArns: Seen<readonly string[]>;
  readonly objects: Seen<ObjectScan>;
}

/** Everything that a version change is judged by. */
export interface PreflightEstate {
  readonly from: RustFsVersion;
  readonly to: RustFsVersion;
  readonly manifest?: Manifest;
  readonly server?: ServerView;
  /** Environment that RustFS will be started with. */
  readonly environment?: ReadonlyMap<string, string>;
  /** Origins and what a name in them resolves to here; absent: it does not resolve. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

/** What a check found in the estate. */
export interface Found {
  /** Such as `policy legacy` or `bucket web-assets`. */
  readonly object: string;
  readonly found: string;
  /** @default the rule's */
  readonly severity?: RuleSeverity;
  /** @default the rule's */
  readonly fix?: string;
  /** What the tool writes instead. Absent: nobody but a person can decide. */
  readonly rewrite?: Rewrite;
}

/** A stored policy and what replaces it. */
export interface Rewrite {
  readonly policy: string;
  readonly before: PolicyDocument;
  readonly after: PolicyDocument;
}

export interface CheckResult {
  readonly found: readonly Found[];
  /** Why the rest cannot be seen; the rule is then left to a person. */
  readonly unseen?: string;
}

export type Check = (estate: PreflightEstate) => CheckResult;

export interface PreflightFinding {
  readonly rule: RuleId;
  readonly severity: RuleSeverity;
  readonly object: string;
  readonly found: string;
  readonly fix: string;
  /** `--fix` does it. */
  readonly fixable: boolean;
  /** Accepted by name: shown, not counted. */
  readonly accepted: boolean;
}

/** A rule that a person has to look at. */
export interface HandCheck {
  readonly rule: RuleId;
  readonly severity: RuleSeverity;
  readonly title: string;
  readonly why: string;
  readonly how: string;
}

export interface PreflightReport {
  readonly from: RustFsVersion;
  readonly to: RustFsVersion;
  readonly emulated: boolean;
  /** Worst first. */
  readonly findings: readonly PreflightFinding[];
  readonly byHand: readonly HandCheck[];
  /** What the verdict rests on, in words. */
  readonly lookedAt: readonly string[];
  /** Rules that were decided and do not apply. */
  readonly clear: readonly RuleId[];
}
