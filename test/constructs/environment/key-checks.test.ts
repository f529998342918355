import { TerraformStack, Testing } from 'cdktf';
import { expect, test } from 'vitest';
import { settingsProblems, settingsWarnings } from '../../../constructs/environment/checks.js';
import { settingsParts } from '../../../constructs/environment/settings-part.js';
import { type RustFsSettings, RustFsStorage } from '../../../constructs/index.js';
import { combineParts } from '../../../constructs/server-part.js';

test('that RustFS takes together are asked for together', () => {
  const of = (settings: RustFsSettings) => settingsProblems(settings, { storage: RustFsStorage.single(), tls: false });
  const connect = { endpoint: 'https://connect.example/agent/', caFile: 'certs/connect.pem' };
  const proxy = { proxyUrl: 'http://proxy:3128', proxyUsernameFile: 'secrets/user', proxyPasswordFile: 'secrets/pw' };
  expect(
    of({ connect: { ...connect, ...proxy }, kmsTuning: { backupKeyFile: 'secrets/kek', backupKeyId: 'a' } }),
  ).toEqual([]);
  expect(of({ connect: { endpoint: connect.endpoint, jobSigningKeyFile: 'keys/jobs' } })).toEqual([
    'settings.connect: endpoint and caFile belong together: set both',
    'settings.connect: jobSigningKeyId and jobSigningKeyFile belong together: set both',
  ]);
  expect(of({ connect: { ...connect, proxyUsernameFile: 'secrets/user' } })).toEqual([
    'settings.connect: proxyUsernameFile and proxyPasswordFile belong together: set both',
    'settings.connect: a proxy needs proxyUrl and endpoint',
  ]);
  expect(of({ trust: { clientCertificateFile: 'certs/client.pem' } })).toEqual([
    'settings.trust: clientCertificateFile and clientKeyFile belong together: set both',
    'settings.trust.clientCertificateFile needs certificates: set tls',
  ]);
  expect(of({ kmsTuning: { backupKeyId: 'a', backupKeyVersion: 2 } })).toEqual([
    'settings.kmsTuning: backupKeyFile and backupKeyId belong together: set both',
    'settings.kmsTuning: backupKeyVersion has no effect without backupKeyFile',
  ]);
});

test('what RustFS keeps for settings has a volume, and a file that has to be its own is copied before it starts', () => {
  const parts = settingsParts(
    {
      settings: {
        connect: {
          endpoint: 'https://connect.example',
          caFile: 'certs/connect.pem',
          proxyUrl: 'http://proxy:3128',
          proxyUsernameFile: 'secrets/user',
          proxyPasswordFile: 'secrets/password',
        },
        kmsTuning: { backupKeyFile: 'secrets/kek', backupKeyId: 'offsite' },
      },
    },
    { what: 'RustFs x', version: '1.0.1', port: 9000, storage: RustFsStorage.single(), tls: false },
  );
  const { environment, volumes, entrypoint } = combineParts(new TerraformStack(Testing.app(), 'x'), '1.0.1', parts);
  expect(environment).toEqual({
    RUSTFS_CONNECT_ENDPOINT: 'https://connect.example',
    RUSTFS_CONNECT_ROOT_CA_FILE: '/etc/rustfs/settings/connect.caFile',
    RUSTFS_CONNECT_STATE_DIR: '/connect/state',
    RUSTFS_CONNECT_PROXY_URL: 'http://proxy:3128',
    RUSTFS_CONNECT_PROXY_USERNAME_FILE: '/tmp/connect.proxyUsernameFile',
    RUSTFS_CONNECT_PROXY_PASSWORD_FILE: '/tmp/connect.proxyPasswordFile',
    RUSTFS_KMS_BACKUP_KEK_ID: 'offsite',
    RUSTFS_KMS_BACKUP_DIR: '/kms-backup',
  });
  expect(volumes).toEqual([
    { name: 'connect', path: '/connect' },
    { name: 'kms-backup', path: '/kms-backup' },
  ]);
  expect(entrypoint?.[2]).toBe(
    [
      '(umask 077 && cp /etc/rustfs/settings/connect.proxyUsernameFile /tmp/connect.proxyUsernameFile)',
      '(umask 077 && cp /etc/rustfs/settings/connect.proxyPasswordFile /tmp/connect.proxyPasswordFile)',
      'mkdir -p -m 700 /connect/state',
      'export RUSTFS_KMS_BACKUP_KEK="$(cat /etc/rustfs/settings/kmsTuning.backupKeyFile)"',
      'exec /entrypoint.sh "$@"',
    ].join(' && '),
  );
});

test('says what a setting of the KMS or of table buckets costs', () => {
  expect(
    settingsWarnings({
      kmsTuning: {
        bindContext: true,
        enforceKeyRights: true,
        allowImmediateDeletion: true,
        configSecretFile: 'secrets/kms-config',
        backupKeyFile: 'secrets/kek',
      },
      tableCatalog: { credentialVending: true },
    }),
  ).toEqual([
    'settings.kmsTuning.bindContext: objects that are encrypted from now on cannot be read by an earlier version of RustFS',
    'settings.kmsTuning.enforceKeyRights: the access proof does not know it: who uses SSE-KMS without kms:GenerateDataKey and kms:Decrypt on the key is refused',
    'settings.kmsTuning.allowImmediateDeletion: a key can be destroyed at once, and every object that it encrypted with it',
    'settings.kmsTuning.configSecretFile: without this secret RustFS cannot read the configuration of its KMS; keep a copy',
    'settings.kmsTuning.backupKeyFile: a backup of keys opens with this key alone; keep a copy away from the server',
    'settings.tableCatalog.credentialVending: the temporary credentials that RustFS gives for tables are not part of what is proved',
  ]);
});
