import { hostUrl, type ManifestKms, withoutCredentials } from '../manifest/index.js';
import type { RustFsVersion } from '../policies/index.js';
import type { ServerPart } from './server-part.js';

interface KeysProps {
  /** Key that encrypts where nothing names another. @default rustfs */
  readonly defaultKey?: string;
  /**
   * Keys to create: letters, digits, `-` and `_`. An existing key is never created again, and none is ever deleted.
   * @default - the default key
   */
  readonly keys?: readonly string[];
}

export interface LocalKmsProps extends KeysProps {
  /** Absolute path in the container (a volume of its own) or on the server. @default /kms */
  readonly keyDirectory?: string;
}

interface VaultProps extends KeysProps {
  /** As RustFS reaches it, such as `https://vault.example.com:8200`. */
  readonly address: string;
  readonly auth: VaultAuth;
  /** Namespace of Vault Enterprise. @default - none */
  readonly namespace?: string;
  /** PEM file on the server with the authority that signed Vault's certificate. RustFS 1.0.1 only. @default - those the image trusts */
  readonly caCertificatePath?: string;
  /** Why plain http is accepted, for development. Needed on RustFS 1.0.1, which refuses http otherwise. @default - https is expected */
  readonly insecureReason?: string;
}

export interface VaultTransitKmsProps extends VaultProps {
  /** Mount of the transit engine, which has to be enabled already. @default transit */
  readonly mount?: string;
}

export interface VaultKv2KmsProps extends VaultProps {
  /** Mount of the KV version 2 engine. @default secret */
  readonly mount?: string;
  /** Path that keys are kept below. @default rustfs/kms/keys */
  readonly keyPrefix?: string;
}

type VaultAuthSection = Extract<ManifestKms['backend'], { type: 'vault-transit' }>['auth'];

/** How RustFS signs in to Vault. RustFS keeps what it is given in its own metadata (reference: KMS persistence). */
export class VaultAuth {
  /** @param props `file`: of the project, with the token; read by the post-apply step */
  static token({ file }: { readonly file: string }): VaultAuth {
    return new VaultAuth({ method: 'token', tokenFile: file });
  }

  /** RustFS 1.0.1 only. @param props `secretIdFile`: of the project; read by the post-apply step */
  static appRole({ roleId, secretIdFile }: { readonly roleId: string; readonly secretIdFile: string }): VaultAuth {
    return new VaultAuth({ method: 'approle', roleId, secretIdFile });
  }

  private constructor(
    /** @internal */
    readonly _section: VaultAuthSection,
  ) {}
}

/**
 * Where RustFS keeps the keys that encrypt objects. The post-apply step configures and starts it before anything is written
 * encrypted, and creates the keys. No secret of it is in the manifest or in Terraform.
 */
export class Kms {
  /** Keys in a directory of the server, encrypted with a master key that the secret store keeps. One server only. */
  static local({ keyDirectory = '/kms', ...keys }: LocalKmsProps = {}): Kms {
    if (!/^\/[^/]/.test(keyDirectory) || /^\/(data|etc|tmp|logs)(\/|\d*$)/.test(keyDirectory)) {
      throw new Error(
        `invalid keyDirectory (value: ${keyDirectory}): expected an absolute path outside /data, /etc, /logs and /tmp, such as /kms, because losing it loses every object`,
      );
    }
    return new Kms({ type: 'local', keyDirectory }, keys);
  }

  /** Keys in Vault's transit engine: they never leave Vault. */
  static vaultTransit({ mount = 'transit', ...props }: VaultTransitKmsProps): Kms {
    return new Kms({ type: 'vault-transit', mount, ...vaultSection(props) }, props);
  }

  /** Keys in Vault's KV version 2 engine, where RustFS keeps them readable: prefer {@link vaultTransit}. */
  static vaultKv2({ mount = 'secret', keyPrefix = 'rustfs/kms/keys', ...props }: VaultKv2KmsProps): Kms {
    return new Kms({ type: 'vault-kv2', kvMount: mount, keyPrefix, ...vaultSection(props) }, props);
  }

  /** @internal */
  readonly _manifest: ManifestKms;

  private constructor(backend: ManifestKms['backend'], { keys, defaultKey = keys?.[0] ?? 'rustfs' }: KeysProps) {
    const names = [...new Set([defaultKey, ...(keys ?? [])])];
    const wrong = names.filter((name) => !/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(name));
    if (wrong.length > 0) {
      throw new Error(
        `invalid KMS key name (value: ${wrong.join(', ')}): expected up to 100 letters, digits, "-" and "_", beginning with a letter or digit`,
      );
    }
    this._manifest = { backend, defaultKey, keys: names };
  }
}

function vaultSection({ address, auth, namespace, caCertificatePath, insecureReason }: VaultProps) {
  const url = hostUrl(address);
  if (url === undefined) {
    throw new Error(
      `invalid address of Vault (value: ${withoutCredentials(address)}): expected a URL without path and credentials, such as https://vault.example.com:8200`,
    );
  }
  return {
    address: url,
    auth: auth._section,
    ...(namespace !== undefined && { namespace }),
    ...(caCertificatePath !== undefined && { caCertificatePath }),
    ...(insecureReason !== undefined && { insecureReason }),
  };
}

/** What a KMS adds to a RustFS container. */
export function kmsPart({ _manifest: { backend } }: Kms, version: RustFsVersion): ServerPart {
  const beta = version === '1.0.0-beta.7';
  return {
    ...(backend.type === 'local' && { volumes: [{ name: 'kms', path: backend.keyDirectory }] }),
    warnings: [
      ...(backend.type === 'vault-kv2'
        ? [
            `a KMS in Vault's KV engine keeps key material readable in Vault${beta ? ', and RustFS 1.0.0-beta.7 makes a new key where it cannot read one, which loses objects' : ''}; prefer Kms.vaultTransit()`,
          ]
        : []),
      ...(beta
        ? [
            'RustFS 1.0.0-beta.7 reads everything through the KMS once it runs: objects that were encrypted before, without it, become unreadable; copy them before, or use RustFS 1.0.1',
          ]
        : []),
    ],
  };
}

/** The key that SSE-S3 wraps with as long as no KMS runs: without it, RustFS 1.0.1 refuses SSE-S3, and beta.7 uses zeros. */
export function sseS3Part(directory: string): ServerPart {
  return {
    secretVariables: [
      {
        what: 'SSE-S3 master key',
        variable: 'RUSTFS_SSE_S3_MASTER_KEY',
        projectPath: `${directory}/sse-s3-master-key`,
        path: '/etc/rustfs/sse-s3-master-key',
      },
    ],
  };
}
