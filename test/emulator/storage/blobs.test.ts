import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Blobs, fileBlobs, memoryBlobs } from '../../../emulator/storage/blobs.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blobs-'));
});
afterEach(() => rm(directory, { recursive: true }));

async function* chunks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}

async function read(blobs: Blobs, id: string, start: number, end: number): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of await blobs.read(id, start, end)) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}

const KINDS: readonly (readonly [string, () => Promise<Blobs>])[] = [
  ['in memory', () => Promise.resolve(memoryBlobs())],
  ['in files', () => fileBlobs(directory, () => true)],
];

describe.each(KINDS)('blobs %s', (_name, open) => {
  test('are read whole and in part', async () => {
    const blobs = await open();
    const id = await blobs.write(chunks('hello', ' ', 'world'));
    expect(await read(blobs, id, 0, 11)).toBe('hello world');
    expect(await read(blobs, id, 3, 8)).toBe('lo wo');
    expect(await read(blobs, id, 6, 11)).toBe('world');
    expect(await read(blobs, id, 4, 4)).toBe('');
  });

  test('may be empty', async () => {
    const blobs = await open();
    expect(await read(blobs, await blobs.write(chunks()), 0, 0)).toBe('');
  });

  test('may be deleted while they are read', async () => {
    const blobs = await open();
    const id = await blobs.write(chunks('a'.repeat(600_000)));
    const stream = await blobs.read(id, 0, 600_000);
    await blobs.delete(id);
    let length = 0;
    for await (const piece of stream) length += (piece as Buffer).length;
    expect(length).toBe(600_000);
  });

  test('whose source fails do not exist', async () => {
    const blobs = await open();
    const failing = (async function* () {
      yield Buffer.from('x');
      throw new Error('source failed');
    })();
    await expect(blobs.write(failing)).rejects.toThrow(/^source failed$/);
  });
});

async function files(): Promise<string[]> {
  const all = await readdir(directory, { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => entry.name);
}

test('files of blobs that nobody uses are removed at the start', async () => {
  const blobs = await fileBlobs(directory, () => true);
  const kept = await blobs.write(chunks('kept'));
  await blobs.write(chunks('orphan'));
  const failing = (async function* () {
    yield Buffer.from('x');
    throw new Error('source failed');
  })();
  await blobs.write(failing).catch(() => undefined);
  expect(await files()).toHaveLength(2);
  const again = await fileBlobs(directory, (id) => id === kept);
  expect(await files()).toEqual([kept]);
  expect(await read(again, kept, 0, 4)).toBe('kept');
});
