import { closeSync, fsyncSync, openSync } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { RecordMap, type Records } from './records.js';

/** One line of the journal: kind, key and, unless forgotten, value. */
type Entry = [kind: string, key: string, value?: unknown];

const SMALLEST_COMPACTED = 4 * 1024 * 1024;
const GROWTH_BEFORE_COMPACTION = 4;

/**
 * Records in one append-only file of JSON lines, `records-<n>.jsonl`. Changes that wait at the same time are written and
 * synced together. A file that has grown to a multiple of what it still says is rewritten as number n + 1: whole under
 * another name, then renamed, so that whenever the process ends one complete file is there. A last line that was cut off
 * belongs to a change nobody was told of, and is dropped.
 */
export async function openJournal(directory: string): Promise<Records> {
  const numbers = await journalNumbers(directory);
  const current = numbers.at(-1);
  const map = new RecordMap();
  if (current !== undefined) readLines(await readFile(join(directory, fileName(current))), map);
  const journal = await Journal.create(directory, (current ?? 0) + 1, map);
  for (const number of numbers) await rm(join(directory, fileName(number)));
  return journal;
}

async function journalNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  for (const name of names) if (/^records-\d+\.jsonl\.new$/.test(name)) await rm(join(directory, name));
  return names
    .flatMap((name) => /^records-(\d+)\.jsonl$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

function readLines(bytes: Buffer, map: RecordMap): void {
  for (let start = 0; ; ) {
    const end = bytes.indexOf(0x0a, start);
    if (end < 0) return;
    const [kind, key, value] = JSON.parse(bytes.toString('utf8', start, end)) as Entry;
    map.set(kind, key, value);
    start = end + 1;
  }
}

function fileName(number: number): string {
  return `records-${number}.jsonl`;
}

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

class Journal implements Records {
  private waiting: Waiting[] = [];
  private writing: Promise<void> | undefined;

  private constructor(
    private readonly directory: string,
    private readonly map: RecordMap,
    private number: number,
    private file: FileHandle,
    private size: number,
    private compactedSize: number,
  ) {}

  static async create(directory: string, number: number, map: RecordMap): Promise<Journal> {
    const { file, size } = await writeSnapshot(directory, number, map);
    return new Journal(directory, map, number, file, size, size);
  }

  of(kind: string): ReadonlyMap<string, unknown> {
    return this.map.of(kind);
  }

  put(kind: string, key: string, value: unknown): Promise<void> {
    this.map.set(kind, key, value);
    const entry: Entry = value === undefined ? [kind, key] : [kind, key, value];
    const line = `${JSON.stringify(entry)}\n`;
    return new Promise((done, failed) => {
      this.waiting.push({ line, done, failed });
      this.writing ??= this.write();
    });
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
  }

  private async write(): Promise<void> {
    while (this.waiting.length > 0) {
      const group = this.waiting;
      this.waiting = [];
      try {
        const bytes = Buffer.from(group.map(({ line }) => line).join(''));
        await this.file.appendFile(bytes);
        await this.file.datasync();
        this.size += bytes.length;
        if (this.size > Math.max(SMALLEST_COMPACTED, this.compactedSize * GROWTH_BEFORE_COMPACTION)) {
          await this.compact();
        }
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    this.writing = undefined;
  }

  private async compact(): Promise<void> {
    const [oldFile, oldNumber] = [this.file, this.number];
    const { file, size } = await writeSnapshot(this.directory, oldNumber + 1, this.map);
    this.file = file;
    this.number = oldNumber + 1;
    this.size = size;
    this.compactedSize = size;
    await oldFile.close();
    await rm(join(this.directory, fileName(oldNumber)));
  }
}

async function writeSnapshot(
  directory: string,
  number: number,
  map: RecordMap,
): Promise<{ file: FileHandle; size: number }> {
  const path = join(directory, fileName(number));
  const file = await open(`${path}.new`, 'a', 0o600);
  let size = 0;
  let lines: string[] = [];
  const flush = async () => {
    const bytes = Buffer.from(lines.join(''));
    lines = [];
    size += bytes.length;
    await file.appendFile(bytes);
  };
  for (const entry of [...map.entries()]) {
    lines.push(`${JSON.stringify(entry)}\n`);
    if (lines.length >= 1000) await flush();
  }
  await flush();
  await file.sync();
  await rename(`${path}.new`, path);
  syncDirectory(directory);
  return { file, size };
}

/** Makes a rename or deletion in a directory durable. */
export function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
