import { expect, test } from 'vitest';
import { parseRange, rangeOf } from '../../../emulator/s3/objects/ranges.js';

test.each([
  ['bytes=0-0', [0, 1]],
  ['bytes=2-4', [2, 5]],
  ['bytes=5-', [5, 10]],
  ['bytes=-3', [7, 10]],
  ['bytes=-20', [0, 10]],
  ['bytes=9-20', [9, 10]],
])('%s of ten bytes', (header, [start, end]) => {
  const range = parseRange(header);
  expect(range && rangeOf(range, 10)).toEqual({ start, end });
});

test.each(['bytes=10-', 'bytes=20-30', 'bytes=-0'])('%s is beyond ten bytes', (header) => {
  expect(() => {
    const range = parseRange(header);
    return range && rangeOf(range, 10);
  }).toThrow(expect.objectContaining({ status: 416, code: 'InvalidRange' }));
});

test.each(['bytes=4-2', 'bytes=0-1,3-4', 'bytes=a-b', 'chars=0-1', 'bytes=', 'bytes 0-1', 'Bytes=0-1', 'bytes= 0-1'])(
  '%s is no range',
  (header) => {
    expect(() => parseRange(header)).toThrow(
      expect.objectContaining({
        status: 400,
        code: 'InvalidArgument',
        message: `invalid header: range: ${JSON.stringify(header)}`,
      }),
    );
  },
);

test('no header asks for no range', () => {
  expect(parseRange(undefined)).toBeUndefined();
  expect(parseRange('')).toBeUndefined();
});
