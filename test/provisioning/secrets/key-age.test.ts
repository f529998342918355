import { expect, test } from 'vitest';
import { formatAge, keyAges, parseAge } from '../../../provisioning/index.js';
import { directorySecretStore } from '../../../provisioning/secrets/directory-store.js';
import { UNKNOWN_CREATION } from '../../../provisioning/secrets/secret-store.js';
import { manifestFor } from '../fixture.js';
import { CONNECTION, key, temporaryDirectory } from './support.js';

test.each([
  ['30m', 1_800_000],
  ['12h', 43_200_000],
  ['90d', 7_776_000_000],
  ['2w', 1_209_600_000],
  ['0d', 0],
])('%s is %i ms', (text, ms) => expect(parseAge(text)).toBe(ms));

test.each(['', '90', 'd', '90x', '-1d', '1.5d', '90 d', '90d12h', '999999d'])('%j is no age', (text) =>
  expect(parseAge(text)).toBeUndefined(),
);

test.each([
  [0, 'less than a minute'],
  [60_000, '1 minute'],
  [7_199_999, '119 minutes'],
  [7_200_000, '2 hours'],
  [172_799_999, '47 hours'],
  [172_800_000, '2 days'],
  [7_776_000_000, '90 days'],
])('%i ms are %s', (ms, text) => expect(formatAge(ms)).toBe(text));

test('every key of a manifest has its state, and its age where somebody recorded it', async () => {
  const store = directorySecretStore(temporaryDirectory());
  const manifest = manifestFor('http://127.0.0.1:1', ({ accessKeys }) => {
    for (const name of ['drain', 'half', 'hand', 'new']) accessKeys.push({ name, user: 'web-svc' });
  });
  const second = { ...key('2', 'active'), createdAt: '2026-03-14T10:00:00.000Z' };
  await store.write('web', { current: key('1', 'active') }, CONNECTION);
  await store.write('new', { current: key('1', 'pending') }, CONNECTION);
  await store.write('half', { current: key('1', 'active'), next: key('2', 'pending') }, CONNECTION);
  await store.write('drain', { current: second, previous: key('1', 'active') }, CONNECTION);
  await store.write('hand', { current: { ...key('1', 'active'), createdAt: UNKNOWN_CREATION } }, CONNECTION);

  const createdAt = '2026-01-14T10:00:00.000Z';
  expect(await keyAges(manifest, store, new Date('2026-03-15T10:00:00.000Z'))).toEqual([
    { accessKey: 'backup', component: 'backup', state: 'missing' },
    { accessKey: 'web', component: 'web', state: 'active', createdAt, ageMs: 60 * 86_400_000 },
    {
      accessKey: 'drain',
      state: 'draining',
      createdAt: second.createdAt,
      ageMs: 86_400_000,
      previousCreatedAt: createdAt,
    },
    { accessKey: 'half', state: 'rotating', createdAt, ageMs: 60 * 86_400_000 },
    { accessKey: 'hand', state: 'active' },
    { accessKey: 'new', state: 'pending', createdAt, ageMs: 60 * 86_400_000 },
  ]);
});
