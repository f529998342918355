import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { modeOf } from './atomic-file.js';
import { checkEntry, checkEntryName } from './entry-rules.js';
import { entryFromVariables, entryToVariables, namesAmong, secretVariablesOf, variablesOf } from './entry-variables.js';
import { type SecretStore, SecretStoreError } from './secret-store.js';
import { createSopsDocument } from './sops/create.js';
import { ownsRecipient } from './sops/data-key.js';
import { editSopsDocument } from './sops/edit.js';
import { type OpenedSopsFile, rootValues, sopsFile } from './sops/file.js';
import { type AgeIdentities, ageRecipientsIn, loadAgeIdentities } from './sops/identities.js';
import { DEFAULT_UNENCRYPTED_SUFFIX } from './sops/metadata.js';
import { storeLock } from './store-lock.js';

export interface SopsSecretStoreProps {
  /** YAML file, for instance `cluster.yaml`. Created with the first entry. */
  readonly file: string;
  /**
   * Public keys (`age1…`) of those who may read the file: needed to create it. An existing file must be encrypted for
   * all of them, or nothing is written.
   *
   * @default those of the existing file; for a new one SOPS_AGE_RECIPIENTS, as sops has it
   */
  readonly ageRecipients?: readonly string[];
  /**
   * File with the private key (`AGE-SECRET-KEY-…`).
   *
   * @default what sops uses: SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, then sops/age/keys.txt in the user's configuration
   */
  readonly ageIdentityFile?: string;
  /** @default process.env */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * A YAML file encrypted with sops and age, with `<component>_s3_access_key` and `<component>_s3_secret_key` at its root
 * ("-" in a component's name becomes "_"; further keys: see entry-variables.ts). Everything else in the file, comments
 * included, stays as it is byte by byte. Reading verifies the file's MAC. `sops` itself need not be installed, and reads
 * and edits the file as its own.
 */
export function sopsSecretStore(props: SopsSecretStoreProps): SecretStore {
  const { file, ageRecipients = [], environment = process.env } = props;
  const description = `SOPS file ${file}`;
  const guard = storeLock(`${file}.lock`, description);
  let loaded: Promise<AgeIdentities> | undefined;
  const identities = () => {
    loaded ??= loadAgeIdentities(props.ageIdentityFile, environment);
    return loaded;
  };
  const encrypted = sopsFile(file, identities);
  const readerOf = (opened: OpenedSopsFile) => {
    const values = rootValues(opened);
    return { get: (variable: string) => values.get(variable), source: file, variables: values.keys() };
  };

  async function change(name: string, wanted: ReadonlyMap<string, string>): Promise<void> {
    await guard.exclusive(async () => {
      const opened = await encrypted.open();
      if (opened === undefined) {
        if (wanted.size > 0) await create(wanted);
        return;
      }
      const reader = readerOf(opened);
      // An entry that can't be read is somebody's to look at, not ours to overwrite.
      entryFromVariables(name, reader);
      checkRecipients(opened);
      checkSecrecy(name, wanted, opened);
      const changed = variablesOf(name).filter((variable) => reader.get(variable) !== wanted.get(variable));
      if (changed.length === 0) return;
      const changes = new Map(changed.map((variable) => [variable, wanted.get(variable)]));
      const text = editSopsDocument(opened.document, opened.dataKey, changes, new Date());
      await encrypted.write(text, opened.dataKey);
    });
  }

  async function create(wanted: ReadonlyMap<string, string>): Promise<void> {
    const yaml = [...wanted].map(([variable, value]) => `${variable}: ${JSON.stringify(value)}\n`).join('');
    const rule = { unencrypted_suffix: DEFAULT_UNENCRYPTED_SUFFIX };
    const recipients = ageRecipients.length > 0 ? ageRecipients : ageRecipientsIn(environment);
    const { text, dataKey } = await createSopsDocument({ yaml, file, recipients, rule, now: new Date() });
    const own = await identities();
    if (!(await ownsRecipient(own, recipients))) {
      throw new SecretStoreError(
        `${file} would be unreadable here: no age recipient belongs to the identity in ${own.source}; add your own recipient`,
      );
    }
    await encrypted.write(text, dataKey);
  }

  function checkRecipients({ document }: OpenedSopsFile): void {
    const present = document.metadata.age.map(({ recipient }) => recipient);
    const absent = ageRecipients.filter((recipient) => !present.includes(recipient));
    if (absent.length === 0) return;
    throw new SecretStoreError(
      `${file} is not encrypted for ${absent.join(', ')}: add with sops rotate --in-place --add-age ${absent.join(',')} ${file}`,
    );
  }

  function checkSecrecy(name: string, wanted: ReadonlyMap<string, string>, { document }: OpenedSopsFile): void {
    const open = secretVariablesOf(name).find((key) => wanted.has(key) && !document.metadata.isEncrypted([key]));
    if (open === undefined) return;
    throw new SecretStoreError(
      `${file}: ${open} would be written in plain text, because of the file's rule ${document.metadata.rule}: change the rule so that it covers the key`,
    );
  }

  async function createParent(): Promise<void> {
    await mkdir(dirname(file), { recursive: true });
  }

  return {
    description,
    async names() {
      const opened = await encrypted.open();
      if (opened === undefined) return [];
      const { variables, get } = readerOf(opened);
      return namesAmong(variables, get);
    },
    async read(name) {
      checkEntryName(name);
      const opened = await encrypted.open();
      return opened && entryFromVariables(name, readerOf(opened));
    },
    async write(name, entry) {
      checkEntry(name, entry);
      await createParent();
      await change(name, entryToVariables(name, entry));
    },
    async remove(name) {
      checkEntryName(name);
      if ((await modeOf(file)) !== undefined) await change(name, new Map());
    },
    async lock() {
      await createParent();
      return guard.lock();
    },
  };
}
