import type { RustFsVersion } from '../../policies/index.js';

/** The largest number that RustFS reads where it reads 32 bits; it takes its default for one that is larger. */
export const MAX_U32 = 2 ** 32 - 1;

/** What a variable takes, and so the type of its setting. */
export type Value =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer' | 'decimal'; readonly unit?: Unit; readonly min: number; readonly max?: number }
  /** A `Size`, written in bytes. */
  | { readonly kind: 'size'; readonly min?: number; readonly max?: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'text' | 'list'; readonly expected: string; readonly pattern: RegExp }
  /** A file of the project, copied into the container. */
  | { readonly kind: 'file' }
  /** The same, for RustFS to own with mode 0600: it takes no other. */
  | { readonly kind: 'privateFile' }
  /** A file of the project with a secret that RustFS takes from its environment alone. */
  | { readonly kind: 'secretFile' };

type Unit = 'microseconds' | 'milliseconds' | 'seconds' | 'minutes' | 'hours' | 'days' | 'percent';

/** How a variable is set. */
type Way =
  /** By this path of `settings`. */
  | { readonly setting: string; readonly value: Value; readonly secret?: true }
  /** By another prop of `RustFs`. */
  | { readonly prop: string; readonly secret?: true }
  /** By the construct itself, from this. */
  | { readonly derived: string; readonly secret?: true }
  /** Not at all, because of this. */
  | { readonly not: string; readonly secret?: true };

export type Variable = Way & {
  /** `[_<ID>]` stands for one suffix for each instance, `{A,B}` for either word, `*` for the rest of a family. */
  readonly name: string;
  readonly effect: string;
  /** RustFS' own default in 1.0.1. @default - unset */
  readonly default?: string;
  /** Its default in 1.0.0-beta.7. @default - the same */
  readonly betaDefault?: string;
  /** The only version in which it has an effect. @default - both */
  readonly only?: RustFsVersion;
  /** What the other version does with it. @default - does not know it */
  readonly otherwise?: string;
  /** It has an effect between nodes alone: `RustFs` refuses it, `RustFsCluster` takes it. @default - both take it */
  readonly clusterOnly?: true;
  /** Also set when this one is, because it has no effect otherwise. */
  readonly switches?: string;
  /** The setting that has to be on for this one to have an effect. @default - none */
  readonly needs?: string;
  /** Where the fact comes from, in RustFS' repository. @default - that of the section */
  readonly source?: string;
};

export type SettingVariable = Extract<Variable, { setting: string }>;

export interface Section {
  readonly title: string;
  readonly source: string;
  readonly variables: readonly Variable[];
}

export const boolean: Value = { kind: 'boolean' };
export const file: Value = { kind: 'file' };
export const privateFile: Value = { kind: 'privateFile' };
export const secretFile: Value = { kind: 'secretFile' };
export const integer = (min: number, max?: number, unit?: Unit): Value => ({
  kind: 'integer',
  min,
  ...(max === undefined ? {} : { max }),
  ...(unit === undefined ? {} : { unit }),
});
export const seconds = (min = 1, max?: number): Value => integer(min, max, 'seconds');
export const milliseconds = (min = 1): Value => integer(min, undefined, 'milliseconds');
export const size = (min?: number, max?: number): Value => ({
  kind: 'size',
  ...(min === undefined ? {} : { min }),
  ...(max === undefined ? {} : { max }),
});
export const choice = (...of: readonly string[]): Value => ({ kind: 'choice', of });
export const text = (expected: string, pattern: RegExp): Value => ({ kind: 'text', expected, pattern });
export const list = (expected: string, pattern: RegExp): Value => ({ kind: 'list', expected, pattern });
export const url: Value = text('an http or https URL without user name and password', /^https?:\/\/[^\s@,]+$/);
export const origins: Value = list('origins such as https://console.example.com, or *', /^(\*|https?:\/\/[^\s/@,]+)$/);
