/** A stretch of an object's content. */
export interface StoredPart {
  /** Number in the multipart upload; 1 for an object that was put whole. */
  readonly number: number;
  readonly size: number;
  /** Absent for a part without content. */
  readonly blob?: string;
  readonly etag: string;
  readonly checksum?: string;
}

/** A checksum that a client gave and the content had. */
export interface StoredChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64, for a multipart upload followed by `-<number of parts>`. */
  readonly value: string;
  /** How the checksum of a multipart upload covers its parts. */
  readonly type?: 'COMPOSITE' | 'FULL_OBJECT';
}

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'MD5' | 'SHA1' | 'SHA256' | 'SHA512';

export interface Retention {
  readonly mode: 'GOVERNANCE' | 'COMPLIANCE';
  /** ISO time. */
  readonly until: string;
}

export type Tags = readonly (readonly [key: string, value: string])[];

/** How an object is encrypted, as far as keys go: its content is stored as it came. */
export interface ObjectEncryption {
  readonly algorithm: 'AES256' | 'aws:kms';
  /** KMS key that wraps the object's data key. */
  readonly keyId?: string;
  readonly sealedBy: 'kms' | 'master-key' | 'customer';
  /** Stands for the key material that the object needs; of a client's key, its MD5. */
  readonly material?: string;
}

/** What a client says of an object beside its content. */
export interface ObjectAttributes {
  /** `content-type` and its like, by header name. */
  readonly headers: Readonly<Record<string, string>>;
  /** User metadata, names without `x-amz-meta-`. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Tags;
  /** @default STANDARD */
  readonly storageClass?: string;
  readonly encryption?: ObjectEncryption;
  /** `cleared`: there was one, and it was taken away. */
  readonly retention?: Retention | 'cleared';
  readonly legalHold?: 'ON' | 'OFF';
}

/** One version of an object, or a delete marker. Changes replace it as a whole. */
export interface StoredVersion extends ObjectAttributes {
  readonly bucket: string;
  readonly key: string;
  /** UUID, or `null` for one that was written without versioning. */
  readonly versionId: string;
  /** Grows with every write; the highest of a key is its latest version. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  readonly deleteMarker: boolean;
  readonly size: number;
  /** Without quotes. */
  readonly etag: string;
  readonly parts: readonly StoredPart[];
  readonly checksum?: StoredChecksum;
}

/** An unfinished multipart upload. */
export interface StoredUpload extends ObjectAttributes {
  readonly id: string;
  readonly bucket: string;
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly initiated: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: 'COMPOSITE' | 'FULL_OBJECT';
}

/** A part that was uploaded. */
export interface UploadedPart extends StoredPart {
  readonly uploadId: string;
  readonly modified: number;
}
