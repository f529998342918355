import { readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ManifestSecretStore, ROOT_ENTRY } from '../../manifest/index.js';
import { NO_KEY_ID } from '../kms/secret.js';
import { readStore } from '../secrets/read-store.js';
import type { StoreEntry } from '../secrets/secret-store.js';
import { abandonedLock } from '../secrets/store-lock.js';
import { type Check, type DoctorContext, type DoctorFinding, NotChecked } from './model.js';

const secretStore: Check = {
  title: 'secret store',
  async run({ store, manifest }) {
    let names: readonly string[];
    try {
      names = [...(await readStore(store)).keys()];
    } catch (error) {
      const { message } = error as Error;
      const [evidence = message, ...rest] = message.split(': ');
      const fix = rest.join(': ') || 'name the right secret store with --secrets';
      return [{ severity: 'error', what: `${store.description} cannot be used`, evidence, fix }];
    }
    const missing = manifest.accessKeys.map(({ name }) => name).filter((name) => !names.includes(name));
    if (missing.length === 0) return [];
    return [
      {
        severity: 'warning',
        what: `${store.description} has no secret for ${missing.join(', ')}`,
        evidence: `${names.length} entries${names.length > 0 ? `: ${names.join(', ')}` : ''}`,
        fix: 'name the right secret store with --secrets, or run apply, which makes keys that do not exist',
      },
    ];
  },
};

const RERUN_APPLY = 'run apply again: it creates the key with the id and secret that are there, and publishes it';
const RERUN_ROTATE = 'run rotate again: it goes on where it stopped';

function unfinished(name: string, { current, next, previous }: StoreEntry): DoctorFinding | undefined {
  const warn = (what: string, evidence: string, fix: string) => ({ severity: 'warning' as const, what, evidence, fix });
  // Secrets of the server stay so for ever.
  if (current.accessKeyId === NO_KEY_ID) return undefined;
  if (current.state === 'pending')
    return warn(`access key ${name} was never published`, `pending since ${current.createdAt}`, RERUN_APPLY);
  if (next) {
    const fix =
      name === ROOT_ENTRY ? 'finish it with rotate --root --finish, once the server has the new secret' : RERUN_ROTATE;
    return warn(`the rotation of ${name} was interrupted`, `its next key is pending since ${next.createdAt}`, fix);
  }
  if (previous)
    return warn(
      `the old key of ${name} still works`,
      `${previous.accessKeyId} of ${previous.createdAt} beside the new one of ${current.createdAt}`,
      'run rotate --finish once every application has the new one',
    );
  return undefined;
}

const interrupted: Check = {
  title: 'interrupted runs',
  async run({ store }) {
    const contents = await readStore(store).catch(() => {
      throw new NotChecked('the secret store cannot be read');
    });
    return [...contents].flatMap(([name, entry]) => unfinished(name, entry) ?? []);
  },
};

/** Directory of the store's files, and its lock. */
function placeOf(reference: ManifestSecretStore): { readonly directory: string; readonly lock: string } | undefined {
  if (reference.type === 'environment') return undefined;
  if (reference.type === 'directory') {
    const directory = resolve(reference.directory);
    return { directory, lock: join(directory, '.lock') };
  }
  const file = resolve(reference.file);
  return { directory: dirname(file), lock: `${file}.lock` };
}

async function leftBehind(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory).catch(() => []);
  return names.filter((name) => /^\..+\.\d+-[0-9a-f]{12}\.tmp$/.test(name)).map((name) => join(directory, name));
}

async function checkLocks({ storeReference, snapshots }: DoctorContext): Promise<readonly DoctorFinding[]> {
  const place = placeOf(storeReference);
  const locks = [...(place ? [place.lock] : []), join(snapshots.directory, '.lock')];
  const directories = [...(place ? [place.directory] : []), snapshots.directory];
  const findings: DoctorFinding[] = [];
  for (const lock of locks) {
    const whose = await abandonedLock(lock);
    if (whose === undefined) continue;
    const fix = `the next run takes over the lock of a dead process of this host; else delete ${lock} if no run is under way`;
    findings.push({ severity: 'warning', what: `a lock was left behind: ${lock}`, evidence: whose, fix });
  }
  for (const file of (await Promise.all(directories.map(leftBehind))).flat()) {
    const what = `a half-written file was left behind: ${file}`;
    const fix = 'the next write to the same file removes it; or delete it if no run is under way';
    findings.push({ severity: 'warning', what, evidence: 'a run was killed while it wrote', fix });
  }
  return findings;
}

const snapshot: Check = {
  title: 'snapshots',
  async run({ snapshots }) {
    const newest = (await snapshots.list()).at(-1);
    if (newest === undefined) return [];
    try {
      await snapshots.read(newest);
      return [];
    } catch (error) {
      return [
        {
          severity: 'warning',
          what: `the newest snapshot cannot be opened: ${newest}`,
          evidence: (error as Error).message,
          fix: 'bring its key back: snapshot-key.txt beside the secrets, or the identity that opens the SOPS file',
        },
      ];
    }
  },
};

export const localChecks: readonly Check[] = [secretStore, interrupted, { title: 'locks', run: checkLocks }, snapshot];
