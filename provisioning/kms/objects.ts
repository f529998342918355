import { createHash, randomBytes } from 'node:crypto';
import { errorCode } from '../client/response.js';
import type { Session } from '../session.js';
import type { WireRequest, WireResponse } from '../wire.js';

type Root = Pick<Session, 'wire' | 'root'>;

const ALGORITHM = 'x-amz-server-side-encryption';
const KEY_ID = `${ALGORITHM}-aws-kms-key-id`;

/** What an answer says about the encryption of an object. */
export interface ToldEncryption {
  readonly algorithm?: string;
  readonly kmsKey?: string;
}

export function toldEncryption({ headers }: WireResponse): ToldEncryption {
  const [algorithm, kmsKey] = [headers[ALGORITHM], headers[KEY_ID]];
  return { ...(algorithm && { algorithm: String(algorithm) }), ...(kmsKey && { kmsKey: String(kmsKey) }) };
}

/** Headers that ask for an encryption. */
export function encryptionHeaders(algorithm: 'AES256' | 'aws:kms', kmsKey?: string): Record<string, string> {
  return { [ALGORITHM]: algorithm, ...(algorithm === 'aws:kms' && kmsKey !== undefined && { [KEY_ID]: kmsKey }) };
}

/** Headers of a key that the client keeps (SSE-C). */
export function customerKeyHeaders(key = randomBytes(32)): Record<string, string> {
  return {
    [`${ALGORITHM}-customer-algorithm`]: 'AES256',
    [`${ALGORITHM}-customer-key`]: key.toString('base64'),
    [`${ALGORITHM}-customer-key-md5`]: createHash('md5').update(key).digest('base64'),
  };
}

/** A request as root whose failure is an answer too: RustFS does not get better by asking again. */
export const ask = ({ wire, root }: Root, request: WireRequest) => wire.send(request, root, { retry: false });

/** Status and code of an answer. */
export const answerOf = (response: WireResponse) => `${response.status} ${errorCode(response)}`.trim();
