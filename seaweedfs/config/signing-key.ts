import { randomBytes } from 'node:crypto';

/** SeaweedFS takes 16 bytes [start.key-16-bytes.none]; an HS256 key shorter than its 32-byte hash weakens it (RFC 7518, 3.2). */
export const SIGNING_KEY_BYTES = 32;

/** Keys that stand in the source document, so everybody knows them. */
const PUBLISHED = new Set([
  'base64-encoded-signing-key',
  'base64-encoded-signing-key-32-chars-min',
  'ZGV2LXNpZ25pbmcta2V5LTMyLWNoYXJhY3RlcnMtbG9uZw==',
  'cHJvZC1zaWduaW5nLWtleS0zMi1jaGFyYWN0ZXJzLWxvbmctcmFuZG9t',
]);

/** 32 random bytes in padded standard base64: 44 characters. */
export function generateSigningKey(): string {
  return randomBytes(SIGNING_KEY_BYTES).toString('base64');
}

export interface SigningKeyProblem {
  readonly severity: 'error' | 'warning';
  readonly rule: string;
  readonly source: string;
}

const REFUSED = 'SeaweedFS refuses the whole file and, without static identities, serves everybody';

/** What is wrong with a signing key, if anything is. Never repeats the key. */
export function signingKeyProblem(key: string): SigningKeyProblem | undefined {
  const error = (rule: string, source: string): SigningKeyProblem => ({ severity: 'error', rule, source });
  if (key === '') return error(`must not be empty: ${REFUSED}`, '[start.key-empty.none]');
  if (PUBLISHED.has(key)) {
    return error('is a sample of the source document, which everybody knows', '[start.key-readme-literal.none]');
  }
  if (/\$\{[^}]*\}/.test(key)) {
    return error(
      `SeaweedFS expands variables only in the credentials of identities: ${REFUSED}`,
      '[start.key-env-ref.none]',
    );
  }
  if (/[-_]/.test(key)) return error(`base64url is not read: ${REFUSED}`, '[start.key-base64url.none]');
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(key) || key.length % 4 !== 0) {
    return error(`must be standard base64 with its padding: ${REFUSED}`, '[start.key-base64-nopad.none]');
  }
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length < SIGNING_KEY_BYTES) {
    return error(
      `decodes to ${bytes.length} bytes, and at least ${SIGNING_KEY_BYTES} are needed: HS256 is as strong as its key, and below 16 bytes ${REFUSED}`,
      '[start.key-15-bytes.none]',
    );
  }
  if (/^[0-9a-f]+$/i.test(key)) {
    return {
      severity: 'warning',
      rule: 'looks like hexadecimal, but is read as base64',
      source: '[start.key-hex.none]',
    };
  }
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
    ? {
        severity: 'warning',
        rule: 'decodes to readable text, so it is not random',
        source: 'reference: services, SeaweedFsS3Gateway',
      }
    : undefined;
}
