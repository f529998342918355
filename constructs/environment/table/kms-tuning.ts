import { boolean, integer, type Section, seconds, secretFile, text, type Variable } from '../model.js';

const variable = (field: string, rest: object): Variable =>
  ({ name: `RUSTFS_KMS_${field}`, only: '1.0.1', ...rest }) as Variable;

export const kmsTuning: Section = {
  title: 'KMS: checks, rights and backup',
  source: 'crates/kms/src/config.rs',
  variables: [
    variable('PROBE_INTERVAL_SECS', {
      setting: 'kmsTuning.probeSeconds',
      value: seconds(0),
      default: '60',
      effect: 'Pause between two checks that the KMS makes and opens a data key. 0: no checks; less than 5 counts as 5',
      source: 'crates/kms/src/probe.rs',
    }),
    variable('ROTATION_MAX_AGE_SECS', {
      setting: 'kmsTuning.rotationAgeSeconds',
      value: seconds(3600),
      effect: 'Age from which a key is reported as due for rotation; nothing rotates it by itself',
      source: 'crates/kms/src/manager.rs',
    }),
    variable('ROTATION_MAX_WRAPS', {
      setting: 'kmsTuning.rotationWraps',
      value: integer(1_000_000),
      effect: 'Data keys encrypted by one key from which it is reported as due for rotation',
      source: 'crates/kms/src/manager.rs',
    }),
    variable('ENVELOPE_AAD', {
      setting: 'kmsTuning.bindContext',
      value: boolean,
      default: 'false',
      effect:
        'Binds new data keys of the backends local and vault-kv2 to the encryption context of their object. Earlier versions of RustFS cannot open them',
      source: 'crates/kms/src/encryption/dek.rs',
    }),
    variable('ENFORCE_SSE_KEY_POLICY', {
      setting: 'kmsTuning.enforceKeyRights',
      value: boolean,
      default: 'false',
      effect: 'Who writes or reads SSE-KMS objects needs kms:GenerateDataKey or kms:Decrypt on their key',
      source: 'rustfs/src/storage/sse.rs',
    }),
    variable('ALLOW_IMMEDIATE_DELETION', {
      setting: 'kmsTuning.allowImmediateDeletion',
      value: boolean,
      default: 'false',
      effect: 'Lets keys be deleted without a waiting time',
    }),
    variable('CONFIG_SECRET', {
      setting: 'kmsTuning.configSecretFile',
      value: secretFile,
      secret: true,
      otherwise: 'stores them in clear',
      effect: 'Seals the secrets in the stored configuration of the KMS, which are in clear without it',
      source: 'crates/kms/src/config_secret.rs',
    }),
    variable('BACKUP_KEK', {
      setting: 'kmsTuning.backupKeyFile',
      value: secretFile,
      secret: true,
      effect:
        'Encrypts backups of the keys of the local backend: 32 bytes in base64. Without it, RustFS makes none (admin API, kms/backup)',
      source: 'rustfs/src/admin/handlers/kms_backup.rs',
    }),
    variable('BACKUP_KEK_ID', {
      setting: 'kmsTuning.backupKeyId',
      value: text('a name without spaces', /^[^\s,]+$/),
      effect: 'Name of that key, which backups state',
      source: 'rustfs/src/admin/handlers/kms_backup.rs',
    }),
    variable('BACKUP_KEK_VERSION', {
      setting: 'kmsTuning.backupKeyVersion',
      value: integer(0, 4_294_967_295),
      default: '1',
      effect: 'Version of that key, which backups state',
      source: 'rustfs/src/admin/handlers/kms_backup.rs',
    }),
    variable('BACKUP_DIR', {
      derived: '`settings.kmsTuning.backupKeyFile`: /kms-backup, a volume of its own',
      effect: 'Where backups of keys are written',
      source: 'rustfs/src/admin/handlers/kms_backup.rs',
    }),
    {
      name: 'RUSTFS_KMS_{TIMEOUT_SECS,RETRY_ATTEMPTS,ENABLE_CACHE,LOCAL_KEY_DIR}',
      not: 'nothing calls the code that reads them',
      effect: 'None: would be timeout, attempts and cache of the KMS, and the directory that RUSTFS_KMS_KEY_DIR names',
    },
  ],
};
