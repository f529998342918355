import { notImplemented, s3Error } from '../errors.js';

/** What `x-amz-content-sha256` says of the payload. */
export type PayloadMode =
  | { readonly kind: 'digest'; readonly sha256: string }
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean };

const MODES: Readonly<Record<string, PayloadMode | 'ecdsa'>> = {
  'UNSIGNED-PAYLOAD': { kind: 'unsigned' },
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { kind: 'chunked', signed: false, trailer: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { kind: 'chunked', signed: true, trailer: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { kind: 'chunked', signed: true, trailer: true },
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD': 'ecdsa',
  'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER': 'ecdsa',
};

/** A digest may be hexadecimal or Base64. @throws EmulatorError */
export function parseContentSha256(header: string): PayloadMode {
  if (/^[0-9a-f]{64}$/.test(header)) return { kind: 'digest', sha256: header };
  const mode = MODES[header];
  if (mode === 'ecdsa') {
    throw notImplemented('AWS4-ECDSA-P256-SHA256 signing method is not implemented yet');
  }
  if (mode !== undefined) return mode;
  if (/^[A-Za-z0-9+/]{43}=$/.test(header)) {
    return { kind: 'digest', sha256: Buffer.from(header, 'base64').toString('hex') };
  }
  throw s3Error('SignatureDoesNotMatch', 'invalid header: x-amz-content-sha256');
}
