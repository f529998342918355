import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, removeLeftovers, temporaryPath } from './atomic-file.js';
import { SecretStoreError } from './secret-store.js';

/** How long a single write waits for other processes' single writes. */
const WRITE_WAIT_MS = 5_000;
/** How long a run waits: long enough for a single write, and a second run should be told soon. */
const RUN_WAIT_MS = 500;

interface Holder {
  readonly id: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Locks that this process holds: tells them from a dead process' lock that had the same process id. */
const heldHere = new Set<string>();

export interface StoreLock {
  /** See {@link SecretStore.lock}: fails within a second if another run has the lock. */
  lock(): Promise<() => Promise<void>>;
  /** Runs one write at a time, in this process and among processes; but see {@link StoreLockOptions.sideBySide}. */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
}

export interface StoreLockOptions {
  /**
   * Whether writes don't queue while the run has the lock: right where each entry is a file of its own, and the run never
   * writes one entry twice at a time; wrong where a write reads and replaces what all entries share.
   *
   * @default false
   */
  readonly sideBySide?: boolean;
}

/**
 * A lock file with the holder's process id. Not a lock that expires: the next run has to start at once after a crash,
 * and a run that is busy for long must not lose its lock.
 */
export function storeLock(lockFile: string, description: string, options: StoreLockOptions = {}): StoreLock {
  let heldForRun = false;
  let queue: Promise<unknown> = Promise.resolve();
  return {
    async lock() {
      const release = await acquire(lockFile, description, RUN_WAIT_MS);
      heldForRun = true;
      return async () => {
        heldForRun = false;
        await release();
      };
    },
    exclusive(work) {
      if (heldForRun && options.sideBySide) return work();
      const result = queue.then(async () => {
        if (heldForRun) return work();
        const release = await acquire(lockFile, description, WRITE_WAIT_MS);
        try {
          return await work();
        } finally {
          await release();
        }
      });
      queue = result.catch(() => undefined);
      return result;
    },
  };
}

async function acquire(lockFile: string, description: string, waitMs: number): Promise<() => Promise<void>> {
  const deadline = Date.now() + waitMs;
  const mine: Holder = {
    id: randomBytes(8).toString('hex'),
    pid: process.pid,
    host: hostname(),
    since: new Date().toISOString(),
  };
  for (;;) {
    heldHere.add(mine.id);
    if (await createExclusively(lockFile, JSON.stringify(mine))) {
      await removeLeftovers(dirname(lockFile), (fileName) => fileName === basename(lockFile));
      return async () => {
        await rm(lockFile, { force: true });
        heldHere.delete(mine.id);
      };
    }
    heldHere.delete(mine.id);
    const holder = await readHolder(lockFile);
    if (holder === 'gone') continue;
    if (holder !== 'unreadable' && isDead(holder) && (await takeAway(lockFile, holder))) continue;
    if (Date.now() >= deadline) throw new SecretStoreError(inUse(lockFile, description, holder));
    await sleep(10 + Math.random() * 40);
  }
}

function inUse(lockFile: string, description: string, holder: Holder | 'unreadable'): string {
  const who =
    holder === 'unreadable'
      ? 'another process'
      : `process ${holder.pid}${holder.host === hostname() ? '' : ` on host ${holder.host}`} since ${holder.since}`;
  return `${description} is in use by ${who}: wait until it has finished, or delete ${lockFile} if no such process runs`;
}

/** Whose a lock file is, for people; undefined if there is none, or if its process runs. */
export async function abandonedLock(lockFile: string): Promise<string | undefined> {
  const holder = await readHolder(lockFile);
  if (holder === 'gone') return undefined;
  if (holder === 'unreadable') return 'it does not say whose it is';
  if (holder.host !== hostname()) return `of process ${holder.pid} on host ${holder.host}, since ${holder.since}`;
  return isDead(holder) ? `of process ${holder.pid}, which no longer runs, since ${holder.since}` : undefined;
}

/** Creates a file with its content in one step: a lock that says nobody's name could not be taken over. */
async function createExclusively(path: string, content: string): Promise<boolean> {
  const temporary = temporaryPath(path);
  try {
    await writeFile(temporary, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw new SecretStoreError(`cannot create the lock ${path}: ${errorCode(error) ?? 'unknown error'}`);
  }
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    const code = errorCode(error);
    // ENOENT: whoever has the lock took the temporary file for a dead process' one.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw new SecretStoreError(`cannot create the lock ${path}: ${code ?? 'unknown error'}`);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function readHolder(lockFile: string): Promise<Holder | 'gone' | 'unreadable'> {
  try {
    const text = await readFile(lockFile, 'utf8');
    return parseHolder(text) ?? 'unreadable';
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOENT') return 'gone';
    throw new SecretStoreError(`cannot read the lock ${lockFile}: ${code ?? 'unknown error'}`);
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const value: Partial<Holder> = JSON.parse(text);
    const { id, pid, host, since } = value;
    if (typeof id !== 'string' || typeof pid !== 'number' || typeof host !== 'string' || typeof since !== 'string') {
      return undefined;
    }
    return /^[0-9a-f]{16}$/.test(id) ? { id, pid, host, since } : undefined;
  } catch {
    return undefined;
  }
}

/** Only processes of this host can be asked for; of another host's nobody can say that it is dead. */
function isDead(holder: Holder): boolean {
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return !heldHere.has(holder.id);
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

/**
 * Removes a dead holder's lock. Of several processes that find it, the one that creates the marker may; it looks again,
 * because the lock may have been taken over and be somebody else's by now.
 */
async function takeAway(lockFile: string, holder: Holder): Promise<boolean> {
  const marker = `${lockFile}.${holder.id}`;
  if (!(await createExclusively(marker, ''))) return false;
  try {
    const now = await readHolder(lockFile);
    if (typeof now === 'object' && now.id === holder.id) await rm(lockFile, { force: true });
    return true;
  } finally {
    await rm(marker, { force: true });
  }
}
