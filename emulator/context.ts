/**
 * What the parts of the emulator share: the server's state, a request once its signature has been verified, an answer,
 * an error. Who does what:
 *
 * - `server.ts`, `http/`, `sigv4/`: connections, routing, authentication, answers.
 * - `iam/principal.ts`: `resolvePrincipal(context, accessKey, sessionToken?)`; `iam/storage.ts`: `loadIam(records)`.
 * - `admin/index.ts`: `handleAdmin(context, request)` for `/rustfs/admin/*` and `/minio/admin/*`.
 * - `sts/index.ts`: `handleSts(context, request)` for `POST /`.
 * - `kms/service.ts`: `context.kms`, the keys; `s3/objects/encryption.ts`: what they mean for an object.
 * - `health.ts`: `handleHealth(context, request)` for health paths, `undefined` if the path is none.
 * - `s3/bucket-config/index.ts`: `handleBucketConfig(context, request, subresource)`, and what objects depend on:
 *   `bucketPolicyOf`, `publicAccessBlockOf`, `defaultRetentionOf`, `defaultEncryptionOf`, `corsRulesOf`, `quotaOf`.
 * - `s3/`: buckets, objects, multipart uploads, listings.
 * - `authorize.ts`: `authorize(context, request, target)` for every S3 operation, after its input has been read (in this
 *   order RustFS answers). Only then existence of the bucket (`requireBucket(context, name)`).
 */
import type { Readable } from 'node:stream';
import type { OneOrMany, Principal } from '../policies/index.js';
import type { EventRuntime } from './events/runtime.js';
import type { IamContext } from './iam/principal.js';
import type { Kms } from './kms/service.js';
import type { OidcState } from './oidc/discovery.js';

/** Values of a kind by key, as they were last persisted. */
export type StoredRecords = (kind: string) => ReadonlyMap<string, unknown>;

/** A running emulator: configuration, state and its durable storage. */
export interface EmulatorContext extends IamContext {
  readonly region: string;
  /** Stored policies that this version cannot read: with any, it answers nothing but its health. */
  readonly unreadablePolicies: readonly string[];
  readonly oidc: OidcState;
  /** Notification and audit targets. */
  readonly events: EventRuntime;
  readonly kms: Kms;
  readonly startedAt: Date;
  /** UUID that stays the same as long as the data does. */
  readonly deploymentId: string;
  /** By name, in no particular order. */
  readonly buckets: Map<string, BucketRecord>;
  /** Current usage of a bucket. */
  usage(bucket: string): BucketUsage;
  /**
   * Stores a value (JSON data), or forgets it when `undefined`. Once the promise resolves the change survives the end of
   * the process, however it comes; without a data directory there is nothing to wait for. Changes are kept in the order
   * of the calls, so state may be changed first and persisted before the answer.
   */
  persist(kind: string, key: string, value: unknown): Promise<void>;
  /** What was stored when the emulator started, and since. */
  readonly records: StoredRecords;
  /** Persists a bucket's record after a change. */
  saveBucket(bucket: BucketRecord): Promise<void>;
}

export interface BucketUsage {
  /** Objects whose latest version is not a delete marker. */
  readonly objects: number;
  readonly versions: number;
  readonly deleteMarkers: number;
  /** Bytes of all versions. */
  readonly bytes: number;
}

export interface BucketRecord {
  readonly name: string;
  /** ISO time. */
  readonly createdAt: string;
  /** Created with object lock, or configured for it later. */
  objectLock: boolean;
  /** Absent as long as versioning was never configured. */
  versioning?: 'Enabled' | 'Suspended';
  /** Configuration documents (XML or JSON text as stored) by sub-resource, `policy`, `lifecycle`, `quota`, … */
  readonly config: Map<string, string>;
}

/** Query parameters in the order of the request line, decoded. */
export interface QueryParameters {
  readonly pairs: readonly (readonly [string, string])[];
  has(name: string): boolean;
  /** First value of a parameter; empty for one without `=`. */
  get(name: string): string | undefined;
  all(name: string): readonly string[];
}

/** A request whose signature has been verified, or that came without one. */
export interface EmulatorRequest {
  /** Unique per request, for `x-amz-request-id`. */
  readonly id: string;
  readonly method: string;
  /** Path as on the request line, without query. */
  readonly rawPath: string;
  /** Percent-decoded path. */
  readonly path: string;
  /** Bucket and key of a path-style S3 request, decoded. */
  readonly bucket?: string;
  readonly key?: string;
  readonly query: QueryParameters;
  /** Names in lower case; repeated headers joined by `,`. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** When the request came in. */
  readonly time: Date;
  readonly remoteAddress: string;
  readonly principal: Principal;
  /** Of a session. */
  readonly sessionToken?: string;
  /** Service in the credential scope, `s3` or `sts`; absent for anonymous requests. */
  readonly service?: string;
  /** How the request was signed. */
  readonly signature: 'none' | 'header' | 'presigned';
  /** Condition keys that every request has (`aws:SourceIp`, `aws:UserAgent`, `s3:x-amz-*`, `s3:prefix`, …). */
  readonly conditions: Readonly<Record<string, OneOrMany<string>>>;
  /** Length of the payload in bytes (without chunk framing), if it is known beforehand. */
  readonly contentLength?: number;
  /** Payload without chunk framing; ends with an error if it does not have the digest that was signed. */
  readonly payload: Readable;
  /**
   * The whole payload, read once.
   * @param limit largest length in bytes @default 1 MiB
   * @throws EmulatorError if it is longer or its digest is wrong
   */
  body(limit?: number): Promise<Buffer>;
}

export interface EmulatorResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: no body. */
  readonly body?: string | Uint8Array | Readable;
}

/** A refusal; becomes RustFS' XML error body. */
export class EmulatorError extends Error {
  readonly status: number;
  readonly code: string;
  /** Additional response headers. */
  readonly headers: Readonly<Record<string, string>>;

  /** @param message without one, the body has no `Message` element */
  constructor(status: number, code: string, message = '', headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'EmulatorError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}
