import { basename, dirname } from 'node:path';
import { isScalar } from 'yaml';
import { modeOf, readIfPresent, removeLeftovers, writeFileAtomic } from '../atomic-file.js';
import { decryptDataKey } from './data-key.js';
import { type DecryptedScalar, verifyDocument } from './decrypt.js';
import { keyOf, parseSopsDocument, type SopsDocument } from './document.js';
import type { AgeIdentities } from './identities.js';

/** An encrypted file with its values, after its MAC was found right. */
export interface OpenedSopsFile {
  readonly document: SopsDocument;
  readonly dataKey: Buffer;
  readonly scalars: readonly DecryptedScalar[];
}

/** Values at the root of a file: key → plain value. An item of a sequence has the same path, but is none. */
export function rootValues({ document, scalars }: OpenedSopsFile): ReadonlyMap<string, string> {
  const single = new Set(document.pairs.filter((pair) => isScalar(pair.value)).map(keyOf));
  return new Map(
    scalars
      .filter(({ path }) => path.length === 1 && single.has(path[0]))
      .map(({ path, text }): [string, string] => [path.join(), text]),
  );
}

export interface SopsFile {
  /** Reads, decrypts and verifies; `undefined` if there is no file. */
  open(): Promise<OpenedSopsFile | undefined>;
  /** Replaces the file atomically, after checking that the text opens with this data key. Keeps its permissions. */
  write(text: string, dataKey: Buffer): Promise<void>;
}

/** A file is read every time, but decrypted only if it is not what was decrypted last. */
export function sopsFile(file: string, identities: () => Promise<AgeIdentities>): SopsFile {
  let last: OpenedSopsFile | undefined;
  return {
    async open() {
      const text = await readIfPresent(file);
      if (text === undefined) return undefined;
      if (last?.document.text === text) return last;
      const document = parseSopsDocument(text, file);
      const dataKey = await decryptDataKey(document.metadata, await identities(), file);
      last = { document, dataKey, scalars: verifyDocument(document, dataKey) };
      return last;
    },
    async write(text, dataKey) {
      const document = parseSopsDocument(text, file);
      const scalars = verifyDocument(document, dataKey);
      await removeLeftovers(dirname(file), (fileName) => fileName === basename(file));
      await writeFileAtomic(file, text, (await modeOf(file)) ?? 0o600);
      last = { document, dataKey, scalars };
    },
  };
}
