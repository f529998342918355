import { XMLParser } from 'fast-xml-parser';
import { refusal } from '../client/response.js';
import { forEachConcurrently } from '../concurrency.js';
import { type Credentials, encodeKey, type Wire } from '../wire.js';
import type { ObjectScan } from './model.js';

const HEADS_AT_A_TIME = 32;
const LARGEST_PAGE = 1000;

interface Version {
  readonly Key: string;
  readonly VersionId: string;
}
interface Page {
  readonly ListVersionsResult: {
    readonly Version?: readonly Version[];
    readonly IsTruncated?: string;
    readonly NextKeyMarker?: string;
    readonly NextVersionIdMarker?: string;
  };
}

const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Version' });

export interface ScanOptions {
  /** Versions of each bucket that are looked at, `all` for every one. */
  readonly perBucket: number | 'all';
  readonly onProgress?: (lookedAt: number, bucket: string) => void;
}

/** Asks objects, old versions included, for their encryption: listings do not tell it. */
export async function scanObjects(
  wire: Wire,
  root: Credentials,
  buckets: readonly string[],
  { perBucket, onProgress }: ScanOptions,
): Promise<ObjectScan> {
  const sseS3 = new Map<string, { count: number; example: string }>();
  const partly: string[] = [];
  let lookedAt = 0;

  async function isSseS3(bucket: string, { Key, VersionId }: Version): Promise<boolean> {
    const query: Record<string, string> = VersionId === '' || VersionId === 'null' ? {} : { versionId: VersionId };
    const { headers } = await wire.send({ method: 'HEAD', path: `/${bucket}/${encodeKey(Key)}`, query }, root);
    return headers['x-amz-server-side-encryption'] === 'AES256';
  }

  async function page(
    bucket: string,
    marker: Record<string, string>,
    size: number,
  ): Promise<Page['ListVersionsResult']> {
    const request = { method: 'GET', path: `/${bucket}`, query: { versions: '', 'max-keys': String(size), ...marker } };
    const response = await wire.send(request, root);
    if (response.status !== 200) throw refusal(request, response);
    return (parser.parse(response.body.toString('utf8')) as Page).ListVersionsResult;
  }

  for (const bucket of buckets) {
    let left = perBucket === 'all' ? Number.POSITIVE_INFINITY : perBucket;
    let marker: Record<string, string> | undefined = {};
    while (marker !== undefined && left > 0) {
      const { Version: versions = [], ...end } = await page(bucket, marker, Math.min(left, LARGEST_PAGE));
      await forEachConcurrently(versions, HEADS_AT_A_TIME, async (version) => {
        if (await isSseS3(bucket, version)) {
          const { count = 0, example = version.Key } = sseS3.get(bucket) ?? {};
          const [first = example] = [example, version.Key].sort();
          sseS3.set(bucket, { count: count + 1, example: first });
        }
      });
      lookedAt += versions.length;
      left -= versions.length;
      onProgress?.(lookedAt, bucket);
      marker =
        end.IsTruncated === 'true' && end.NextKeyMarker !== undefined
          ? { 'key-marker': end.NextKeyMarker, 'version-id-marker': end.NextVersionIdMarker ?? '' }
          : undefined;
    }
    if (marker !== undefined) partly.push(bucket);
  }
  return { lookedAt, partly, sseS3 };
}
