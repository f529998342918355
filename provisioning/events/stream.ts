/** An event as the reference gateway and `cdktf-rustfs events receive` tell it. */
export interface ReceivedEvent {
  /** Such as `created.put`, `removed.delete`. */
  readonly operation: string;
  readonly bucket: string;
  readonly key?: string;
}

/** Events that a receiver got since the stream was opened. */
export interface EventStream {
  readonly events: readonly ReceivedEvent[];
  /** Resolves once `done` says so of the events so far, or after the time, or when the stream ends. */
  until(done: (events: readonly ReceivedEvent[]) => boolean, timeoutMs: number): Promise<void>;
  close(): void;
}

const OPEN_MS = 5_000;

function readEvent(message: string): ReceivedEvent | undefined {
  const data = message
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trim())
    .join('\n');
  if (data === '') return undefined;
  try {
    const { operation, bucket, key } = JSON.parse(data) as Partial<ReceivedEvent>;
    if (typeof operation !== 'string' || typeof bucket !== 'string') return undefined;
    return { operation, bucket, ...(typeof key === 'string' ? { key } : {}) };
  } catch {
    return undefined;
  }
}

/**
 * Opens a receiver's stream of server-sent events. What came in before is not seen.
 *
 * @returns why it cannot be read, in words, if it cannot
 */
export async function openEventStream(url: string, token: string | undefined): Promise<EventStream | string> {
  const aborted = new AbortController();
  const headers = { accept: 'text/event-stream', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const timer = setTimeout(() => aborted.abort(), OPEN_MS);
  let response: Response;
  try {
    response = await fetch(url, { headers, redirect: 'error', signal: aborted.signal });
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as { readonly code?: string };
    return `nothing answers at ${url} (${code ?? 'no connection'})`;
  } finally {
    clearTimeout(timer);
  }
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') ?? false;
  if (!response.ok || !isStream || response.body === null) {
    aborted.abort();
    const what = response.ok ? 'no event stream' : `HTTP ${response.status}`;
    return `${url} answers with ${what}`;
  }
  const events: ReceivedEvent[] = [];
  const listeners = new Set<() => void>();
  let ended = false;
  const notify = () => {
    for (const listener of listeners) listener();
  };
  const reader = response.body.getReader();
  const read = async () => {
    const decoder = new TextDecoder();
    let text = '';
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      text += decoder.decode(chunk.value, { stream: true });
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      events.push(...messages.flatMap((message) => readEvent(message) ?? []));
      notify();
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
      notify();
    });
  return {
    events,
    until: (done, timeoutMs) =>
      new Promise((resolve) => {
        const finish = () => {
          clearTimeout(deadline);
          listeners.delete(check);
          resolve();
        };
        const check = () => {
          if (ended || done(events)) finish();
        };
        const deadline = setTimeout(finish, timeoutMs);
        listeners.add(check);
        check();
      }),
    // Not by the signal of fetch, which no longer ends the connection once it was collected as garbage: the process would wait for it.
    close: () => void reader.cancel().catch(() => undefined),
  };
}
