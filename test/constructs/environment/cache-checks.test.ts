import { expect, test } from 'vitest';
import { cacheProblems } from '../../../constructs/environment/cache-checks.js';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { type RustFsSettings, RustFsStorage, Size } from '../../../constructs/index.js';

const of = (cache: RustFsSettings['cache']) =>
  settingsProblems({ ...(cache ? { cache } : {}) }, { storage: RustFsStorage.single(), tls: false });

test('the cache needs no settings, and takes what fits', () => {
  expect(cacheProblems()).toEqual([]);
  expect(of({ enabled: false })).toEqual([]);
  expect(of({ enabled: true, maxSize: Size.bytes(1_052_672) })).toEqual([]);
  expect(of({ mode: 'fill_materialize_enabled', maxEntry: Size.mebibytes(3), maxSize: Size.bytes(3_149_824) })).toEqual(
    [],
  );
  expect(of({ mode: 'fill_materialize_enabled', fillBytesPerSecond: 1_000_000, fillsPerCpu: 4, maxFills: 4 })).toEqual(
    [],
  );
});

// RustFS 1.0.1 was seen to switch the cache off with one byte less than an object of 3 MiB and 4096 bytes.
test('settings with which RustFS switches the cache off are problems', () => {
  expect(of({ enabled: true, maxEntry: Size.mebibytes(3), maxSize: Size.bytes(3_149_823) })).toEqual([
    'settings.cache.maxSize (value: 3149823 bytes): RustFS switches the cache off; expected at least 3149824 bytes, for one object of maxEntry (3145728 bytes)',
  ]);
  expect(of({ enabled: true, maxSize: Size.mebibytes(1) })).toEqual([
    'settings.cache.maxSize (value: 1048576 bytes): RustFS switches the cache off; expected at least 1052672 bytes, for one object of maxEntry (1048576 bytes)',
  ]);
  expect(of({ enabled: true, fillsPerCpu: 33 })).toEqual([
    'settings.cache.fillsPerCpu (value: 33): RustFS switches the cache off; expected at most maxFills (32)',
  ]);
});

test('settings of a cache that is off are problems', () => {
  expect(of({ ttlSeconds: 5 })).toEqual(['settings.cache.ttlSeconds has no effect without settings.cache.enabled']);
  expect(of({ enabled: false, mode: 'fill_buffered_only' })).toEqual([
    'settings.cache.mode has no effect without settings.cache.enabled',
  ]);
  expect(of({ enabled: true, minFillTimeoutSeconds: 1 })).toEqual([
    'settings.cache.minFillTimeoutSeconds has no effect without settings.cache.mode fill_materialize_enabled',
  ]);
});

test('a cache that is on, and fencing, are better known', () => {
  const cacheWarning =
    'settings.cache: who may read an object can tell from the time of an answer whether somebody else read it lately';
  expect(settingsWarnings({ cache: { enabled: false, mode: 'fill_buffered_only' } })).toEqual([]);
  expect(settingsWarnings({ cache: { enabled: true } })).toEqual([cacheWarning]);
  expect(settingsWarnings({ cache: { mode: 'fill_buffered_only' } })).toEqual([cacheWarning]);
  expect(settingsWarnings({ objects: { transactionFencing: true } })).toEqual([
    'settings.objects.transactionFencing: RustFS 1.0.1 does not start on empty drives with it, so set it after the first start; and it refuses every write while a node does not answer',
  ]);
});
