import { expect, test } from 'vitest';
import { checkEntry, checkEntryName } from '../../../provisioning/secrets/entry-rules.js';
import { CANARY, key, refusal } from './support.js';

test.each(['langfuse', 'mcp-gateway', 'A_1', 'a'.repeat(128)])('%s is a name', (name) => {
  expect(() => checkEntryName(name)).not.toThrow();
});

test.each(['', '..', '../x', 'a/b', 'a\\b', 'a.b', '.env', '-a', '1a', 'a b', 'a\n', 'a\0', 'é', 'a'.repeat(129)])(
  '%j is no name',
  async (name) => {
    expect(await refusal(() => checkEntryName(name))).toBe(
      `invalid name of a secret: ${JSON.stringify(name)}: expected a letter, then up to 127 letters, digits, "-" or "_"`,
    );
  },
);

test('every step of a first key and of a rotation is an entry', () => {
  const [one, two] = [key('1', 'active'), key('2', 'active')];
  expect(() => checkEntry('loki', { current: key('1', 'pending') })).not.toThrow();
  expect(() => checkEntry('loki', { current: one })).not.toThrow();
  expect(() => checkEntry('loki', { current: one, next: key('2', 'pending') })).not.toThrow();
  expect(() => checkEntry('loki', { current: two, previous: one })).not.toThrow();
  expect(() => checkEntry('loki', { current: two, previous: one, next: key('3', 'pending') })).not.toThrow();
});

test.each([
  [
    { current: key('1', 'pending'), next: key('2', 'pending') },
    'secret loki: has a next key although the current one is still pending',
  ],
  [
    { current: key('1', 'pending'), previous: key('2', 'active') },
    'secret loki: has a previous key although the current one is still pending',
  ],
  [
    { current: key('1', 'active'), next: key('2', 'active') },
    'secret loki: the next key is active, but a next key is always pending',
  ],
  [
    { current: key('1', 'active'), previous: key('2', 'pending') },
    'secret loki: the previous key is pending, but a previous key is always active',
  ],
  [
    { current: key('1', 'active', '') },
    'secret loki: secretAccessKey of the current key is empty or has a character that is not printable ASCII',
  ],
  [
    { current: key('1', 'active'), next: key('2\n', 'pending', CANARY) },
    'secret loki: accessKeyId of the next key is empty or has a character that is not printable ASCII',
  ],
  [
    { current: { ...key('1', 'active'), createdAt: 'yesterday' } },
    'secret loki: createdAt of the current key is "yesterday": expected ISO 8601 in UTC, such as 2026-01-14T10:00:00.000Z',
  ],
])('entry %# is refused', async (entry, message) => {
  expect(await refusal(() => checkEntry('loki', entry))).toBe(message);
});
