import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readPrivateFile, writeFileAtomic } from '../secrets/atomic-file.js';
import type { SessionCredentials } from './sign-in.js';
import type { SessionSource } from './sources.js';

interface Cached {
  readonly credentials: SessionCredentials;
  /** ISO time. */
  readonly issuedAt: string;
}

/** A session is replaced when a quarter of its time is left, at least five minutes: the AWS SDKs ask again five minutes before the end. */
function isFresh({ credentials: { expiration }, issuedAt }: Cached, now: number): boolean {
  const [end, start] = [Date.parse(expiration), Date.parse(issuedAt)];
  return end - now > Math.max(300_000, (end - start) / 4);
}

function parse(text: string | undefined): Cached | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Cached);
  } catch {
    return undefined; // a broken cache is no reason to stop: the session is asked for again
  }
}

/** A session from memory or from a file of the cache (0600), or a new one when that is about to end. */
export interface SessionCache {
  current(): Promise<SessionCredentials>;
}

/**
 * @param directory of the cache @default - memory only
 * @param now milliseconds @default the clock
 */
export function sessionCache(source: SessionSource, directory?: string, now: () => number = Date.now): SessionCache {
  let known: { readonly id: string; readonly cached: Cached } | undefined;
  let asked: Promise<SessionCredentials> | undefined;

  async function read(): Promise<SessionCredentials> {
    const id = await source.id();
    const file = directory === undefined ? undefined : join(directory, `${id}.json`);
    const old = known?.id === id ? known.cached : parse(file === undefined ? undefined : await readPrivateFile(file));
    if (old !== undefined && isFresh(old, now())) {
      known = { id, cached: old };
      return old.credentials;
    }
    const issuedAt = new Date(now()).toISOString();
    const cached = { credentials: await source.fetch(), issuedAt };
    known = { id, cached };
    if (directory !== undefined && file !== undefined) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await writeFileAtomic(file, JSON.stringify(cached), 0o600);
    }
    return cached.credentials;
  }

  return {
    current() {
      // Whoever asks while a session is being fetched waits for the same one.
      asked ??= read().finally(() => {
        asked = undefined;
      });
      return asked;
    },
  };
}
