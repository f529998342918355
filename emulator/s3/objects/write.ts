import { randomUUID } from 'node:crypto';
import { requireBucket } from '../../authorize.js';
import type { KeyRequest, S3Context } from '../context.js';
import { deleteParts } from './content.js';
import { checkOverwrite } from './lock.js';
import type { ObjectAttributes, StoredChecksum, StoredPart, StoredVersion } from './model.js';

/** What becomes a new version. */
export interface NewVersion {
  readonly attributes: ObjectAttributes;
  readonly parts: readonly StoredPart[];
  readonly size: number;
  readonly etag: string;
  readonly checksum?: StoredChecksum;
}

/**
 * Makes content the latest version of a key. Without versioning it replaces the version `null`, unless a lock forbids.
 * @throws EmulatorError
 */
export async function commitVersion(
  context: S3Context,
  request: KeyRequest,
  version: NewVersion,
): Promise<StoredVersion> {
  const { bucket: name, key, time } = request;
  const bucket = requireBucket(context, name);
  const versioned = bucket.versioning === 'Enabled';
  const replaced = versioned ? undefined : context.objects.find(name, key, NULL_VERSION);
  if (replaced) checkOverwrite(replaced, time);
  const stored: StoredVersion = {
    ...version.attributes,
    bucket: name,
    key,
    versionId: versioned ? randomUUID() : NULL_VERSION,
    sequence: context.objects.nextSequence(),
    modified: Date.now(),
    deleteMarker: false,
    size: version.size,
    etag: version.etag,
    parts: version.parts,
    ...(version.checksum && { checksum: version.checksum }),
  };
  await context.objects.put(stored);
  if (replaced) await deleteParts(context, replaced.parts);
  return stored;
}

export const NULL_VERSION = 'null';

/** The id of a version for an answer: versions of a bucket that is not versioned have none. */
export function shownVersion(version: StoredVersion): string | undefined {
  return version.versionId === NULL_VERSION ? undefined : version.versionId;
}
