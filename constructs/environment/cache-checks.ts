import type { RustFsSettings } from '../rustfs-settings.js';

type CacheSettings = NonNullable<RustFsSettings['cache']>;

/** What the cache counts for an object beside its bytes: `ENTRY_WEIGHT_OVERHEAD_BYTES` of crates/object-data-cache/src/config.rs. */
const ENTRY_OVERHEAD = 4096;
const DEFAULT_MAX_ENTRY = 1024 ** 2;

const FILL_TIMEOUTS: readonly (keyof CacheSettings)[] = [
  'fillTimeoutBySize',
  'fillBytesPerSecond',
  'minFillTimeoutSeconds',
  'maxFillTimeoutSeconds',
];

export const cacheIsOn = ({ enabled, mode }: CacheSettings): boolean => enabled ?? mode !== undefined;

/** RustFS runs without the cache, and only logs it, when its settings do not fit each other. */
export function cacheProblems(cache: CacheSettings = {}): string[] {
  const given = (Object.keys(cache) as (keyof CacheSettings)[]).filter((name) => cache[name] !== undefined);
  if (!cacheIsOn(cache))
    return given
      .filter((name) => name !== 'enabled')
      .map((name) => `settings.cache.${name} has no effect without settings.cache.enabled`);
  const { mode, maxSize, maxEntry, fillsPerCpu = 1, maxFills = 32 } = cache;
  const entry = maxEntry?.toBytes() ?? DEFAULT_MAX_ENTRY;
  const needed = entry + ENTRY_OVERHEAD;
  return [
    ...(maxSize !== undefined && maxSize.toBytes() < needed
      ? [
          `settings.cache.maxSize (value: ${maxSize.toBytes()} bytes): RustFS switches the cache off; expected at least ${needed} bytes, for one object of maxEntry (${entry} bytes)`,
        ]
      : []),
    ...(maxFills < fillsPerCpu
      ? [
          `settings.cache.fillsPerCpu (value: ${fillsPerCpu}): RustFS switches the cache off; expected at most maxFills (${maxFills})`,
        ]
      : []),
    ...given
      .filter((name) => FILL_TIMEOUTS.includes(name) && mode !== 'fill_materialize_enabled')
      .map((name) => `settings.cache.${name} has no effect without settings.cache.mode fill_materialize_enabled`),
  ];
}
