import type { ManifestSecretStore } from '../manifest/index.js';

/** The path becomes part of a shell command and of Terraform's configuration. */
const PATH = /^[A-Za-z0-9_.][A-Za-z0-9_./-]*$|^\/[A-Za-z0-9_./-]+$/;

function checkPath(what: string, path: string): string {
  if (PATH.test(path)) return path.replace(/(?<=.)\/+$/, '');
  throw new Error(
    `invalid ${what} of a secret store (value: ${path}): expected a path of letters, digits, "_", "-", "." and "/"`,
  );
}

function checkRecipient(recipient: string): string {
  if (/^age1[0-9a-z]+$/.test(recipient)) return recipient;
  // The value may be a private key that was put in the wrong place.
  throw new Error(
    'invalid age recipient: expected a public key, age1…, as age-keygen prints it; a private key (AGE-SECRET-KEY-…) belongs in SOPS_AGE_KEY_FILE',
  );
}

/**
 * Where the secrets of one server are kept: the root credentials and one entry for each access key. A reference, never a
 * secret. Paths are relative to the project directory. Give every server a store of its own.
 */
export class SecretStoreRef {
  /** A directory with one dotenv file (0600) for each access key, in the form that the AWS SDKs read. */
  static directory(directory: string): SecretStoreRef {
    return new SecretStoreRef({ type: 'directory', directory: checkPath('directory', directory) });
  }

  /**
   * A YAML file encrypted with SOPS and age: `<component>_s3_access_key` and `<component>_s3_secret_key` beside whatever
   * else it holds.
   *
   * @param props.ageRecipients public keys for which a new file is encrypted. @default - those of the existing file, else $SOPS_AGE_RECIPIENTS
   */
  static sops(props: { readonly file: string; readonly ageRecipients?: readonly string[] }): SecretStoreRef {
    const { file, ageRecipients } = props;
    return new SecretStoreRef({
      type: 'sops',
      file: checkPath('file', file),
      ...(ageRecipients ? { ageRecipients: ageRecipients.map(checkRecipient) } : {}),
    });
  }

  /** One dotenv file (0600), `LANGFUSE_S3_ACCESS_KEY` and `LANGFUSE_S3_SECRET_KEY`, as docker compose reads it. */
  static dotenv(file: string): SecretStoreRef {
    return new SecretStoreRef({ type: 'dotenv', file: checkPath('file', file) });
  }

  /** Environment variables of the same names: read only, for runs that only plan or verify. */
  static environment(): SecretStoreRef {
    return new SecretStoreRef({ type: 'environment' });
  }

  private constructor(
    /** @internal */
    readonly _reference: ManifestSecretStore,
  ) {}
}
