import type { ManifestBucket } from '../manifest/index.js';

/**
 * How a bucket encrypts new objects whose writer asks for nothing else. A key of the client's own (SSE-C) goes with the single
 * request, and is no setting of a bucket.
 */
export class BucketEncryption {
  /** SSE-S3: RustFS chooses the key, that of its KMS if one runs, else its master key. */
  static sseS3(): BucketEncryption {
    return new BucketEncryption('AES256');
  }

  /** SSE-KMS. @param key of the server's KMS @default - its default key when the setting is written */
  static sseKms(key?: string): BucketEncryption {
    return new BucketEncryption('aws:kms', key);
  }

  private constructor(
    readonly algorithm: 'AES256' | 'aws:kms',
    readonly kmsKeyId?: string,
  ) {}
}

/** The setting as the manifest has it. */
export function encryptionSetting(encryption: BucketEncryption | undefined): ManifestBucket['encryption'] {
  if (encryption === undefined) return undefined;
  const { algorithm, kmsKeyId } = encryption;
  return { algorithm, ...(kmsKeyId !== undefined && { kmsKeyId }) };
}
