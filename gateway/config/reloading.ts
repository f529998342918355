import { watchFiles } from './watch.js';

/** A value that comes from files and follows them: a broken new version keeps the old one in force. */
export interface Reloading<T> {
  readonly current: T;
  /** Reads the files now. */
  reload(): void;
  stop(): void;
}

export interface ReloadOutcome {
  /** What is read. */
  readonly what: string;
  readonly error?: Error;
}

/** @param report hears of every later reading @throws Error if the first reading fails */
export function reloading<T>(
  what: string,
  paths: readonly string[],
  read: () => T,
  report: (outcome: ReloadOutcome) => void,
  adopted: (value: T) => void = () => {},
): Reloading<T> {
  let current = read();
  const reload = () => {
    try {
      const next = read();
      adopted(next);
      current = next;
      report({ what });
    } catch (error) {
      report({ what, error: error as Error });
    }
  };
  const stop = watchFiles(paths, reload);
  return {
    get current() {
      return current;
    },
    reload,
    stop,
  };
}
