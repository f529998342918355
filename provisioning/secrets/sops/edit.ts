import { isMap, isScalar, type Pair } from 'yaml';
import { SecretStoreError } from '../secret-store.js';
import { decryptDocument } from './decrypt.js';
import {
  authenticatedPath,
  findPair,
  keyOf,
  parseSopsDocument,
  place,
  rangeOf,
  type SopsDocument,
} from './document.js';
import type { SopsMetadata } from './metadata.js';
import { encryptValue } from './value.js';

interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Sets and removes keys at the root of an encrypted file, and signs the result. Only the lines of these keys, the MAC and
 * the date change: everything else stays as it is, byte by byte.
 *
 * @param changes Key → plain value, or `undefined` to remove it.
 */
export function editSopsDocument(
  document: SopsDocument,
  dataKey: Buffer,
  changes: ReadonlyMap<string, string | undefined>,
  now: Date,
): string {
  const edited = replaceAll(document.text, rootReplacements(document, dataKey, changes));
  return signSopsDocument(parseSopsDocument(edited, document.file), dataKey, now);
}

/** Encrypts every scalar that the document's rule covers. The result still has to be signed. */
export function encryptScalars({ text, leaves, metadata, file }: SopsDocument, dataKey: Buffer): SopsDocument {
  const replacements = leaves.map(({ path, node }): Replacement => {
    const [start, end] = rangeOf(node);
    return { start, end, text: render(String(node.value), path, metadata, dataKey) };
  });
  return parseSopsDocument(replaceAll(text, replacements), file);
}

/** Computes the MAC over the document as it is, and puts it and the date into its metadata. */
export function signSopsDocument(document: SopsDocument, dataKey: Buffer, now: Date): string {
  const { mac } = decryptDocument(document, dataKey);
  const date = now.toISOString().replace(/\.\d+/, '');
  const sops = findPair(document.pairs, 'sops')?.value;
  const pairs = isMap(sops) ? sops.items : [];
  const set = (key: string, value: string) =>
    pairs.filter((pair) => keyOf(pair) === key).map((pair) => replaceScalar(document, ['sops', key], pair, value));
  return replaceAll(document.text, [
    ...set('lastmodified', JSON.stringify(date)),
    ...set('mac', encryptValue(mac, dataKey, date)),
  ]);
}

/** How a value at this path is written: encrypted if the file's rule says so. */
function render(value: string, path: readonly string[], metadata: SopsMetadata, dataKey: Buffer): string {
  if (value === '' || !metadata.isEncrypted(path)) return JSON.stringify(value);
  return encryptValue(value, dataKey, authenticatedPath(path));
}

function rootReplacements(
  document: SopsDocument,
  dataKey: Buffer,
  changes: ReadonlyMap<string, string | undefined>,
): Replacement[] {
  const { text, pairs, metadata } = document;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const missing = new Map(changes);
  const replacements: Replacement[] = [];
  // New keys go below the last of the keys that belong together, or above `sops`, where sops itself appends.
  let insertAt = lineStart(text, findPair(pairs, 'sops'));
  for (const pair of pairs) {
    const key = keyOf(pair);
    if (key === undefined || !changes.has(key)) continue;
    const value = changes.get(key);
    missing.delete(key);
    insertAt = lineEnd(document, [key], pair);
    replacements.push(
      value === undefined
        ? { start: lineStart(text, pair), end: insertAt, text: '' }
        : replaceScalar(document, [key], pair, render(value, [key], metadata, dataKey)),
    );
  }
  const indent = ' '.repeat(rangeOf(pairs[0]?.key)[0] - lineStart(text, pairs[0]));
  const lines = [...missing].flatMap(([key, value]) =>
    value === undefined ? [] : [`${indent}${key}: ${render(value, [key], metadata, dataKey)}${newline}`],
  );
  const before = lines.length > 0 && insertAt > 0 && text[insertAt - 1] !== '\n' ? newline : '';
  return [...replacements, { start: insertAt, end: insertAt, text: before + lines.join('') }];
}

function lineStart(text: string, pair: Pair | undefined): number {
  const [start] = rangeOf(pair?.key);
  return start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
}

function lineEnd(document: SopsDocument, path: readonly string[], pair: Pair): number {
  const { text } = document;
  const [, end] = scalarRange(document, path, pair);
  if (text[end - 1] === '\n') return end;
  const newline = text.indexOf('\n', end);
  return newline < 0 ? text.length : newline + 1;
}

function replaceScalar(document: SopsDocument, path: readonly string[], pair: Pair, value: string): Replacement {
  const { text } = document;
  const [start, end] = scalarRange(document, path, pair);
  // A block scalar ends with its last line break; an empty value begins right behind the colon.
  const before = text[start - 1] === ':' ? ' ' : '';
  const after = end > start && text[end - 1] === '\n' ? '\n' : '';
  return { start, end, text: before + value + after };
}

function scalarRange({ file }: SopsDocument, path: readonly string[], pair: Pair): readonly [number, number] {
  if (isScalar(pair.value)) return rangeOf(pair.value);
  throw new SecretStoreError(`${file}: ${place(path)} is not a single value: expected a string`);
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  let result = '';
  let done = 0;
  for (const { start, end, text: replacement } of [...replacements].sort(
    (a, b) => a.start - b.start || a.end - b.end,
  )) {
    result += text.slice(done, start) + replacement;
    done = end;
  }
  return result + text.slice(done);
}
