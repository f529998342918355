import { expect, test } from 'vitest';
import { checksumOf, startChecksum } from '../../../emulator/s3/objects/checksums.js';

/** Of `hello world`, as a running RustFS accepts them. */
const SUMS = [
  ['CRC32', 'DUoRhQ=='],
  ['CRC32C', 'yZRlqg=='],
  ['CRC64NVME', 'jSnVw/bqjr4='],
  ['MD5', 'XrY7u+Ae7tCTyyK7j1rNww=='],
  ['SHA1', 'Kq5sNclPz7QV2+lfQIuc6R7oRu0='],
  ['SHA256', 'uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek='],
  ['SHA512', 'MJ7MSJwS1utMxA9QyQLytNDtd+5RGnx6m808qG1M2G+YndNbxf9JlnDaNCVbRbDP2DDoH2Bdz33FVC6TrpzXbw=='],
] as const;

test.each(SUMS)('%s', (algorithm, sum) => {
  expect(checksumOf(algorithm, Buffer.from('hello world'))).toBe(sum);
  const pieces = startChecksum(algorithm);
  for (const piece of ['hel', '', 'lo world']) pieces.update(Buffer.from(piece));
  expect(pieces.digest()).toBe(sum);
});

test.each([
  ['CRC32', 'AAAAAA=='],
  ['CRC32C', 'AAAAAA=='],
  ['CRC64NVME', 'AAAAAAAAAAA='],
] as const)('%s of nothing', (algorithm, sum) => {
  expect(checksumOf(algorithm, Buffer.alloc(0))).toBe(sum);
});
