import { isMap, isScalar, isSeq, type Pair, parseAllDocuments, type Scalar, type YAMLMap } from 'yaml';
import { SecretStoreError } from '../secret-store.js';
import { parseMetadata, type SopsMetadata } from './metadata.js';

/** A scalar in the file. Sequences don't count in the path: that is how sops authenticates values. */
export interface SopsLeaf {
  readonly path: readonly string[];
  readonly node: Scalar;
}

export interface SopsDocument {
  readonly text: string;
  /** For messages. */
  readonly file: string;
  /** The pairs of the root mapping, `sops` included. */
  readonly pairs: readonly Pair[];
  readonly metadata: SopsMetadata;
  /** All scalars outside the `sops` key, in order. */
  readonly leaves: readonly SopsLeaf[];
}

/** @throws {SecretStoreError} on a file that isn't YAML, isn't encrypted, or uses what isn't supported here. */
export function parseSopsDocument(text: string, file: string): SopsDocument {
  const root = parseMapping(text, file);
  const sops = findPair(root.items, 'sops')?.value;
  if (sops === undefined) {
    throw new SecretStoreError(
      `${file} is not encrypted with sops: encrypt it once with sops encrypt --age RECIPIENT --in-place ${file}`,
    );
  }
  const metadata = parseMetadata(isMap(sops) ? sops.toJSON() : undefined, file);
  return { text, file, pairs: root.items, metadata, leaves: leavesOf(root, file) };
}

function parseMapping(text: string, file: string): YAMLMap {
  // Every scalar as a string: what a value means is go-yaml's to say, see plain-scalar.ts.
  const documents = parseAllDocuments(text, { schema: 'failsafe', prettyErrors: false, logLevel: 'silent' });
  const [document, ...more] = documents;
  const error = documents.flatMap((each) => each.errors)[0];
  if (error !== undefined) {
    // Not the parser's message: it may quote the line.
    const line = text.slice(0, error.pos[0]).split('\n').length;
    throw new SecretStoreError(
      `${file} is not valid YAML (${error.code}, line ${line}): restore it, it may be half-written`,
    );
  }
  if (document === undefined || !isMap(document.contents) || document.contents.flow) {
    throw new SecretStoreError(`${file} is not a YAML mapping in block style: expected lines such as "key: value"`);
  }
  if (more.length > 0) throw new SecretStoreError(`${file} holds several YAML documents: expected one`);
  return document.contents;
}

function leavesOf(root: YAMLMap, file: string): SopsLeaf[] {
  const leaves: SopsLeaf[] = [];
  const walk = (node: unknown, path: readonly string[]): void => {
    if (isMap(node)) {
      for (const pair of node.items) {
        const key = keyOf(pair);
        if (key === undefined) throw new SecretStoreError(`${file}: a key below ${place(path)} is not a string`);
        if (path.length > 0 || key !== 'sops') walk(pair.value, [...path, key]);
      }
    } else if (isSeq(node)) {
      for (const item of node.items) walk(item, path);
    } else if (isScalar(node)) {
      leaves.push({ path, node });
    } else if (node !== null && node !== undefined) {
      throw new SecretStoreError(`${file}: ${place(path)} is a YAML alias, which is not supported: write the value`);
    }
  };
  walk(root, []);
  return leaves;
}

export function findPair(pairs: readonly Pair[], key: string): Pair | undefined {
  return pairs.find((pair) => keyOf(pair) === key);
}

export function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) && typeof pair.key.value === 'string' ? pair.key.value : undefined;
}

/** Position of a scalar in the text: start, and end of its value. */
export function rangeOf(node: unknown): readonly [number, number] {
  const range = isScalar(node) ? node.range : undefined;
  if (!range) throw new Error('expected a parsed YAML scalar, which has a range');
  return [range[0], range[1]];
}

/** For messages: `database.password`. */
export function place(path: readonly string[]): string {
  return path.length === 0 ? 'the root' : path.join('.');
}

/** What a value's encryption is bound to (sops source: tree.Encrypt). */
export function authenticatedPath(path: readonly string[]): string {
  return `${path.join(':')}:`;
}
