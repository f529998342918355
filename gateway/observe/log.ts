import { appendFileSync, closeSync, openSync } from 'node:fs';

/** Log of JSON lines. */
export interface Log {
  write(type: string, fields: Readonly<Record<string, unknown>>): void;
  /** Opens the file anew, after it was moved away. */
  reopen(): void;
  close(): Promise<void>;
}

export interface LogSink {
  write(lines: string): void;
  reopen(): void;
  close(): void;
}

/** How long lines are collected before they are written in one go. */
const COLLECT_MS = 20;

export function createLog(sink: LogSink): Log {
  let lines = '';
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    const text = lines;
    lines = '';
    if (text !== '') sink.write(text);
  };
  return {
    write(type, fields) {
      lines += `${JSON.stringify({ time: new Date().toISOString(), type, ...fields })}\n`;
      timer ??= setTimeout(flush, COLLECT_MS);
    },
    reopen() {
      flush();
      sink.reopen();
    },
    async close() {
      flush();
      sink.close();
    },
  };
}

export function stdoutSink(): LogSink {
  return { write: (lines) => process.stdout.write(lines), reopen() {}, close() {} };
}

/** @throws Error if the file cannot be opened */
export function fileSink(path: string): LogSink {
  let file = openSync(path, 'a', 0o640);
  return {
    write: (lines) => appendFileSync(file, lines),
    reopen() {
      const next = openSync(path, 'a', 0o640);
      closeSync(file);
      file = next;
    },
    close: () => closeSync(file),
  };
}
