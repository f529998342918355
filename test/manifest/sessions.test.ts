import { expect, test } from 'vitest';
import { type Manifest, ManifestError, parseManifest, serializeManifest } from '../../manifest/index.js';
import { manifestFor } from '../provisioning/fixture.js';

const parse = (change: (manifest: Manifest) => void) =>
  parseManifest(serializeManifest(manifestFor('http://127.0.0.1:9000', change)), 'm.json');

test('the order of declaration does not matter', () => {
  const { sessions } = parse((m) => {
    m.sessions = [{ user: 'web-svc', seconds: 900 }, { user: 'backup-svc' }];
  });
  expect(sessions).toEqual([{ user: 'backup-svc' }, { user: 'web-svc', seconds: 900 }]);
});

test('sessions of nobody, of somebody who is switched off, and twice', () => {
  expect(() =>
    parse((m) => {
      m.users = m.users.map((user) => ({ ...user, enabled: user.name !== 'backup-svc' }));
      m.sessions = [{ user: 'nobody' }, { user: 'backup-svc' }, { user: 'web-svc' }, { user: 'web-svc', seconds: 900 }];
    }),
  ).toThrow(
    new ManifestError(
      'm.json is not a valid manifest:\n' +
        '✖ sessions refer to user backup-svc, which is switched off and so gets none\n' +
        '✖ sessions refer to user nobody, which the manifest does not declare\n' +
        '✖ sessions of user web-svc are declared twice; declare them once',
    ),
  );
});
