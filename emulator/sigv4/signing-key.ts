import { createHash, createHmac } from 'node:crypto';

/** Date (`YYYYMMDD`), region and service of a credential. */
export interface CredentialScope {
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

const CACHE_SIZE = 1000;
const cache = new Map<string, Buffer>();

/** Signing key for a secret and scope; the keys used last are remembered. */
export function signingKey(secretKey: string, { date, region, service }: CredentialScope): Buffer {
  const id = `${secretKey}\n${date}\n${region}\n${service}`;
  const known = cache.get(id);
  if (known !== undefined) return known;
  const key = [region, service, 'aws4_request'].reduce(hmac, hmac(`AWS4${secretKey}`, date));
  if (cache.size >= CACHE_SIZE) for (const oldest of [...cache.keys()].slice(0, CACHE_SIZE / 2)) cache.delete(oldest);
  cache.set(id, key);
  return key;
}

export function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function hexHmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

export function hexSha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** SHA-256 of nothing. */
export const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
