import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** One encrypted value, as sops writes it. */
const ENCRYPTED = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:(str|int|float|bool|time|comment)\]$/;
/** sops uses nonces of 32 bytes, not the usual 12 (sops source: aes/cipher.go). */
const NONCE_BYTES = 32;
const TAG_BYTES = 16;

export interface DecryptedValue {
  readonly type: string;
  /** What sops encrypted: numbers and dates in its own spelling, `True` and `False`. */
  readonly plain: Buffer;
}

/** @param authenticated See {@link decryptValue}. */
export function encryptValue(plain: string, dataKey: Buffer, authenticated: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce);
  cipher.setAAD(Buffer.from(authenticated));
  const data = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  const [text, iv, tag] = [data, nonce, cipher.getAuthTag()].map((part) => part.toString('base64'));
  return `ENC[AES256_GCM,data:${text},iv:${iv},tag:${tag},type:str]`;
}

/**
 * @param authenticated Path of the value, each key followed by ":"; a value moved elsewhere doesn't decrypt.
 * @returns `not-encrypted` if the text isn't one of sops' values; `tampered` if it doesn't decrypt with this key here.
 */
export function decryptValue(
  text: string,
  dataKey: Buffer,
  authenticated: string,
): DecryptedValue | 'not-encrypted' | 'tampered' {
  const match = ENCRYPTED.exec(text);
  if (match === null) return 'not-encrypted';
  const [, data = '', iv = '', tag = '', type = ''] = match;
  const nonce = Buffer.from(iv, 'base64');
  const authTag = Buffer.from(tag, 'base64');
  // Node would accept a shorter tag, which is easier to forge.
  if (authTag.length !== TAG_BYTES || nonce.length === 0) return 'tampered';
  try {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, nonce);
    decipher.setAAD(Buffer.from(authenticated));
    decipher.setAuthTag(authTag);
    return { type, plain: Buffer.concat([decipher.update(Buffer.from(data, 'base64')), decipher.final()]) };
  } catch {
    return 'tampered';
  }
}
