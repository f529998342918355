import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findVariable, SECTIONS } from '../../../constructs/environment/table.js';
import { GENERATED } from '../../../scripts/environment.js';

const variables = SECTIONS.flatMap((section) => section.variables);

describe('the table', () => {
  test('is what the documentation and the types of the settings say', () => {
    for (const [file, render] of GENERATED) {
      const stale = `${file} is stale: run npm run docs:environment`;
      expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8') === render(), stale).toBe(true);
    }
  });

  test('has each variable and each setting once', () => {
    const names = variables.map(({ name }) => name);
    const settings = variables.flatMap((variable) => ('setting' in variable ? [variable.setting] : []));
    expect(names).toEqual([...new Set(names)]);
    expect(settings).toEqual([...new Set(settings)]);
    expect(settings.filter((path) => !/^[a-z][A-Za-z0-9]*\.[a-z][A-Za-z0-9]*$/.test(path))).toEqual([]);
  });

  test('has no secret in a setting that is not a file', () => {
    const secret = variables.filter((variable) => variable.secret && 'setting' in variable);
    expect(secret.map(({ name }) => name)).toEqual([
      'RUSTFS_IAM_MASTER_KEY',
      'RUSTFS_IAM_MASTER_KEY_OLD_KEYS',
      'RUSTFS_POLICY_PLUGIN_AUTH_TOKEN',
      'RUSTFS_MTLS_CLIENT_KEY',
      'RUSTFS_KMS_CONFIG_SECRET',
      'RUSTFS_KMS_BACKUP_KEK',
      'RUSTFS_OBS_ENDPOINT_HEADERS',
      'RUSTFS_OBS_ENDPOINT_TRACES_HEADERS',
      'RUSTFS_OBS_ENDPOINT_METRICS_HEADERS',
      'RUSTFS_OBS_ENDPOINT_LOGS_HEADERS',
      'RUSTFS_CONNECT_PROXY_PASSWORD_FILE',
    ]);
    expect(secret.map((variable) => 'value' in variable && variable.value.kind)).toEqual([
      ...Array(3).fill('secretFile'),
      'file',
      ...Array(6).fill('secretFile'),
      'privateFile',
    ]);
  });

  test.each([
    ['RUSTFS_IDENTITY_OPENID_CLIENT_SECRET_KEYCLOAK', 'RUSTFS_IDENTITY_OPENID_CLIENT_SECRET[_<ID>]'],
    ['RUSTFS_AUDIT_WEBHOOK_AUTH_TOKEN_PRIMARY', 'RUSTFS_{NOTIFY,AUDIT}_WEBHOOK_AUTH_TOKEN[_<ID>]'],
    ['RUSTFS_IDENTITY_OPENID_REDIRECT_URI_KEYCLOAK', 'RUSTFS_IDENTITY_OPENID_REDIRECT_URI[_<ID>]'],
    ['RUSTFS_IDENTITY_OPENID_REDIRECT_URI_DYNAMIC', 'RUSTFS_IDENTITY_OPENID_REDIRECT_URI_DYNAMIC[_<ID>]'],
    ['RUSTFS_METRICS_NODE_INTERVAL_SEC', 'RUSTFS_METRICS_NODE_INTERVAL_SEC'],
    ['RUSTFS_PROF_MEM_PERIODIC', 'RUSTFS_PROF_MEM_{PERIODIC,INTERVAL_SECS}'],
    ['RUSTFS_SECRET_KEY', 'RUSTFS_{ACCESS,SECRET}_KEY'],
    ['RUSTFS_DRIVE_MAX_TIMEOUT_DURATION', 'RUSTFS_DRIVE_MAX_TIMEOUT_DURATION'],
    ['RUSTFS_DRIVE_SYNC_ENABLE', 'RUSTFS_DRIVE_SYNC_ENABLE'],
    ['RUSTFS_POOL_META_V3_WRITE', 'RUSTFS_POOL_META_{V2,V3}_{WRITE,FLEET_CONFIRMED}'],
    ['RUSTFS_E2E_STARTUP_CAS_NONCE', 'RUSTFS_E2E_*'],
    ['RUSTFS_KMS_BACKUP_KEK', 'RUSTFS_KMS_BACKUP_KEK'],
  ])('%s is found in row %s', (name, row) => expect(findVariable(name)?.name).toBe(row));

  test('does not take one name for another', () => {
    expect(findVariable('RUSTFS_VOLUMES_X')).toBeUndefined();
    expect(findVariable('RUSTFS_UNKNOWN')).toBeUndefined();
  });
});
