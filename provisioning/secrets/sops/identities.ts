import { homedir } from 'node:os';
import { join } from 'node:path';
import { readIfPresent } from '../atomic-file.js';
import { SecretStoreError } from '../secret-store.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface AgeIdentities {
  /** `AGE-SECRET-KEY-…` strings. */
  readonly keys: readonly string[];
  /** For messages: where they came from. */
  readonly source: string;
}

/**
 * The private keys that sops would use: `SOPS_AGE_KEY`, the file named by `SOPS_AGE_KEY_FILE`, and sops' own file in the
 * user's configuration directory. A file named by the caller replaces all of them.
 *
 * @throws {SecretStoreError} if there is none, or one that isn't a native age key (plugins, SSH keys).
 */
export async function loadAgeIdentities(
  identityFile: string | undefined,
  environment: Environment,
): Promise<AgeIdentities> {
  if (identityFile !== undefined) return { keys: await keysInFile(identityFile), source: identityFile };

  const found = new Map<string, string[]>();
  const { SOPS_AGE_KEY: inline, SOPS_AGE_KEY_FILE: file } = environment;
  if (inline) found.set('SOPS_AGE_KEY', parseKeys(inline, 'SOPS_AGE_KEY'));
  if (file) found.set(file, await keysInFile(file));
  const userFile = userKeyFile(environment);
  const text = await readIfPresent(userFile);
  if (text !== undefined) found.set(userFile, parseKeys(text, userFile));

  const keys = [...found.values()].flat();
  if (keys.length > 0) return { keys, source: [...found.keys()].join(', ') };
  throw new SecretStoreError(
    `no age identity found in SOPS_AGE_KEY, SOPS_AGE_KEY_FILE or ${userFile}: set SOPS_AGE_KEY_FILE to a file with your AGE-SECRET-KEY`,
  );
}

/** Public keys in `SOPS_AGE_RECIPIENTS`, separated by commas. */
export function ageRecipientsIn({ SOPS_AGE_RECIPIENTS = '' }: Environment): readonly string[] {
  return SOPS_AGE_RECIPIENTS.split(',')
    .map((recipient) => recipient.trim())
    .filter((recipient) => recipient !== '');
}

async function keysInFile(file: string): Promise<string[]> {
  const text = await readIfPresent(file);
  if (text === undefined) {
    throw new SecretStoreError(`age identity file ${file} does not exist: create it with age-keygen`);
  }
  const keys = parseKeys(text, file);
  if (keys.length === 0) throw new SecretStoreError(`age identity file ${file} holds no AGE-SECRET-KEY`);
  return keys;
}

function parseKeys(text: string, source: string): string[] {
  const words = text
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '');
  const unknown = words.findIndex((word) => !/^AGE-SECRET-KEY-(PQ-)?1/.test(word));
  if (unknown < 0) return words;
  throw new SecretStoreError(
    `${source}: word ${unknown + 1} is not an AGE-SECRET-KEY: age plugins, SSH keys and encrypted identity files are not supported here`,
  );
}

/** sops source: age/keysource.go, getUserConfigDir. */
function userKeyFile(environment: Environment): string {
  const home = environment.HOME ?? homedir();
  const config =
    process.platform === 'win32'
      ? (environment.AppData ?? join(home, 'AppData', 'Roaming'))
      : environment.XDG_CONFIG_HOME ||
        (process.platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.config'));
  return join(config, 'sops', 'age', 'keys.txt');
}
