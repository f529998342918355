import * as z from 'zod';
import { SecretStoreError } from '../secret-store.js';

const RULES = ['unencrypted_suffix', 'encrypted_suffix', 'unencrypted_regex', 'encrypted_regex'] as const;
/** The rule of a file that names none (sops source: DefaultUnencryptedSuffix). */
export const DEFAULT_UNENCRYPTED_SUFFIX = '_unencrypted';

/** The `sops` mapping of a file, as far as it matters here; all values are read as strings. */
const schema = z.object({
  age: z.array(z.object({ recipient: z.string(), enc: z.string() })).default([]),
  lastmodified: z.string().min(1),
  mac: z.string().min(1),
  mac_only_encrypted: z.string().optional(),
  key_groups: z.unknown().optional(),
  unencrypted_suffix: z.string().optional(),
  encrypted_suffix: z.string().optional(),
  unencrypted_regex: z.string().optional(),
  encrypted_regex: z.string().optional(),
  unencrypted_comment_regex: z.string().optional(),
  encrypted_comment_regex: z.string().optional(),
});

export interface SopsMetadata {
  readonly age: readonly { readonly recipient: string; readonly enc: string }[];
  readonly lastModified: string;
  readonly mac: string;
  /** Whether the MAC leaves out what is in plain text. */
  readonly macOnlyEncrypted: boolean;
  /** Whether a value below these keys is encrypted. */
  readonly isEncrypted: (path: readonly string[]) => boolean;
  /** For messages: `encrypted_regex "^data$"`. */
  readonly rule: string;
}

/** @throws {SecretStoreError} on metadata that isn't sops', or uses what isn't supported here. */
export function parseMetadata(value: unknown, file: string): SopsMetadata {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const where = ['sops', ...(parsed.error.issues[0]?.path ?? [])].join('.');
    throw new SecretStoreError(
      `${file}: the sops metadata is incomplete (${where}): restore the file, it may be half-written`,
    );
  }
  const { data } = parsed;
  if (data.key_groups !== undefined) {
    throw new SecretStoreError(
      `${file}: key groups (Shamir secret sharing) are not supported: give the file one list of age recipients`,
    );
  }
  if (data.unencrypted_comment_regex || data.encrypted_comment_regex) {
    throw new SecretStoreError(
      `${file}: rules on comments (encrypted_comment_regex, unencrypted_comment_regex) are not supported: use a rule on keys, such as encrypted_regex`,
    );
  }
  const rules = RULES.filter((rule) => data[rule]);
  if (rules.length > 1) {
    throw new SecretStoreError(`${file}: ${rules.join(' and ')} exclude each other: keep one of them`);
  }
  const rule = rules[0] ?? 'unencrypted_suffix';
  const pattern = data[rule] || DEFAULT_UNENCRYPTED_SUFFIX;
  const matches = matcher(rule, pattern, file);
  const encryptsMatches = rule.startsWith('encrypted');
  return {
    age: data.age,
    // sops parses and prints the date before it authenticates the MAC with it, which drops a fraction.
    lastModified: data.lastmodified.replace(/\.\d+/, ''),
    mac: data.mac,
    macOnlyEncrypted: data.mac_only_encrypted === 'true',
    isEncrypted: (path) => path.some(matches) === encryptsMatches,
    rule: `${rule} ${JSON.stringify(pattern)}`,
  };
}

/** Go's regular expressions; what JavaScript spells differently is refused by its `u` mode instead of misread. */
function matcher(rule: string, pattern: string, file: string): (key: string) => boolean {
  if (rule.endsWith('suffix')) return (key) => key.endsWith(pattern);
  const insensitive = pattern.startsWith('(?i)');
  try {
    const regex = new RegExp(insensitive ? pattern.slice(4) : pattern, insensitive ? 'iu' : 'u');
    return (key) => regex.test(key);
  } catch {
    throw new SecretStoreError(
      `${file}: ${rule} ${JSON.stringify(pattern)} can't be used here: expected a regular expression that Go and JavaScript read alike`,
    );
  }
}
