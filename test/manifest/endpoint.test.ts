import { expect, test } from 'vitest';
import { hostUrl, withoutCredentials } from '../../manifest/index.js';

test.each([
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ['https://s3.example.com/', 'https://s3.example.com'],
  ['http://[::1]:9000', 'http://[::1]:9000'],
])('%s is the URL of a host', (endpoint, url) => {
  expect(hostUrl(endpoint)).toBe(url);
});

test.each(['', '127.0.0.1:9000', 'ftp://h', 'http://h/s3', 'http://h?x', 'http://h#x', 'http://u:p@h'])(
  '%s is none',
  (endpoint) => {
    expect(hostUrl(endpoint)).toBeUndefined();
  },
);

test.each([
  ['http://root:secret@h:9000', 'http://…@h:9000'],
  ['http://root:sec/r@et@h', 'http://…@h'],
  ['http://h/s3', 'http://h/s3'],
])('%s is shown as %s', (typed, shown) => {
  expect(withoutCredentials(typed)).toBe(shown);
});
