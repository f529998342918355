import type { BucketUsage, StoredRecords } from '../../context.js';
import { lowerBound } from './key-order.js';
import type { StoredVersion } from './model.js';

export type Persist = (kind: string, key: string, value: unknown) => Promise<void>;

const KIND = 'object';
const NOTHING: BucketUsage = { objects: 0, versions: 0, deleteMarkers: 0, bytes: 0 };

interface BucketObjects {
  /** In listing order. */
  readonly keys: string[];
  /** Latest version first. */
  readonly versions: Map<string, StoredVersion[]>;
}

/** All versions of all objects, in memory and persisted. Contents are elsewhere. */
export class ObjectIndex {
  private readonly buckets = new Map<string, BucketObjects>();
  private sequence = 0;

  constructor(
    private readonly persist: Persist,
    records: StoredRecords,
  ) {
    const stored = [...records(KIND).values()] as StoredVersion[];
    stored.sort((a, b) => a.sequence - b.sequence);
    for (const version of stored) this.insert(version);
    this.sequence = stored.at(-1)?.sequence ?? 0;
  }

  /** Number for the next version that is written. */
  nextSequence(): number {
    this.sequence += 1;
    return this.sequence;
  }

  /** Keys of a bucket in listing order, those of which only delete markers are left included. */
  keys(bucket: string): readonly string[] {
    return this.buckets.get(bucket)?.keys ?? [];
  }

  /** Versions of a key, latest first. */
  versions(bucket: string, key: string): readonly StoredVersion[] {
    return this.buckets.get(bucket)?.versions.get(key) ?? [];
  }

  latest(bucket: string, key: string): StoredVersion | undefined {
    return this.versions(bucket, key)[0];
  }

  find(bucket: string, key: string, versionId: string): StoredVersion | undefined {
    return this.versions(bucket, key).find((version) => version.versionId === versionId);
  }

  isEmpty(bucket: string): boolean {
    return this.keys(bucket).length === 0;
  }

  /** Adds a version; one with the same id is replaced. */
  async put(version: StoredVersion): Promise<void> {
    this.insert(version);
    await this.persist(KIND, recordKey(version), version);
  }

  /** Changes what is said of a version, not its place. */
  async update(version: StoredVersion): Promise<void> {
    const versions = this.buckets.get(version.bucket)?.versions.get(version.key) ?? [];
    const at = versions.findIndex(({ versionId }) => versionId === version.versionId);
    if (at >= 0) versions[at] = version;
    await this.persist(KIND, recordKey(version), version);
  }

  async remove(version: StoredVersion): Promise<void> {
    this.drop(version.bucket, version.key, version.versionId);
    await this.persist(KIND, recordKey(version), undefined);
  }

  usage(bucket: string): BucketUsage {
    const objects = this.buckets.get(bucket);
    if (objects === undefined) return NOTHING;
    const usage = { ...NOTHING };
    for (const [latest, ...older] of objects.versions.values()) {
      if (latest?.deleteMarker === false) usage.objects += 1;
      for (const version of latest === undefined ? [] : [latest, ...older]) {
        if (version.deleteMarker) usage.deleteMarkers += 1;
        else usage.versions += 1;
        usage.bytes += version.size;
      }
    }
    return usage;
  }

  private insert(version: StoredVersion): void {
    const { bucket, key } = version;
    this.drop(bucket, key, version.versionId);
    let objects = this.buckets.get(bucket);
    if (objects === undefined) {
      objects = { keys: [], versions: new Map() };
      this.buckets.set(bucket, objects);
    }
    const versions = objects.versions.get(key);
    if (versions === undefined) {
      objects.keys.splice(lowerBound(objects.keys, key), 0, key);
      objects.versions.set(key, [version]);
    } else {
      versions.unshift(version);
    }
  }

  private drop(bucket: string, key: string, versionId: string): void {
    const objects = this.buckets.get(bucket);
    const versions = objects?.versions.get(key);
    const at = versions?.findIndex((version) => version.versionId === versionId) ?? -1;
    if (objects === undefined || versions === undefined || at < 0) return;
    versions.splice(at, 1);
    if (versions.length > 0) return;
    objects.versions.delete(key);
    objects.keys.splice(lowerBound(objects.keys, key), 1);
    if (objects.keys.length === 0) this.buckets.delete(bucket);
  }
}

function recordKey({ bucket, versionId, key }: StoredVersion): string {
  return `${bucket}/${versionId}/${key}`;
}

/** Blobs that the stored objects consist of. */
export function blobsInUse(records: StoredRecords): Set<string> {
  const blobs = new Set<string>();
  for (const version of records(KIND).values()) {
    for (const { blob } of (version as StoredVersion).parts) if (blob !== undefined) blobs.add(blob);
  }
  return blobs;
}
