import type { RustFsVersion } from '../model.js';
import { IDENTITY_RULES } from './identities.js';
import type { VersionRule } from './model.js';
import { POLICY_RULES } from './policies.js';
import { SERVER_RULES } from './server.js';
import { STORAGE_RULES } from './storage.js';

const RULES = { ...POLICY_RULES, ...IDENTITY_RULES, ...STORAGE_RULES, ...SERVER_RULES } as const;

export type RuleId = keyof typeof RULES;
type ValuedRule = { [Id in RuleId]: (typeof RULES)[Id] extends { readonly value: unknown } ? Id : never }[RuleId];
type ValueOf<Id extends ValuedRule> = (typeof RULES)[Id]['value'][RustFsVersion] extends number ? number : boolean;

/** Everything that the known RustFS versions do differently, each with its source, in the order of the topics. */
export const VERSION_RULES: Readonly<Record<RuleId, VersionRule>> = RULES;
export const RULE_IDS = Object.keys(RULES) as readonly RuleId[];

/** What a rule says for one version, for the profiles of the planner, the proof and the emulator. */
export function ruleValue<Id extends ValuedRule>(id: Id, version: RustFsVersion): ValueOf<Id> {
  return RULES[id].value[version] as ValueOf<Id>;
}
