import { createHash, timingSafeEqual } from 'node:crypto';
import type { Scalar } from 'yaml';
import { SecretStoreError } from '../secret-store.js';
import { authenticatedPath, place, type SopsDocument } from './document.js';
import { floatText, macText } from './plain-scalar.js';
import { decryptValue } from './value.js';

/** Fed into the MAC first when only encrypted values count (sops source: MACOnlyEncryptedInitialization). */
const MAC_ONLY_ENCRYPTED = createHash('sha256').update('sops').digest();

/** A comment that sops keeps as an encrypted item of a sequence: not a value. */
const COMMENT = Symbol('comment');
type Value = string | null | typeof COMMENT;

export interface DecryptedScalar {
  readonly path: readonly string[];
  /** Plain text: what was encrypted, or what stands in the file. */
  readonly text: string;
}

export interface DecryptedDocument {
  /** All values but nulls, in order. */
  readonly scalars: readonly DecryptedScalar[];
  /** SHA-512 over all values, as sops computes it. */
  readonly mac: string;
}

/**
 * Decrypts without looking at the file's MAC.
 *
 * @throws {SecretStoreError} naming the key whose value isn't as the file's rule says, or doesn't decrypt.
 */
export function decryptDocument({ leaves, metadata, file }: SopsDocument, dataKey: Buffer): DecryptedDocument {
  const hash = createHash('sha512');
  if (metadata.macOnlyEncrypted) hash.update(MAC_ONLY_ENCRYPTED);
  const scalars: DecryptedScalar[] = [];
  for (const { path, node } of leaves) {
    const encrypted = metadata.isEncrypted(path);
    const value = encrypted ? decryptScalar(path, node, dataKey, file) : plainScalar(path, node, file);
    if (typeof value !== 'string') continue;
    if (encrypted || !metadata.macOnlyEncrypted) hash.update(value);
    // Not `value` if it is in plain text: that is how Go spells it, this is what stands in the file.
    scalars.push({ path, text: encrypted ? value : String(node.value) });
  }
  return { scalars, mac: hash.digest('hex').toUpperCase() };
}

/** @throws {SecretStoreError} as {@link decryptDocument}, and if the file's MAC is not the one over its values. */
export function verifyDocument(document: SopsDocument, dataKey: Buffer): readonly DecryptedScalar[] {
  const { scalars, mac } = decryptDocument(document, dataKey);
  const { metadata, file } = document;
  const stored = decryptValue(metadata.mac, dataKey, metadata.lastModified);
  const actual = Buffer.from(mac);
  if (typeof stored === 'object' && stored.plain.length === actual.length && timingSafeEqual(stored.plain, actual)) {
    return scalars;
  }
  throw new SecretStoreError(
    `${file} was changed without sops: its MAC does not match; restore it, or check every value and save it with sops edit --ignore-mac ${file}`,
  );
}

function plainScalar(path: readonly string[], node: Scalar, file: string): Value {
  const text = String(node.value);
  if (node.tag !== undefined && node.tag !== 'tag:yaml.org,2002:str') {
    throw new SecretStoreError(`${file}: ${place(path)} has the YAML tag ${node.tag}, which is not supported`);
  }
  if (node.type !== 'PLAIN' || node.tag !== undefined) return text;
  const value = macText(text);
  if (value !== undefined) return value;
  throw new SecretStoreError(`${file}: ${place(path)} is a number that sops can't handle: quote it`);
}

function decryptScalar(path: readonly string[], node: Scalar, dataKey: Buffer, file: string): Value {
  const text = String(node.value);
  // sops leaves empty strings and nulls as they are.
  if (node.type === 'PLAIN' && macText(text) === null) return null;
  if (text === '') return '';
  const decrypted = decryptValue(text, dataKey, authenticatedPath(path));
  if (decrypted === 'not-encrypted') {
    throw new SecretStoreError(
      `${file}: ${place(path)} is not encrypted although the file's rule says so: it was edited without sops; move the value out, and add it with sops edit ${file}`,
    );
  }
  if (decrypted === 'tampered') {
    throw new SecretStoreError(
      `${file}: ${place(path)} does not decrypt: the value was changed or moved without sops; restore the file`,
    );
  }
  return spell(decrypted.type, decrypted.plain.toString('utf8'));
}

/** As sops hashes it after decryption: numbers and booleans parsed and printed again. */
function spell(type: string, text: string): Value {
  switch (type) {
    case 'comment':
      return COMMENT;
    case 'float':
      return floatText(text);
    case 'bool':
      return text.toLowerCase() === 'true' ? 'True' : 'False';
    default:
      return text;
  }
}
