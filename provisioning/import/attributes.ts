import * as z from 'zod';
import type { LifecycleRule } from '../../manifest/index.js';
import type { PolicyDocument } from '../../policies/index.js';

/** Terraform writes `null` and `""` for what nobody set. */
export const unset = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (value === null || value === '' ? undefined : value), schema.optional());
export const name = z.string().min(1);
export const names = z.preprocess((value) => value ?? [], z.array(name));
export const tags = z.preprocess((value) => value ?? {}, z.record(z.string(), z.string()));

/** A policy document, which providers keep as JSON text. */
export const policyText = z.string().transform((text, context): PolicyDocument => {
  try {
    return JSON.parse(text) as PolicyDocument;
  } catch {
    context.addIssue({ code: 'custom', message: 'its policy is no JSON' });
    return z.NEVER;
  }
});

/** A block that occurs at most once, which Terraform keeps as a list. */
export const block = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value[0] : (value ?? undefined)), schema.optional());

/** `30d`, `30` or 30; 0 and `0d` mean none. */
export const days = z.preprocess((value) => {
  if (value === null || value === undefined || value === '') return undefined;
  const count = typeof value === 'number' ? value : Number(/^(\d+)d?$/.exec(String(value))?.[1] ?? Number.NaN);
  return count === 0 ? undefined : count;
}, z.int('it has a time that is no number of days').positive().optional());

/** A rule without undefined fields. */
export function lifecycleRule(rule: { [K in keyof LifecycleRule]: LifecycleRule[K] | undefined }): LifecycleRule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as LifecycleRule;
}
