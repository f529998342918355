import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { eventMemory } from './event-memory.js';
import type { StorageEvent } from './project.js';

/** Events in the order in which they came in; appended to a file before they are acknowledged. */
export interface EventStore {
  /** Keeps what is new. @returns the events that were new @throws Error if they cannot be written */
  add(events: readonly StorageEvent[]): Promise<readonly StorageEvent[]>;
  /** Events after the one with this id, as far as they are still remembered; all of those if it is not. */
  since(id: string): readonly StorageEvent[];
  subscribe(listener: (event: StorageEvent) => void): () => void;
}

/** How much of the file is read at the start, to recognise what was delivered before. */
const TAIL_BYTES = 4 * 1024 * 1024;

/** @param remembered number of events by which repetitions are recognised */
export async function openEventStore(path: string, remembered: number): Promise<EventStore> {
  await mkdir(dirname(path), { recursive: true, mode: 0o750 });
  const memory = eventMemory(remembered);
  memory.remember(await readTail(path));
  let last: Promise<unknown> = Promise.resolve();

  async function append(events: readonly StorageEvent[]): Promise<readonly StorageEvent[]> {
    const fresh = memory.newOf(events);
    if (fresh.length === 0) return [];
    await appendLines(path, fresh);
    memory.remember(fresh);
    return fresh;
  }

  return {
    add(events) {
      const added = last.then(() => append(events));
      last = added.catch(() => {});
      return added;
    },
    since: memory.since,
    subscribe: memory.subscribe,
  };
}

/** Opened for each batch, so that the file may be rotated away; on disk before RustFS is told that it may forget. */
async function appendLines(path: string, events: readonly StorageEvent[]): Promise<void> {
  const file = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_RDWR, 0o640);
  try {
    const { size } = await file.stat();
    const torn = size > 0 && (await lastByte(file, size)) !== '\n';
    await file.appendFile(`${torn ? '\n' : ''}${events.map((event) => `${JSON.stringify(event)}\n`).join('')}`);
    await file.datasync();
  } finally {
    await file.close();
  }
}

async function lastByte(file: FileHandle, size: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString('latin1');
}

async function readTail(path: string): Promise<StorageEvent[]> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8').split('\n').flatMap(parseLine);
  } finally {
    await file.close();
  }
}

/** A line that was cut off by a crash is passed over: RustFS delivers that event again. */
function parseLine(line: string): StorageEvent[] {
  try {
    const event = JSON.parse(line) as StorageEvent;
    return typeof event.id === 'string' ? [event] : [];
  } catch {
    return [];
  }
}
