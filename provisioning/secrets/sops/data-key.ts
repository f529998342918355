import type { armor, Decrypter, Encrypter } from 'age-encryption';
import { SecretStoreError } from '../secret-store.js';
import type { AgeIdentities } from './identities.js';
import type { SopsMetadata } from './metadata.js';

export const DATA_KEY_BYTES = 32;

/** Loaded when it is needed: most commands have nothing to decrypt, and start a tenth of a second sooner. */
export const age = () => import('age-encryption');

/** @throws {SecretStoreError} if none of the identities opens the file's data key. */
export async function decryptDataKey(metadata: SopsMetadata, identities: AgeIdentities, file: string): Promise<Buffer> {
  if (metadata.age.length === 0) {
    throw new SecretStoreError(
      `${file} is not encrypted for any age recipient: add yours with sops rotate --in-place --add-age RECIPIENT ${file}`,
    );
  }
  const { armor, Decrypter } = await age();
  const decrypter = new Decrypter();
  for (const key of identities.keys) addIdentity(decrypter, key, identities.source);
  for (const { enc } of metadata.age) {
    const key = await decrypter.decrypt(decode(armor, enc, file)).catch(() => undefined);
    if (key?.length === DATA_KEY_BYTES) return Buffer.from(key);
  }
  const recipients = metadata.age.map(({ recipient }) => recipient).join(', ');
  throw new SecretStoreError(
    `${file} can't be decrypted with the age identity in ${identities.source}: it is encrypted for ${recipients}; set SOPS_AGE_KEY_FILE to the identity of one of them`,
  );
}

export function addIdentity(decrypter: Decrypter, key: string, source: string): void {
  try {
    decrypter.addIdentity(key);
  } catch {
    throw new SecretStoreError(`${source}: an AGE-SECRET-KEY is damaged: copy it again, it is one line`);
  }
}

function decode(form: typeof armor, enc: string, file: string): Uint8Array {
  try {
    return form.decode(enc);
  } catch {
    throw new SecretStoreError(`${file}: the data key of an age recipient (sops.age) is damaged: restore the file`);
  }
}

/** The data key in age's text form, for one recipient (`age1…`). */
export async function encryptDataKey(dataKey: Buffer, recipient: string): Promise<string> {
  return encryptForRecipients(dataKey, [recipient]);
}

/** Anything in age's text form, for recipients (`age1…`). @throws {SecretStoreError} if one is none */
export async function encryptForRecipients(content: Uint8Array | string, recipients: readonly string[]) {
  const { armor, Encrypter } = await age();
  const encrypter = new Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  return armor.encode(await encrypter.encrypt(content));
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new SecretStoreError(
      `${/^AGE-SECRET-KEY/i.test(recipient) ? 'a private key' : JSON.stringify(recipient)} is not an age recipient: expected the public key that age-keygen prints, age1…`,
    );
  }
}

/** Whether one of the identities can open what is encrypted for one of the recipients. */
export async function ownsRecipient(identities: AgeIdentities, recipients: readonly string[]): Promise<boolean> {
  const { identityToRecipient } = await age();
  const own = await Promise.all(identities.keys.map((key) => identityToRecipient(key).catch(() => undefined)));
  return own.some((recipient) => recipient !== undefined && recipients.includes(recipient));
}
