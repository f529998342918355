import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { BucketRecord } from '../context.js';
import { blobsInUse } from '../s3/objects/object-index.js';
import { blobsOfUploads } from '../s3/objects/upload-index.js';
import { type Blobs, fileBlobs, memoryBlobs } from './blobs.js';
import { openJournal } from './journal.js';
import { lockDirectory } from './lock.js';
import { memoryRecords, type Records } from './records.js';

/** Where an emulator keeps what it is told. */
export interface Storage {
  readonly records: Records;
  readonly blobs: Blobs;
  close(): Promise<void>;
}

/**
 * Opens a data directory, which is made if it does not exist; without one everything is kept in memory.
 * @throws Error if another emulator uses the directory
 */
export async function openStorage(directory: string | undefined): Promise<Storage> {
  if (directory === undefined) {
    const records = memoryRecords();
    return { records, blobs: memoryBlobs(), close: () => records.close() };
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const unlock = await lockDirectory(directory);
  try {
    const records = await openJournal(directory);
    const kept = blobsInUse((kind) => records.of(kind));
    for (const blob of blobsOfUploads((kind) => records.of(kind))) kept.add(blob);
    const blobs = await fileBlobs(directory, (id) => kept.has(id));
    return {
      records,
      blobs,
      async close() {
        await records.close();
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    throw error;
  }
}

const DEPLOYMENT = 'deployment';
const BUCKET = 'bucket';

/** The id of the stored data, new for an empty store. */
export async function deploymentId(records: Records): Promise<string> {
  const known = records.of(DEPLOYMENT).get('id');
  if (typeof known === 'string') return known;
  const id = randomUUID();
  await records.put(DEPLOYMENT, 'id', id);
  return id;
}

type StoredBucket = Omit<BucketRecord, 'config'> & { readonly config: readonly [string, string][] };

export function loadBuckets(records: Records): Map<string, BucketRecord> {
  const stored = [...records.of(BUCKET).values()] as StoredBucket[];
  return new Map(stored.map((bucket) => [bucket.name, { ...bucket, config: new Map(bucket.config) }]));
}

export function storeBucket(records: Records, bucket: BucketRecord): Promise<void> {
  const stored: StoredBucket = { ...bucket, config: [...bucket.config] };
  return records.put(BUCKET, bucket.name, stored);
}
