import type { EmulatorContext, EmulatorResponse } from '../context.js';
import type { ObjectRequest } from '../http/incoming.js';
import type { ProtocolProfile } from '../protocol-profile.js';
import type { Blobs } from '../storage/blobs.js';
import type { ObjectIndex } from './objects/object-index.js';
import type { UploadIndex } from './objects/upload-index.js';

/** A running emulator with what only S3 operations use. */
export interface S3Context extends EmulatorContext {
  readonly protocol: ProtocolProfile;
  readonly objects: ObjectIndex;
  readonly uploads: UploadIndex;
  readonly blobs: Blobs;
}

/** A request for a bucket. */
export type BucketRequest = ObjectRequest & { readonly bucket: string };
/** A request for an object. */
export type KeyRequest = BucketRequest & { readonly key: string };

export type BucketHandler = (context: S3Context, request: BucketRequest) => Promise<EmulatorResponse>;
export type KeyHandler = (context: S3Context, request: KeyRequest) => Promise<EmulatorResponse>;

/** Who owns everything, as RustFS says. */
export const OWNER = {
  name: 'rustfs',
  id: 'c19050dbcee97fda828689dda99097a6321af2248fa760517237346e5d9c8a66',
} as const;
