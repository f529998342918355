import { createHash } from 'node:crypto';
import type { AdminClient } from '../client/admin.js';
import { errorCode, refusal } from '../client/response.js';
import { ProvisioningError } from '../errors.js';
import type { Credentials, Wire, WireRequest } from '../wire.js';
import type { Setting } from './contents.js';

export interface BucketTarget {
  readonly wire: Wire;
  readonly root: Credentials;
  readonly admin: AdminClient;
}

const SUBRESOURCES: Readonly<Record<Exclude<Setting, 'quotaBytes'>, string>> = {
  versioning: 'versioning',
  objectLock: 'object-lock',
  encryption: 'encryption',
  publicAccessBlock: 'publicAccessBlock',
  policy: 'policy',
  lifecycle: 'lifecycle',
  cors: 'cors',
  tags: 'tagging',
  notifications: 'notification',
};

/** Settings that no DELETE removes: the document that comes closest to none. */
const INSTEAD_OF_DELETE: Partial<Record<Setting, string>> = {
  versioning: '<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>',
  notifications: '<NotificationConfiguration></NotificationConfiguration>',
};

async function send({ wire, root }: BucketTarget, request: WireRequest): Promise<void> {
  const response = await wire.send(request, root);
  if (response.status < 200 || response.status > 299) throw refusal(request, response);
}

/** Puts one setting back, word for word. */
export async function restoreSetting(
  target: BucketTarget,
  bucket: string,
  setting: Setting,
  value: string | null,
): Promise<void> {
  if (setting === 'quotaBytes') {
    if (value === null) await target.admin.removeQuota(bucket);
    else await target.admin.setQuota(bucket, Number(value));
    return;
  }
  const body = value ?? INSTEAD_OF_DELETE[setting];
  const request = { path: `/${bucket}`, query: { [SUBRESOURCES[setting]]: '' } };
  if (body === undefined) return send(target, { ...request, method: 'DELETE' });
  const digest = createHash('md5').update(body).digest('base64');
  return send(target, { ...request, method: 'PUT', body, headers: { 'Content-MD5': digest } });
}

export function createBucket(target: BucketTarget, bucket: string, objectLock: boolean): Promise<void> {
  const headers: Record<string, string> = objectLock ? { 'x-amz-bucket-object-lock-enabled': 'true' } : {};
  return send(target, { method: 'PUT', path: `/${bucket}`, headers });
}

/** What a bucket may hold. */
const LISTINGS: readonly { readonly query: Readonly<Record<string, string>>; readonly entry: RegExp }[] = [
  { query: { versions: '', 'max-keys': '1' }, entry: /<(?:Version|DeleteMarker)>/ },
  { query: { uploads: '', 'max-uploads': '1' }, entry: /<Upload>/ },
];

async function isOccupied({ wire, root }: BucketTarget, bucket: string): Promise<boolean> {
  for (const { query, entry } of LISTINGS) {
    const request = { method: 'GET', path: `/${bucket}`, query };
    const response = await wire.send(request, root);
    if (errorCode(response) === 'NoSuchBucket') return false;
    if (response.status !== 200) throw refusal(request, response);
    if (entry.test(response.body.toString('utf8'))) return true;
  }
  return false;
}

/** Of these buckets, those that hold an object, a version, a delete marker or an unfinished upload. */
export async function occupiedOf(target: BucketTarget, buckets: readonly string[]): Promise<ReadonlySet<string>> {
  const answers = await Promise.all(buckets.map(async (name) => [name, await isOccupied(target, name)] as const));
  return new Set(answers.filter(([, occupied]) => occupied).map(([name]) => name));
}

/** Deletes a bucket if nothing is in it: asked right before, and the server refuses one that holds an object. */
export async function deleteEmptyBucket(target: BucketTarget, bucket: string): Promise<void> {
  if (await isOccupied(target, bucket)) {
    throw new ProvisioningError(`bucket ${bucket} holds objects by now, so it stays`);
  }
  await send(target, { method: 'DELETE', path: `/${bucket}` });
}
