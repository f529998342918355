import { describe, expect, test } from 'vitest';
import { decodePath, isBucketName, parseS3Path } from '../../../emulator/http/path.js';

describe('decodePath', () => {
  test.each([
    ['/a%20b+c', '/a b+c'],
    ['/%C3%A9', '/é'],
    ['/%zz%', '/%zz%'],
    ['/%2F%2e%2E', '//..'],
  ])('%s', (raw, decoded) => {
    expect(decodePath(raw)).toBe(decoded);
  });

  test('what is not UTF-8 is no path', () => {
    expect(() => decodePath('/%ff')).toThrow(expect.objectContaining({ status: 400, code: 'InvalidURI' }));
  });
});

describe('parseS3Path', () => {
  test.each([
    ['/', {}],
    ['/bucket', { bucket: 'bucket' }],
    ['/bucket/', { bucket: 'bucket' }],
    ['/bucket/a/b', { bucket: 'bucket', key: 'a/b' }],
    ['/bucket/a/', { bucket: 'bucket', key: 'a/' }],
    ['/bucket//a//b/', { bucket: 'bucket', key: 'a/b/' }],
    ['/bucket/a//b', { bucket: 'bucket', key: 'a//b' }],
    ['/bucket//', { bucket: 'bucket', key: '/' }],
    [`/bucket/${'é'.repeat(512)}`, { bucket: 'bucket', key: 'é'.repeat(512) }],
  ])('%s', (path, expected) => {
    expect(parseS3Path(path)).toEqual(expected);
  });

  test('a key has at most 1024 bytes', () => {
    expect(() => parseS3Path(`/bucket/${'é'.repeat(512)}a`)).toThrow(
      expect.objectContaining({ code: 'KeyTooLongError' }),
    );
  });

  test('a bucket must have a name of one', () => {
    expect(() => parseS3Path('/No/x')).toThrow(expect.objectContaining({ code: 'InvalidBucketName' }));
    expect(() => parseS3Path('no slash')).toThrow(expect.objectContaining({ code: 'InvalidURI' }));
  });
});

test('bucket names', () => {
  const good = ['abc', 'a-b', 'a.b', '0a0', 'a'.repeat(63)];
  const bad = ['ab', 'a'.repeat(64), 'Abc', 'a_b', '-ab', 'ab-', '.ab', 'a..b', '10.0.0.1', 'xn--abc', 'é-bucket', ''];
  expect(good.filter((name) => !isBucketName(name))).toEqual([]);
  expect(bad.filter(isBucketName)).toEqual([]);
});
