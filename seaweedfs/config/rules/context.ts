import type { Findings, Json } from '../findings.js';

export interface ValidateOptions {
  /** Whether plain-http providers and switched-off TLS checks are accepted. @default false */
  readonly development?: boolean;
  /** Paths in the gateway's container where certificates are mounted. @default - none */
  readonly mountedFiles?: readonly string[];
}

/** What the rules share: the whole file, and the names that it declares. */
export interface RuleContext {
  readonly file: Json;
  readonly findings: Findings;
  readonly options: ValidateOptions;
  /** Providers that are switched on, by name. */
  readonly providers: ReadonlySet<string>;
  readonly disabledProviders: ReadonlySet<string>;
  readonly policies: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly identities: ReadonlySet<string>;
}

/** Consequence of everything that makes SeaweedFS refuse the file. */
export const REFUSED = 'SeaweedFS refuses the whole file: no STS, and without static identities everybody is let in';

export const isPlaceholder = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '$secret' in value;

/** Names of roles, policies and providers: what fits into an ARN. */
export const NAME = /^[\w+=,.@-]{1,64}$/;
