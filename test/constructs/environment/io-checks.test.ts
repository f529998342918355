import { describe, expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { settingsParts } from '../../../constructs/environment/settings-part.js';
import { SETTINGS } from '../../../constructs/environment/table.js';
import { type RustFsSettings, RustFsStorage, Size } from '../../../constructs/index.js';

const { mebibytes } = Size;
const kibibytes = (amount: number) => Size.bytes(amount * 1024);

describe('settings that have no effect as they are given', () => {
  test('name a switch that exists', () => {
    const switches = [...SETTINGS.values()].flatMap(({ needs = [] }) => needs);
    expect(switches.length).toBeGreaterThan(0);
    expect(switches.filter((path) => !SETTINGS.has(path))).toEqual([]);
  });

  test.each<[RustFsSettings, string[]]>([
    [{ io: { uringRings: 2 } }, ['settings.io.uringRings has no effect without settings.io.uring']],
    [{ io: { uring: false, uringRings: 2 } }, ['settings.io.uringRings has no effect without settings.io.uring']],
    [{ io: { uring: true, uringRings: 2 } }, []],
    [
      { reads: { codecStreaming: 'off', codecPercent: 50 } },
      ['settings.reads.codecPercent has no effect without settings.reads.codecStreaming'],
    ],
    [{ reads: { codecStreaming: 'on', codecPercent: 50 } }, []],
    [
      { storage: { uncompressedExtensions: ['.log'] } },
      ['settings.storage.uncompressedExtensions has no effect without settings.storage.compression'],
    ],
    [
      { io: { uringReadBudget: mebibytes(8) } },
      ['settings.io.uringReadBudget has no effect without settings.io.uringReadBudgetPerDrive'],
    ],
    [
      { io: { uringReadBudget: mebibytes(8), uringReadBudgetPerDrive: mebibytes(4) } },
      ['settings.io.uringReadBudget has no effect without settings.io.uring'],
    ],
    [
      { io: { uring: true, uringReadBudget: mebibytes(8), uringReadBudgetPerDrive: mebibytes(9) } },
      [
        'settings.io.uringReadBudgetPerDrive (value: 9437184 bytes): expected at most uringReadBudget, 8388608 bytes, or RustFS does not use io_uring',
      ],
    ],
    [
      { storage: { bufferMin: kibibytes(4) } },
      ['settings.storage.bufferMin has no effect unless settings.storage.bufferProfile is custom'],
    ],
    [{ storage: { bufferProfile: 'custom', bufferMin: kibibytes(4) } }, []],
    [
      { storage: { bufferProfile: 'custom', bufferUnknownSize: mebibytes(2) } },
      [
        'settings.storage.bufferUnknownSize (value: 2097152 bytes): expected a Size from bufferMin to bufferMax, or RustFS takes its profile GeneralPurpose',
      ],
    ],
    [{ storage: { bufferProfile: 'custom', bufferMax: mebibytes(4), bufferUnknownSize: mebibytes(2) } }, []],
    [
      { listing: { indexMode: 'index_key_only' } },
      ['settings.listing.indexMode has no effect without settings.listing.indexProvider'],
    ],
    [{ listing: { indexMode: 'index_key_only', indexProvider: 'walker_key_only' } }, []],
    [
      { listing: { indexMode: 'index_key_only', indexProvider: 'persistent_key_only' } },
      ['settings.listing.indexProvider persistent_key_only has no effect without settings.listing.indexFile'],
    ],
    [
      { listing: { indexMode: 'index_metadata_fast', indexProvider: 'walker_key_only', indexFile: '/tmp/index' } },
      [
        'settings.listing.indexFile has no effect unless settings.listing.indexProvider is persistent_key_only',
        'settings.listing.indexMode index_metadata_fast has no effect unless settings.listing.indexProvider is persistent_key_only',
      ],
    ],
    [
      { writes: { admission: true, largeAdmissionLimit: 4 } },
      [
        'settings.writes.admission limits nothing without settings.writes.admissionLimit',
        'settings.writes.largeAdmissionLimit has no effect beside settings.writes.admission',
      ],
    ],
    [{ writes: { admission: true, admissionLimit: 4 } }, []],
    [{ writes: { largeAdmissionLimit: 4 } }, []],
  ])('%j', (settings, problems) =>
    expect(settingsProblems(settings, { storage: { drives: 1 }, tls: false })).toEqual(problems),
  );
});

test('a path of a listing is outside of the drives', () => {
  const of = (indexFile: string) => () =>
    settingsParts(
      { settings: { listing: { indexMode: 'index_key_only', indexProvider: 'persistent_key_only', indexFile } } },
      { what: 'RustFs x', version: '1.0.1', port: 9000, storage: RustFsStorage.single(), tls: false },
    );
  expect(of('/tmp/index')).not.toThrow();
  for (const path of ['/data', '/data/index', '/drives/drive0/index', '/tmp/../data/index', 'index', '/tmp/a b'])
    expect(of(path)).toThrow(
      `✖ settings.listing.indexFile (value: "${path}"): expected an absolute path in the container outside of its drives, such as /tmp/listing`,
    );
});

test('what RustFS wants beside a setting comes with it', () => {
  const [part] = settingsParts(
    {
      settings: {
        integrity: { shardCommitments: true },
        listing: {
          indexMode: 'index_metadata_fast',
          indexProvider: 'persistent_key_only',
          indexFile: '/tmp/index',
        },
      },
    },
    { what: 'RustFs x', version: '1.0.1', port: 9000, storage: RustFsStorage.single(), tls: false },
  );
  expect(part?.environment).toEqual({
    RUSTFS_SHARD_INTEGRITY_WRITE: 'true',
    RUSTFS_SHARD_INTEGRITY_FLEET_CONFIRMED: 'true',
    RUSTFS_LIST_OBJECTS_INDEX_MODE: 'index_metadata_fast',
    RUSTFS_LIST_OBJECTS_INDEX_PROVIDER: 'persistent_key_only',
    RUSTFS_LIST_OBJECTS_INDEX_PROVIDER_PATH: '/tmp/index',
    RUSTFS_LIST_OBJECTS_METADATA_FAST_ENABLED: 'true',
    RUSTFS_LIST_OBJECTS_METADATA_FAST_STALENESS_MS: '60000',
  });
});

test('what can surprise is said', () => {
  expect(
    settingsWarnings({
      listing: { quorum: 'disk', indexMode: 'index_metadata_fast' },
      io: { uring: true, uringResultBudget: mebibytes(64) },
      integrity: { encryptionFrameV2: true },
    }),
  ).toEqual([
    'settings.listing.quorum is disk: a listing can miss a new object, or have a deleted one, while a drive lags behind',
    'settings.listing.indexMode is index_metadata_fast: RustFS does not promise that what was just written is in the next listing',
    "settings.io.uring: Docker's default seccomp profile forbids io_uring since Docker 25, and RustFS then reads as without it",
    'settings.io.uringResultBudget: a read beyond it fails, and so may the request',
    'settings.integrity: what is written with shardCommitments or encryptionFrameV2 cannot be counted on after a return to an earlier version',
  ]);
  expect(settingsWarnings({ listing: { quorum: 'strict' }, integrity: { strictSelfTest: true } })).toEqual([]);
});
