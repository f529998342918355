import { UsageError } from './exit-codes.js';

const EXIT_CODES: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Runs work that Ctrl-C or SIGTERM ends in an orderly way: it cleans up before it throws. A second signal ends the process. */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[signal]);
    controller.abort(new UsageError(`interrupted by ${signal}`));
  };
  // Not `once`: execa ends the process on a signal that nobody else listens to any more.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}
