import { randomInt } from 'node:crypto';

const ID_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ID_CHARACTERS = `${ID_LETTERS}0123456789`;
const SECRET_CHARACTERS = `${ID_CHARACTERS}abcdefghijklmnopqrstuvwxyz`;

/** An access key and its secret. */
export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * A random pair: 20 characters (103 bits) and 40 characters (238 bits), the longest secret that RustFS takes for a
 * service account (RustFS source: access keys of 3–128 characters, secrets of 8–40). Letters and digits only, so that
 * no URL, shell, dotenv file or signature scope needs to quote them.
 */
export function generateKeyPair(): KeyPair {
  return {
    accessKeyId: pick(ID_LETTERS, 1) + pick(ID_CHARACTERS, 19),
    secretAccessKey: pick(SECRET_CHARACTERS, 40),
  };
}

function pick(characters: string, count: number): string {
  return Array.from({ length: count }, () => characters.charAt(randomInt(characters.length))).join('');
}
