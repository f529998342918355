import { randomBytes } from 'node:crypto';
import { SecretStoreError } from '../secret-store.js';
import { DATA_KEY_BYTES, encryptDataKey } from './data-key.js';
import { parseSopsDocument } from './document.js';
import { encryptScalars, signSopsDocument } from './edit.js';

/** The sops release whose file format is written here. */
const FORMAT_VERSION = '3.13.3';

export interface NewSopsDocument {
  /** Block-style mapping, all values strings. */
  readonly yaml: string;
  /** For messages. */
  readonly file: string;
  /** age public keys, `age1…`. */
  readonly recipients: readonly string[];
  /** Which values are encrypted, as sops' options of the same names say. */
  readonly rule: { readonly unencrypted_suffix: string } | { readonly encrypted_regex: string };
  readonly now: Date;
}

/**
 * Encrypts a YAML document for age recipients, as `sops encrypt` would.
 *
 * @throws {SecretStoreError} without recipients, or with one that isn't an age recipient.
 */
export async function createSopsDocument(
  document: NewSopsDocument,
): Promise<{ readonly text: string; readonly dataKey: Buffer }> {
  const { yaml, file, recipients, rule, now } = document;
  if (recipients.length === 0) {
    throw new SecretStoreError(
      `${file} can't be encrypted: name at least one age recipient, age1…, in the manifest's secretStore or in SOPS_AGE_RECIPIENTS`,
    );
  }
  const dataKey = randomBytes(DATA_KEY_BYTES);
  const lines = ['sops:', '    age:'];
  for (const recipient of recipients) {
    const enc = (await encryptDataKey(dataKey, recipient)).trimEnd().split('\n');
    lines.push(`        - recipient: ${recipient}`, '          enc: |', ...enc.map((line) => `            ${line}`));
  }
  // The MAC and its date are set when the document is signed.
  lines.push('    lastmodified: "-"', '    mac: "-"');
  for (const [name, pattern] of Object.entries(rule)) lines.push(`    ${name}: ${JSON.stringify(pattern)}`);
  lines.push(`    version: ${FORMAT_VERSION}`, '');
  const encrypted = encryptScalars(parseSopsDocument(yaml + lines.join('\n'), file), dataKey);
  return { text: signSopsDocument(encrypted, dataKey, now), dataKey };
}
