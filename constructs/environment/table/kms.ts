import type { Section, Variable } from '../model.js';

const OTHERWISE = 'has the name only in code that nothing calls';

const variable = (field: string, effect: string, rest: Partial<Variable> = {}): Variable =>
  ({ name: `RUSTFS_KMS_${field}`, prop: 'kms', effect, ...rest }) as Variable;
const since101 = (field: string, effect: string, rest: Partial<Variable> = {}): Variable =>
  variable(field, effect, { only: '1.0.1', otherwise: OTHERWISE, ...rest });
/** Has an effect when the environment configures the KMS, which the post-apply step does instead. */
const unset = (field: string, effect: string, rest: Partial<Variable> = {}): Variable =>
  ({
    name: `RUSTFS_KMS_${field}`,
    not: 'read for a KMS that the environment configures; `kms` is configured through the admin API, and has no prop for it',
    only: '1.0.1',
    effect,
    ...rest,
  }) as Variable;

export const kms: Section = {
  title: 'KMS',
  source: 'rustfs/src/init.rs, crates/kms/src/config.rs',
  variables: [
    variable('ENABLE', 'Starts the KMS; a failure ends RustFS', { default: 'false' }),
    variable('BACKEND', 'local, vault-kv2 or vault-transit; 1.0.1 also static and aws', { default: 'local' }),
    variable('KEY_DIR', 'Directory of the local backend'),
    since101('LOCAL_MASTER_KEY', 'Encrypts the keys of the local backend, which are in clear without it', {
      secret: true,
    }),
    variable('DEFAULT_KEY_ID', 'Key of objects that name none'),
    variable('VAULT_ADDRESS', 'Vault'),
    variable('VAULT_TOKEN', 'Token for Vault', { secret: true }),
    since101('VAULT_TOKEN_FILE', 'File with that token', { otherwise: 'does not know it' }),
    variable('VAULT_MOUNT_PATH', 'Mount of the transit engine', { default: 'transit' }),
    since101('VAULT_KV_MOUNT', 'Mount of the KV engine', { default: 'secret' }),
    since101('VAULT_KEY_PREFIX', 'Path of keys in the KV engine', { default: 'rustfs/kms/keys' }),
    since101('VAULT_NAMESPACE', 'Namespace of Vault Enterprise'),
    since101('VAULT_CA_CERT', 'Authority (PEM) of Vault', { otherwise: 'does not know it' }),
    since101('VAULT_APPROLE_ROLE_ID', 'AppRole', { otherwise: 'takes AppRole through the admin API alone' }),
    since101('VAULT_APPROLE_SECRET_ID', 'Its secret', {
      secret: true,
      otherwise: 'takes AppRole through the admin API alone',
    }),
    since101('VAULT_APPROLE_SECRET_ID_FILE', 'File with that secret', { otherwise: 'does not know it' }),
    unset('VAULT_CLIENT_{CERT,KEY}', 'Client certificate for Vault'),
    unset('VAULT_APPROLE_MOUNT', 'Mount of AppRole', { default: 'approle' }),
    unset('VAULT_KUBERNETES_{ROLE,MOUNT,JWT_PATH}', 'Kubernetes login at Vault'),
    unset('VAULT_TRANSIT_METADATA_{KV_MOUNT,PREFIX}', 'Where the state of transit keys is kept in the KV engine', {
      default: 'secret, rustfs/kms/transit-metadata',
    }),
    unset('STATIC_SECRET_KEY', 'Key of the static backend', { secret: true }),
    unset('STATIC_SECRET_KEY_FILE', 'File with that key'),
    unset('AWS_{REGION,ENDPOINT_URL}', 'AWS KMS'),
    {
      name: 'RUSTFS_KMS_VAULT_SKIP_TLS_VERIFY',
      not: 'accepts every certificate; give the authority of Vault',
      only: '1.0.1',
      default: 'false',
      effect: 'Does not check the certificate of Vault',
    },
    {
      name: 'RUSTFS_KMS_ALLOW_INSECURE_DEV_DEFAULTS',
      prop: 'kms',
      only: '1.0.1',
      otherwise: 'allows all of it',
      default: 'false',
      effect: 'Allows Vault over plain HTTP, and the local backend without a master key',
    },
  ],
};
