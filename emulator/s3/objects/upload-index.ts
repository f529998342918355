import type { StoredRecords } from '../../context.js';
import { compareKeys } from './key-order.js';
import type { StoredUpload, UploadedPart } from './model.js';
import type { Persist } from './object-index.js';

const UPLOAD = 'upload';
const PART = 'part';

/** Unfinished multipart uploads and their parts, in memory and persisted. */
export class UploadIndex {
  private readonly uploads = new Map<string, StoredUpload>();
  private readonly parts = new Map<string, Map<number, UploadedPart>>();

  constructor(
    private readonly persist: Persist,
    records: StoredRecords,
  ) {
    for (const upload of records(UPLOAD).values()) this.remember(upload as StoredUpload);
    for (const part of records(PART).values()) {
      const { uploadId, number } = part as UploadedPart;
      this.parts.get(uploadId)?.set(number, part as UploadedPart);
    }
  }

  find(bucket: string, key: string, id: string): StoredUpload | undefined {
    const upload = this.uploads.get(id);
    return upload?.bucket === bucket && upload.key === key ? upload : undefined;
  }

  /** Uploads to a bucket by key, then by age. */
  of(bucket: string): readonly StoredUpload[] {
    return [...this.uploads.values()]
      .filter((upload) => upload.bucket === bucket)
      .sort((a, b) => compareKeys(a.key, b.key) || a.initiated - b.initiated);
  }

  /** Parts by number. */
  partsOf(id: string): readonly UploadedPart[] {
    return [...(this.parts.get(id)?.values() ?? [])].sort((a, b) => a.number - b.number);
  }

  async add(upload: StoredUpload): Promise<void> {
    this.remember(upload);
    await this.persist(UPLOAD, upload.id, upload);
  }

  /** Adds a part. @returns the part of the same number that it replaces */
  async addPart(part: UploadedPart): Promise<UploadedPart | undefined> {
    const parts = this.parts.get(part.uploadId);
    const replaced = parts?.get(part.number);
    parts?.set(part.number, part);
    await this.persist(PART, `${part.uploadId}/${part.number}`, part);
    return replaced;
  }

  async remove(id: string): Promise<void> {
    const parts = this.partsOf(id);
    this.uploads.delete(id);
    this.parts.delete(id);
    await Promise.all([
      this.persist(UPLOAD, id, undefined),
      ...parts.map(({ number }) => this.persist(PART, `${id}/${number}`, undefined)),
    ]);
  }

  private remember(upload: StoredUpload): void {
    this.uploads.set(upload.id, upload);
    this.parts.set(upload.id, new Map());
  }
}

/** Blobs that unfinished uploads consist of. */
export function blobsOfUploads(records: StoredRecords): string[] {
  return [...records(PART).values()].flatMap((part) => (part as UploadedPart).blob ?? []);
}
