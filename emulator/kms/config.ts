import { tmpdir } from 'node:os';
import { isAbsolute } from 'node:path';
import type { KmsProfile } from './profile.js';

/** A configuration as it was accepted; it is stored with its secrets, as RustFS does. */
export interface KmsConfig {
  readonly backend: 'Local' | 'VaultTransit' | 'VaultKV2';
  /** Where the keys are: two configurations with the same place have the same keys. */
  readonly place: string;
  readonly defaultKeyId?: string;
  /** Of a Vault. */
  readonly address?: string;
  readonly appRole?: boolean;
  /** Token, AppRole or master key; empty: none. */
  readonly secret: string;
  /** `backend_summary` of the status. */
  readonly summary: Readonly<Record<string, unknown>>;
}

/** A body that is no configuration; RustFS answers 400 with plain text. */
export class BadConfiguration extends Error {}
/** A configuration that the server does not take; the answer is 200 with `success: false`. */
export class RefusedConfiguration extends Error {}

const VARIANTS = {
  Local: ['Local', 'local'],
  VaultKV2: ['Vault', 'VaultKV2', 'vault', 'vault-kv2', 'vault_kv2'],
  VaultTransit: ['VaultTransit', 'vault-transit', 'vault_transit'],
} as const;

const COMMON = [
  'default_key_id',
  'timeout_seconds',
  'retry_attempts',
  'enable_cache',
  'max_cached_keys',
  'cache_ttl_seconds',
  'allow_insecure_dev_defaults',
];
const TLS = ['skip_tls_verify', 'ca_cert_path', 'client_cert_path', 'client_key_path'];
const FIELDS: Readonly<Record<KmsConfig['backend'], readonly string[]>> = {
  Local: ['key_dir', 'master_key', 'file_permissions', ...COMMON],
  VaultKV2: [
    ...['address', 'auth_method', 'namespace', 'mount_path', 'kv_mount', 'key_path_prefix'],
    ...[...TLS, ...COMMON],
  ],
  VaultTransit: ['address', 'auth_method', 'namespace', 'mount_path', ...TLS, ...COMMON],
};

type Fields = Readonly<Record<string, unknown>>;

const text = (fields: Fields, name: string): string | undefined =>
  typeof fields[name] === 'string' ? fields[name] : undefined;

/** @throws BadConfiguration, RefusedConfiguration */
export function readConfiguration(body: Buffer, profile: KmsProfile, stored: KmsConfig | undefined): KmsConfig {
  let fields: Fields;
  try {
    fields = JSON.parse(body.toString('utf8')) as Fields;
  } catch (error) {
    throw new BadConfiguration(`Invalid JSON: ${(error as Error).message}`);
  }
  const type = text(fields, 'backend_type');
  if (type === undefined) throw new BadConfiguration('Invalid JSON: missing field `backend_type`');
  const found = Object.entries(VARIANTS).find(([, names]) => (names as readonly string[]).includes(type));
  if (found === undefined) throw new BadConfiguration(`Invalid JSON: unknown variant \`${type}\``);
  const backend = found[0] as KmsConfig['backend'];
  const known = FIELDS[backend];
  const unknown = Object.keys(fields).find((name) => name !== 'backend_type' && !known.includes(name));
  if (unknown !== undefined && profile.checksConfiguration) {
    const expected = known.map((name) => `\`${name}\``).join(', ');
    throw new BadConfiguration(`Invalid JSON: unknown field \`${unknown}\`, expected one of ${expected}`);
  }
  const config = backend === 'Local' ? localConfig(fields, stored) : vaultConfig(backend, fields, profile, stored);
  if (profile.checksConfiguration) checkConfiguration(config, fields, stored);
  const key = text(fields, 'default_key_id');
  return { ...config, ...(key && { defaultKeyId: key }) };
}

function required(fields: Fields, name: string): string {
  const value = text(fields, name);
  if (value === undefined) throw new BadConfiguration(`Invalid JSON: missing field \`${name}\``);
  return value;
}

/** A master key that is left out stays what it is. */
function localConfig(fields: Fields, stored: KmsConfig | undefined): KmsConfig {
  const directory = required(fields, 'key_dir');
  const place = `local ${directory}`;
  const secret = text(fields, 'master_key') || (stored?.place === place ? stored.secret : '');
  const permissions = fields.file_permissions ?? null;
  return {
    backend: 'Local',
    place,
    secret,
    summary: {
      backend_type: 'local',
      key_dir: directory,
      has_master_key: secret !== '',
      file_permissions: permissions,
    },
  };
}

interface AuthMethod {
  readonly Token?: { readonly token?: string };
  readonly AppRole?: { readonly role_id?: string; readonly secret_id?: string };
}

function vaultConfig(
  backend: 'VaultTransit' | 'VaultKV2',
  fields: Fields,
  profile: KmsProfile,
  stored: KmsConfig | undefined,
): KmsConfig {
  const address = required(fields, 'address');
  const method = fields.auth_method as AuthMethod | undefined;
  if (method === undefined) throw new BadConfiguration('Invalid JSON: missing field `auth_method`');
  const appRole = method.AppRole !== undefined;
  if (!appRole && method.Token === undefined) {
    const [name = ''] = Object.keys(method);
    throw new BadConfiguration(`Invalid JSON: unknown variant \`${name}\`, expected one of \`Token\`, \`AppRole\``);
  }
  // Blank credentials stand for the ones that are stored.
  const secret =
    (appRole ? method.AppRole?.secret_id : method.Token?.token) || (stored?.address && stored.secret) || '';
  if (secret === '') {
    throw new BadConfiguration('Vault token is required when no existing KMS credentials are available');
  }
  const namespace = text(fields, 'namespace') ?? null;
  const mount = text(fields, 'mount_path') ?? 'transit';
  const keyValue = backend === 'VaultKV2';
  const where = keyValue
    ? {
        kv_mount: text(fields, 'kv_mount') ?? 'secret',
        key_path_prefix: text(fields, 'key_path_prefix') ?? 'rustfs/kms/keys',
      }
    : {};
  return {
    backend,
    place: `${backend} ${address} ${namespace} ${keyValue ? Object.values(where).join('/') : mount}`,
    address,
    appRole,
    secret,
    summary: {
      backend_type: keyValue ? 'vault-kv2' : 'vault-transit',
      address,
      auth_method_type: appRole ? 'approle' : 'token',
      has_stored_credentials: true,
      namespace,
      mount_path: mount,
      ...where,
      skip_tls_verify: fields.skip_tls_verify === true,
      ...(profile.checksConfiguration && {
        has_custom_ca: fields.ca_cert_path !== undefined,
        has_client_identity: false,
      }),
    },
  };
}

const ONLY_FOR_DEVELOPMENT =
  'outside explicit development mode; set RUSTFS_KMS_ALLOW_INSECURE_DEV_DEFAULTS=true only for development';

/** What 1.0.1 refuses. @throws BadConfiguration, RefusedConfiguration */
function checkConfiguration(config: KmsConfig, fields: Fields, stored: KmsConfig | undefined): void {
  if (stored?.backend === 'Local') checkLocalStays(config, fields, stored);
  const secure = fields.allow_insecure_dev_defaults !== true;
  if (config.backend !== 'Local') {
    const name = config.backend === 'VaultKV2' ? 'Vault KV2' : 'Vault Transit';
    if (!/^https?:/.test(config.address ?? '')) {
      throw new RefusedConfiguration(`${name} address must use http or https scheme`);
    }
    if (secure && !config.address?.startsWith('https:')) {
      throw new RefusedConfiguration(`${name} requires HTTPS ${ONLY_FOR_DEVELOPMENT}`);
    }
    return;
  }
  const directory = String(config.summary.key_dir);
  if (!isAbsolute(directory)) throw new RefusedConfiguration('Local key directory must be an absolute path');
  if (secure && config.secret === '') {
    throw new RefusedConfiguration(`Local KMS requires a master key ${ONLY_FOR_DEVELOPMENT}`);
  }
  if (secure && `${directory}/`.startsWith(`${tmpdir()}/`)) {
    throw new RefusedConfiguration(
      `Local KMS key directory must not be under the process temp directory ${ONLY_FOR_DEVELOPMENT}`,
    );
  }
}

/** @throws BadConfiguration */
function checkLocalStays(config: KmsConfig, fields: Fields, stored: KmsConfig): void {
  if (config.backend !== 'Local') throw new BadConfiguration('Changing from the Local KMS backend is not supported');
  if (config.place !== stored.place) {
    throw new BadConfiguration('Changing the Local KMS key directory is not supported');
  }
  if (text(fields, 'master_key')) throw new BadConfiguration('Changing the Local KMS master key is not supported');
}
