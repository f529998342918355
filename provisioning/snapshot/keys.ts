import { join } from 'node:path';
import type { ManifestSecretStore } from '../../manifest/index.js';
import { readIfPresent, readPrivateFile, writeFileAtomic } from '../secrets/atomic-file.js';
import { SecretStoreError } from '../secrets/secret-store.js';
import { age } from '../secrets/sops/data-key.js';
import { type AgeIdentities, ageRecipientsIn, loadAgeIdentities } from '../secrets/sops/identities.js';

/** Whom snapshots are encrypted for, and who opens them. */
export interface SnapshotKeys {
  /** age public keys, `age1…`. Call it under a lock: it may create the key. */
  recipients(): Promise<readonly string[]>;
  identities(): Promise<AgeIdentities>;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Loaded when there is a file to read: a parser of YAML comes with it. */
const readDocument = () => import('../secrets/sops/document.js');

/** As the secrets themselves: for the recipients of the SOPS file, opened by the identity that opens the file. */
function sopsKeys(
  { file, ageRecipients = [] }: Extract<ManifestSecretStore, { readonly type: 'sops' }>,
  environment: Environment,
): SnapshotKeys {
  return {
    async recipients() {
      const text = await readIfPresent(file);
      const present = text === undefined ? [] : (await readDocument()).parseSopsDocument(text, file).metadata.age;
      if (present.length > 0) return present.map(({ recipient }) => recipient);
      const declared = ageRecipients.length > 0 ? ageRecipients : ageRecipientsIn(environment);
      if (declared.length > 0) return declared;
      throw new SecretStoreError(
        `no age recipient for the snapshot: name at least one, age1…, in the manifest's secretStore or in SOPS_AGE_RECIPIENTS`,
      );
    },
    identities: () => loadAgeIdentities(undefined, environment),
  };
}

const IDENTITY = /^AGE-SECRET-KEY-\S+$/m;

/** A key of its own, in a file (0600) of the directory whose other files hold the current secrets in plain text anyway. */
function fileKeys(file: string): SnapshotKeys {
  async function recipientOf(text: string): Promise<string> {
    const identity = IDENTITY.exec(text)?.[0];
    if (identity === undefined) {
      throw new SecretStoreError(
        `${file} holds no AGE-SECRET-KEY: restore it, as earlier snapshots open with no other; or move it away, and a new one is made`,
      );
    }
    return (await age()).identityToRecipient(identity);
  }
  return {
    async recipients() {
      const present = await readPrivateFile(file);
      if (present !== undefined) return [await recipientOf(present)];
      const identity = await (await age()).generateX25519Identity();
      await writeFileAtomic(file, `# opens the snapshots beside it; made by cdktf-rustfs\n${identity}\n`, 0o600);
      return [await recipientOf(identity)];
    },
    async identities() {
      if ((await readPrivateFile(file)) === undefined) {
        throw new SecretStoreError(
          `${file} is gone: bring it back from where the secrets are backed up, as no other key opens these snapshots`,
        );
      }
      return loadAgeIdentities(file, {});
    },
  };
}

/**
 * The keys that fit a secret store. One that is encrypted shares its recipients; beside one in plain text lies a key file:
 * whoever reads that directory reads every current secret too, but a snapshot that is copied elsewhere stays closed. A
 * password would need somebody to type it at every apply.
 */
export function snapshotKeys(
  store: ManifestSecretStore,
  directory: string,
  environment: Environment = process.env,
): SnapshotKeys {
  return store.type === 'sops' ? sopsKeys(store, environment) : fileKeys(join(directory, 'snapshot-key.txt'));
}
