import { strFromU8, unzipSync } from 'fflate';
import type { PolicyDocument } from '../../policies/index.js';
import { RustFsError } from '../errors.js';
import {
  type BucketConfig,
  parseEncryption,
  parseLifecycle,
  parseNotification,
  parseObjectLock,
  parseTags,
  parseVersioning,
} from './bucket-xml.js';

interface QuotaFile {
  readonly quota?: number | null;
  /** RustFS 1.0.1 keeps the limit here and leaves `quota` at 0 (observed on a running 1.0.1). */
  readonly reservation_quota?: number | null;
}

/** Bytes that a `quota.json` allows; undefined: no limit. */
export function quotaOf(content: string): number | undefined {
  const { quota, reservation_quota } = JSON.parse(content) as QuotaFile;
  return reservation_quota || quota || undefined;
}

type Reader = (content: string) => Partial<{ -readonly [Key in keyof BucketConfig]: BucketConfig[Key] }>;

const nonEmpty = <T>(items: readonly T[]): T[] | undefined => (items.length > 0 ? [...items] : undefined);

/** Files of the archive that configure something; CORS and public access block are not in it (observed on 1.0.1). */
const READERS: Readonly<Record<string, Reader>> = {
  'policy.json': (content) => ({ policy: JSON.parse(content) as PolicyDocument as BucketConfig['policy'] }),
  'versioning.xml': (content) => ({ versioning: parseVersioning(content) }),
  'lifecycle.xml': (content) => ({ lifecycle: nonEmpty(parseLifecycle(content)) }),
  'bucket-encryption.xml': (content) => ({ encryption: parseEncryption(content) }),
  'tagging.xml': (content) => ({ tags: parseTags(content) }),
  'object-lock.xml': (content) => ({ objectLock: parseObjectLock(content) }),
  'notification.xml': (content) => ({ notifications: nonEmpty(parseNotification(content)) }),
  'quota.json': (content) => ({ quotaBytes: quotaOf(content) }),
};

/** Files of one bucket by name, such as `policy.json`. */
export type BucketFiles = Readonly<Record<string, string>>;

/** Unpacks the archive of `export-bucket-metadata`: the configuration of every bucket in one request. */
export function unpackBucketMetadata(archive: Buffer): ReadonlyMap<string, BucketFiles> {
  const buckets = new Map<string, Record<string, string>>();
  let files: ReturnType<typeof unzipSync>;
  try {
    files = unzipSync(archive);
  } catch (cause) {
    throw new RustFsError(
      'GET /rustfs/admin/v3/export-bucket-metadata answered something that is no zip archive: is this RustFS, or a proxy before it?',
      200,
      '',
      { cause },
    );
  }
  for (const [path, content] of Object.entries(files)) {
    const [bucket = '', file = ''] = path.split('/');
    buckets.set(bucket, { ...buckets.get(bucket), [file]: strFromU8(content) });
  }
  return buckets;
}

/** What the files of one bucket say. */
export function readBucketFiles(files: BucketFiles): BucketConfig {
  const config = Object.entries(files).flatMap(([file, content]) => Object.entries(READERS[file]?.(content) ?? {}));
  return Object.fromEntries(config.filter(([, value]) => value !== undefined));
}
