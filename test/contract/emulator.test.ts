import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { RUSTFS_VERSIONS, type RustFsVersion } from '../../policies/index.js';
import { type Credentials, type Difference, readVectors, replay } from './replay.js';

const ROOT: Credentials = { accessKey: 'contractroot', secretKey: 'contractroot-secret' };

/** Files of a version in the order in which they were recorded. */
function vectorFiles(version: RustFsVersion): URL[] {
  const directory = new URL(`./vectors/${version}/`, import.meta.url);
  return readdirSync(directory)
    .sort()
    .map((name) => new URL(name, directory));
}

const nameOf = (file: URL) => file.pathname.slice(file.pathname.lastIndexOf('/') + 1, -'.json'.length);

/** Answers whose bodies tell of the machine that was recorded, not of the server's behaviour. */
const OTHER_BODIES: Readonly<Record<RustFsVersion, Readonly<Record<string, string>>>> = {
  '1.0.1': {
    'admin-info': 'drives, memory and build of the recorded machine',
    storageinfo: 'the drive of the recorded machine',
  },
  '1.0.0-beta.7': {
    'admin-info': 'drives, memory and build of the recorded machine',
    'quota-stats': 'size of an encrypted object on the drive; the emulator stores objects as they are',
    datausageinfo: 'the recorded server had buckets that other recordings left behind',
  },
};

/** Requests per version, so that none gets lost. */
const RECORDED: Readonly<Record<RustFsVersion, number>> = { '1.0.1': 548, '1.0.0-beta.7': 548 };

describe.each(RUSTFS_VERSIONS)('the emulator answers like a recorded RustFS %s', (version) => {
  let emulator: Emulator;
  let replayed = 0;
  const seen: string[] = [];
  beforeAll(async () => {
    emulator = await startEmulator({ ...ROOT, version });
  });
  afterAll(() => emulator.close());

  for (const file of vectorFiles(version)) {
    test(nameOf(file), async () => {
      const result = await replay(emulator.endpoint, ROOT, readVectors(file));
      replayed += result.replayed;
      const other = result.differences.filter(({ kind, step }) => kind === 'soft' && step in OTHER_BODIES[version]);
      seen.push(...other.map(({ step }) => step));
      expect(result.differences.filter((difference) => !other.includes(difference))).toEqual([]);
    });
  }

  test('every recorded request was sent', () => {
    expect(replayed).toBe(RECORDED[version]);
  });

  test('no exception is listed that is none', () => {
    expect(seen).toEqual(Object.keys(OTHER_BODIES[version]));
  });
});

describe.each(RUSTFS_VERSIONS)('KMS before the first encrypted request, as recorded from RustFS %s', (version) => {
  test('a fresh emulator answers the same', async () => {
    const emulator = await startEmulator({ ...ROOT, version });
    try {
      const vectors = readVectors(new URL(`./vectors/kms-first/${version}.json`, import.meta.url));
      const { replayed, differences } = await replay(emulator.endpoint, ROOT, vectors);
      expect(differences).toEqual([]);
      expect(replayed).toBe(28);
    } finally {
      await emulator.close();
    }
  });
});

const LIVE = process.env.RUSTFS_ENDPOINT;
const LIVE_VERSION = (process.env.RUSTFS_VERSION ?? '1.0.1') as RustFsVersion;
if (LIVE === undefined) console.info('skipped: replay against a live server, because RUSTFS_ENDPOINT is not set');

describe.skipIf(LIVE === undefined)(`a live RustFS ${LIVE_VERSION} answers as it did when it was recorded`, () => {
  const root: Credentials = {
    accessKey: process.env.RUSTFS_ACCESS_KEY ?? ROOT.accessKey,
    secretKey: process.env.RUSTFS_SECRET_KEY ?? ROOT.secretKey,
  };
  for (const file of vectorFiles(LIVE_VERSION)) {
    test(nameOf(file), async () => {
      const { differences } = await replay(LIVE ?? '', root, readVectors(file));
      const hard = differences.filter(({ kind }: Difference) => kind === 'hard');
      expect(hard).toEqual([]);
    });
  }
});
