import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';

/** Contents of objects and parts. */
export interface Blobs {
  /** Stores a stream. Its content is durable when the promise resolves; on an error nothing is left behind. */
  write(content: AsyncIterable<Buffer>): Promise<string>;
  /** Content from `start` up to and without `end`. The blob may be deleted while it is being read. */
  read(id: string, start: number, end: number): Promise<Readable>;
  delete(id: string): Promise<void>;
}

/** Blobs that end with the process. */
export function memoryBlobs(): Blobs {
  const blobs = new Map<string, readonly Buffer[]>();
  return {
    async write(content) {
      const chunks: Buffer[] = [];
      for await (const chunk of content) chunks.push(chunk);
      const id = randomUUID();
      blobs.set(id, chunks);
      return id;
    },
    read: (id, start, end) =>
      Promise.resolve(Readable.from(slices(blobs.get(id) ?? [], start, end), { objectMode: false })),
    delete(id) {
      blobs.delete(id);
      return Promise.resolve();
    },
  };
}

function* slices(chunks: readonly Buffer[], start: number, end: number): Generator<Buffer> {
  let at = 0;
  for (const chunk of chunks) {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, chunk.length)];
    if (from < to) yield chunk.subarray(from, to);
    at += chunk.length;
    if (at >= end) return;
  }
}

/**
 * Blobs as files, 256 directories below `blobs/`. A file is written below `tmp/`, synced, and renamed.
 * @param isUsed tells, at the start, which blobs are still needed: others belong to writes that were never finished
 */
export async function fileBlobs(directory: string, isUsed: (id: string) => boolean): Promise<Blobs> {
  const [root, temporary] = [join(directory, 'blobs'), join(directory, 'tmp')];
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true, mode: 0o700 });
  await mkdir(root, { recursive: true, mode: 0o700 });
  for (const prefix of await readdir(root)) {
    for (const id of await readdir(join(root, prefix))) if (!isUsed(id)) await rm(join(root, prefix, id));
  }
  const pathOf = (id: string) => join(root, id.slice(0, 2), id);
  return {
    async write(content) {
      const id = randomUUID();
      const path = join(temporary, id);
      const file = await open(path, 'wx', 0o600);
      try {
        for await (const chunk of content) await file.writeFile(chunk);
        await file.datasync();
        await mkdir(join(root, id.slice(0, 2)), { recursive: true, mode: 0o700 });
        await rename(path, pathOf(id));
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      } finally {
        await file.close();
      }
      return id;
    },
    async read(id, start, end) {
      if (start >= end) return Readable.from([]);
      const file = await open(pathOf(id), 'r');
      return file.createReadStream({ start, end: end - 1, highWaterMark: 256 * 1024 });
    },
    delete: (id) => rm(pathOf(id), { force: true }),
  };
}
