import { UsageError } from './exit-codes.js';

/** Runs work that Ctrl-C or SIGTERM ends in an orderly way: it cleans up before it throws. A second signal ends the process. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => controller.abort(new UsageError(`interrupted by ${signal}`));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
