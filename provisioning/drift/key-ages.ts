import type { Manifest } from '../../manifest/index.js';
import { ageOf } from '../secrets/key-age.js';
import type { StoreContents } from '../secrets/read-store.js';

const DAY_MS = 86_400_000;

export interface DriftKeyAge {
  /** Name in the manifest and in the secret store. */
  readonly accessKey: string;
  readonly accessKeyId: string;
  /** ISO 8601, UTC; absent when nobody recorded it. */
  readonly createdAt?: string;
  /** Whole days; absent when nobody recorded the creation. */
  readonly days?: number;
  /** Older than the limit, or of unknown age while there is one. */
  readonly overdue: boolean;
}

/** Ages of the keys that applications use now, the oldest (and those of unknown age) first. */
export function keyAges(
  manifest: Manifest,
  store: StoreContents,
  maxDays: number | undefined,
  now: number,
): readonly DriftKeyAge[] {
  const ages = manifest.accessKeys.flatMap(({ name }): DriftKeyAge[] => {
    const current = store.get(name)?.current;
    if (!current) return [];
    const { accessKeyId, createdAt } = current;
    const ageMs = ageOf(current, new Date(now));
    if (ageMs === undefined) return [{ accessKey: name, accessKeyId, overdue: maxDays !== undefined }];
    const overdue = maxDays !== undefined && ageMs > maxDays * DAY_MS;
    return [{ accessKey: name, accessKeyId, createdAt, days: Math.floor(ageMs / DAY_MS), overdue }];
  });
  return ages.sort((a, b) => (b.days ?? Number.POSITIVE_INFINITY) - (a.days ?? Number.POSITIVE_INFINITY));
}
