import { expect, test } from 'vitest';
import {
  addressObstacle,
  hostObstacle,
  isLoopback,
  literalObstacle,
  parseAllowedOrigins,
} from '../../policies/index.js';

test.each([
  ['127.0.0.1', 'loopback address', true],
  ['::1', 'loopback address', true],
  ['10.255.0.1', 'private address', true],
  ['172.16.0.1', 'private address', true],
  ['192.168.1.1', 'private address', true],
  ['fd00::1', 'private address', true],
  ['::ffff:10.0.0.1', 'private address', true],
  ['100.64.0.1', 'shared address', true],
  ['224.0.0.1', 'reserved address', true],
  ['169.254.169.254', 'metadata endpoint', false],
  ['169.254.0.1', 'link-local address', false],
  ['fe80::1', 'link-local address', false],
  ['0.0.0.0', 'unspecified address', false],
])('%s is a %s', (address, reason, canBeAllowed) => {
  expect(addressObstacle(address)).toEqual({ reason, canBeAllowed });
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111'])('%s is public', (address) => {
  expect(addressObstacle(address)).toBeUndefined();
});

test('hosts of URLs: literals count at once, names only when they are resolved', () => {
  expect(hostObstacle('LOCALHOST')).toEqual({ reason: 'loopback host', canBeAllowed: true });
  expect(hostObstacle('[fd00::1]')).toEqual({ reason: 'private address', canBeAllowed: true });
  expect(hostObstacle('keycloak')).toBeUndefined();
});

test.each(['localhost', 's3.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('%s is the own machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

test.each(['0.0.0.0', '10.0.0.1', '[fd00::1]', 'localhost.example.com', 'notlocalhost', '127.example.com'])(
  '%s is another machine',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

test('Keystone and tiers are refused fewer ranges', () => {
  expect(literalObstacle('100.64.0.1')).toBeUndefined();
  expect(literalObstacle('10.0.0.1')).toEqual({ reason: 'private address', canBeAllowed: true });
});

test('one item that is no origin voids the list', () => {
  expect(parseAllowedOrigins('http://a:1, https://b/')).toEqual(new Set(['http://a:1', 'https://b']));
  expect(parseAllowedOrigins('')).toEqual(new Set());
  for (const text of ['http://a:1/path', 'http://u@a', 'http://a,,http://b', 'a:1', 'ftp://a'])
    expect([text, parseAllowedOrigins(text)]).toEqual([text, undefined]);
});
