import { describe, expect, test } from 'vitest';
import type { Manifest } from '../../manifest/index.js';
import { diffManifests, somebodyGains } from '../../proofs/index.js';
import { allow, manifestWith, widen } from './manifests.js';

const diff = (change: (manifest: Manifest) => void) => diffManifests(manifestWith(), manifestWith(change));
const shown = (change: (manifest: Manifest) => void) =>
  diff(change).holders.map(({ who, state, gains, losses }) => [
    who,
    state,
    gains.map(({ actions, resource }) => `${actions.join(' ')} ${resource}`),
    losses.map(({ actions, resource }) => `${actions.join(' ')} ${resource}`),
  ]);
const everybody = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow' as const, Principal: '*' as const, Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::site/*' },
  ],
};

describe('who gains and who loses', () => {
  test('nobody, when the same rights come through a group', () => {
    const change = (manifest: Manifest) => {
      manifest.groups.push({ name: 'operators', enabled: true, members: ['ops'], policies: ['ops'] });
      Object.assign(manifest.users[1] as object, { policies: [] });
    };
    expect(diff(change)).toEqual({ holders: [], exceptions: { added: [], removed: [] } });
  });

  test.each<[string, (manifest: Manifest) => void, unknown]>([
    [
      'a widened policy',
      (manifest) => widen(manifest, 'web-storage', allow(['s3:GetObject'], 'mail-boxes/*')),
      [['access key web', 'changed', ['s3:GetObject mail-boxes/*'], []]],
    ],
    [
      'a condition that is gone',
      (manifest) => widen(manifest, 'mail-storage', { ...allow(['s3:GetObject'], 'mail-boxes/*'), Effect: 'Deny' }),
      [['access key mail', 'changed', [], ['s3:GetObject mail-boxes/*']]],
    ],
    [
      'a new key of the same user, narrowed',
      (manifest) =>
        manifest.accessKeys.push({
          name: 'reader',
          user: 'web-svc',
          policy: {
            Version: '2012-10-17',
            Statement: [{ Effect: 'Allow', Action: ['s3:GetObject'], Resource: 'arn:aws:s3:::*' }],
          },
        }),
      [['access key reader', 'added', ['s3:GetObject web-assets/*'], []]],
    ],
    [
      'a disabled user',
      (manifest) => Object.assign(manifest.users[1] as object, { enabled: false }),
      [['user ops', 'changed', [], ['s3:GetObject site/*']]],
    ],
    [
      'a bucket for everybody: the public gains, and not once more every key',
      (manifest) => Object.assign(manifest.buckets[1] as object, { policy: everybody }),
      [['the public', 'changed', ['s3:GetObject site/*'], []]],
    ],
    [
      'a key that is gone',
      (manifest) => {
        manifest.accessKeys.pop();
        manifest.components.pop();
      },
      [
        ['access key web', 'removed', [], ['s3:GetObject s3:PutObject web-assets/*']],
        ['user web-svc', 'added', ['s3:GetObject s3:PutObject web-assets/*'], []],
      ],
    ],
  ])('%s', (_, change, expected) => {
    expect(shown(change)).toEqual(expected);
  });

  test('losing alone is no gain', () => {
    expect(somebodyGains(diff((manifest) => Object.assign(manifest.users[1] as object, { enabled: false })))).toBe(
      false,
    );
    expect(somebodyGains(diff((manifest) => widen(manifest, 'ops', allow(['s3:PutObject'], 'site/*'))))).toBe(true);
  });

  test('from nothing, everybody is new', () => {
    expect(diffManifests(undefined, manifestWith()).holders.map(({ who, state }) => `${state} ${who}`)).toEqual([
      'added access key mail',
      'added access key web',
      'added user ops',
    ]);
  });
});

test('exceptions and versions are told', () => {
  const { exceptions, version } = diff((manifest) => {
    Object.assign(manifest.users[0] as object, { exceptions: [{ bucket: 'site', reason: 'the move' }] });
    manifest.server.rustfsVersion = '1.0.0-beta.7';
  });
  expect(exceptions.added).toEqual([{ what: 'user mail-svc on site', reason: 'the move' }]);
  expect(version).toEqual({ before: '1.0.1', after: '1.0.0-beta.7' });
});
