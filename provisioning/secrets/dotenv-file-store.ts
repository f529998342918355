import { mkdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { parseEnv } from 'node:util';
import { modeOf, readPrivateFile, removeLeftovers, writeFileAtomic } from './atomic-file.js';
import { plain } from './entry-file.js';
import { checkEntry, checkEntryName } from './entry-rules.js';
import { entryFromVariables, entryToVariables, namesAmong, variablesOf } from './entry-variables.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';
import { storeLock } from './store-lock.js';

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=/;

/**
 * One dotenv file (0600) with the keys of all components, `LANGFUSE_S3_ACCESS_KEY` and `LANGFUSE_S3_SECRET_KEY`, as a
 * docker compose project reads it. Comments and other variables are kept.
 *
 * @param file Created with the first entry.
 */
export function dotenvFileSecretStore(file: string): SecretStore {
  const description = `dotenv file ${file}`;
  const guard = storeLock(`${file}.lock`, description);

  async function createParent(): Promise<void> {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  }

  async function load() {
    const text = (await readPrivateFile(file)) ?? '';
    if (text !== '' && !text.endsWith('\n')) {
      throw new SecretStoreError(`${file} looks half-written: its last line doesn't end; complete or restore it`);
    }
    const values = parseEnv(text);
    return { text, values, reader: { get: (variable: string) => values[variable.toUpperCase()], source: file } };
  }

  async function replace(name: string, wanted: ReadonlyMap<string, string>): Promise<void> {
    await guard.exclusive(async () => {
      const { text, reader } = await load();
      // An entry that can't be read is somebody's to look at, not ours to overwrite.
      entryFromVariables(name, reader);
      const after = replaceLines(text, variablesOf(name), wanted);
      if (after === text) return;
      await removeLeftovers(dirname(file), (fileName) => fileName === basename(file));
      await writeFileAtomic(file, after, 0o600);
    });
  }

  return {
    description,
    async names() {
      const { values, reader } = await load();
      return namesAmong(Object.keys(values), reader.get);
    },
    async read(name) {
      checkEntryName(name);
      return entryFromVariables(name, (await load()).reader);
    },
    async write(name, entry) {
      checkEntry(name, entry);
      const wanted = entryToVariables(name, entry);
      for (const [variable, value] of wanted) plain(name, variable, value);
      await createParent();
      await replace(name, wanted);
    },
    async remove(name) {
      checkEntryName(name);
      if ((await modeOf(file)) !== undefined) await replace(name, new Map());
    },
    async lock() {
      await createParent();
      return guard.lock();
    },
  };
}

/** Changes the lines that set one of `owned` to what `wanted` says; new variables go below the entry's last line. */
function replaceLines(text: string, owned: readonly string[], wanted: ReadonlyMap<string, string>): string {
  const missing = new Map([...wanted].map(([variable, value]) => [variable.toUpperCase(), value]));
  const ours = new Set(owned.map((variable) => variable.toUpperCase()));
  const lines: string[] = [];
  let end: number | undefined;
  for (const line of text.split('\n').slice(0, -1)) {
    const variable = ASSIGNMENT.exec(line)?.[1];
    if (variable === undefined || !ours.has(variable)) {
      lines.push(line);
      continue;
    }
    const value = missing.get(variable);
    missing.delete(variable);
    if (value !== undefined) lines.push(`${variable}=${value}`);
    end = lines.length;
  }
  lines.splice(end ?? lines.length, 0, ...[...missing].map(([variable, value]) => `${variable}=${value}`));
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
