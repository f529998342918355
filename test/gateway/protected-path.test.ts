import { describe, expect, test } from 'vitest';
import { isProtectedPath } from '../../gateway/http/protected-path.js';
import { protectedPatterns } from '../../gateway/production/protected-pattern.js';
import { ADMIN_TRICKS, LOGIN_PATHS, LOGIN_TRICKS } from './admin-tricks.js';

/** Keys and buckets that look a little like RustFS' own paths, and are not. */
const INNOCENT = [
  '/',
  '/bucket',
  '/bucket/',
  '/bucket/rustfs/admin/v3/info',
  '/bucket//a//b',
  '/bucket/../key',
  '/bucket/a/../../b',
  '/bucket/./a',
  '/bucket/%2e%2e/a',
  '/bucket/a%2Fb',
  '/bucket/a%252Fb',
  '/bucket/a+b%20c',
  '/bucket/100%25',
  '/bucket/%zz',
  '/bucket/%C3%A9%F0%9F%98%80',
  '/bucket/%ff%fe',
  '/bucket/a;b=c',
  '/bucket/a\\b',
  '/rustfs-data/admin',
  '/rustfs/file',
  '/minio/backup/admin',
  '/minio-admin/x',
  '/health-data/x',
  '/healthy',
  '/health/data',
  '/iceberg/warehouse',
  '/profile/photo.jpg',
  '/v1beta/x',
];

test.each([...ADMIN_TRICKS, ...LOGIN_PATHS, ...LOGIN_TRICKS])('%s is protected', (path) => {
  expect(isProtectedPath(path)).toBe(true);
});

test.each(INNOCENT)('%s is served', (path) => {
  expect(isProtectedPath(path)).toBe(false);
});

test('more layers of encoding than are followed', () => {
  let path = '/rustfs/admin';
  for (let layer = 0; layer < 20; layer++) path = `/${encodeURIComponent(path.slice(1)).replaceAll('a', '%61')}`;
  expect(isProtectedPath(path)).toBe(true);
});

test('a hostile path is judged quickly', () => {
  const paths = [
    '%25'.repeat(5000),
    '/.'.repeat(8000),
    '%2%35'.repeat(3000),
    ';/'.repeat(8000),
    '\xc0\xaf'.repeat(8000),
  ];
  for (const path of paths) isProtectedPath(`/${path}`);
  const patterns = protectedPatterns().map((pattern) => new RegExp(pattern, 'i'));
  for (const path of paths) for (const pattern of patterns) pattern.test(`/${path}`);
  expect(paths).toHaveLength(5); // that the test ends within its time is the assertion
});

describe('patterns for haproxy and nginx', () => {
  const patterns = protectedPatterns().map((pattern) => new RegExp(pattern, 'i'));
  const matches = (path: string) => patterns.some((pattern) => pattern.test(path));

  test.each([
    '/rustfs/admin/v3/info',
    '//rustfs//admin/v3/info',
    '/./rustfs/./admin/v3/info',
    '/%72ustfs/%61dmin/v3/info',
    '/%2572ustfs%252fadmin/v3/info',
    '/RustFS/Admin/v3',
    '/bucket/../rustfs/admin/v3',
    '/bucket/%2e%2e/rustfs/admin/v3',
    '/rustfs/x/../admin/v3',
    '/rustfs\\admin',
    '/rustfs;a=b/admin',
    '/minio/admin/v3/info',
    '/health',
    '/health/ready?x=1',
    '/profile/cpu',
    '/iceberg/v1/config',
    '/node_service.NodeService/Ping',
  ])('%s matches', (path) => {
    expect(matches(path)).toBe(true);
  });

  test.each(INNOCENT)('%s does not', (path) => {
    expect(matches(path)).toBe(false);
  });

  test('the query is not looked at', () => {
    expect(matches('/bucket?prefix=/rustfs/admin')).toBe(false);
    expect(matches('/bucket?prefix=../health')).toBe(false);
  });
});
