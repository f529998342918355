import type * as z from 'zod';
import type { EstateDraft } from './draft.js';
import type { StateResource } from './terraform-state.js';

/** What a resource adds to the estate, or why a part of it cannot be declared. */
export type Reader = (attributes: StateResource['attributes'], draft: EstateDraft) => readonly string[];

/** A reader for a resource with these attributes. */
export function reader<T extends z.ZodType>(
  schema: T,
  read: (attributes: z.infer<T>, draft: EstateDraft) => readonly string[] | undefined,
): Reader {
  return (attributes, draft) => {
    const parsed = schema.safeParse(attributes);
    if (parsed.success) return read(parsed.data, draft) ?? [];
    return parsed.error.issues.map(({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`);
  };
}

/** One sentence for each condition that holds. */
export const reasons = (found: Readonly<Record<string, boolean>>): readonly string[] =>
  Object.entries(found).flatMap(([reason, holds]) => (holds ? [reason] : []));
