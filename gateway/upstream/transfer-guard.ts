/** Who keeps a transfer waiting. */
export type Party = 'client' | 'upstream';

export interface TransferGuardOptions {
  /** Window in which bytes must move, in milliseconds. */
  readonly windowMs: number;
  /** Bytes that a client must take or send in a window. */
  readonly minBytes: number;
  /** Milliseconds for the first byte of an answer. */
  readonly responseMs: number;
  /** Who is being waited for at this moment. */
  readonly waitingFor: () => Party;
  readonly stalled: (party: Party) => void;
}

/** Ends transfers that do not move: slow bodies in either direction, and answers that do not come. */
export interface TransferGuard {
  moved(bytes: number): void;
  /** The request is with the upstream: from now on its answer is waited for. */
  awaitResponse(): void;
  /** The answer has begun. */
  receive(): void;
  stop(): void;
}

export function transferGuard(options: TransferGuardOptions): TransferGuard {
  const { windowMs, minBytes, responseMs, waitingFor, stalled } = options;
  let bytes = 0;
  let timer = setTimeout(check, windowMs);
  function check() {
    const party = waitingFor();
    if (bytes < (party === 'client' ? Math.max(1, minBytes) : 1)) {
      stalled(party);
      return;
    }
    window();
  }
  function window() {
    clearTimeout(timer);
    bytes = 0;
    timer = setTimeout(check, windowMs);
  }
  return {
    moved(count) {
      bytes += count;
    },
    awaitResponse() {
      clearTimeout(timer);
      timer = setTimeout(() => stalled('upstream'), responseMs);
    },
    receive: window,
    stop: () => clearTimeout(timer),
  };
}
