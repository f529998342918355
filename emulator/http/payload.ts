import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { s3Error } from '../errors.js';
import { decodeChunks } from '../sigv4/chunked.js';
import type { Verified } from '../sigv4/verify.js';
import { PayloadError } from './payload-error.js';

/** The body of a request, checked against what its signature says of it while it is read. */
export interface Payload {
  /** Length without chunk framing, if known beforehand. */
  readonly length?: number;
  readonly stream: Readable;
  /** Trailing headers, once the stream has ended. */
  readonly trailers: ReadonlyMap<string, string>;
  body(limit?: number): Promise<Buffer>;
}

const DEFAULT_LIMIT = 1024 * 1024;

/**
 * @param source bytes of the body as they came in
 * @param length `Content-Length`, or 0 for a request without body; `undefined` for one of unknown length
 * @throws EmulatorError
 */
export function openPayload(
  source: AsyncIterable<Buffer>,
  length: number | undefined,
  decodedLength: string | undefined,
  verified: Verified | undefined,
): Payload {
  let trailers: ReadonlyMap<string, string> = new Map();
  let stream: Readable | undefined;
  let whole: Promise<Buffer> | undefined;
  const knownLength = verified?.payload.kind === 'chunked' ? parseDecodedLength(decodedLength) : length;
  const open = (): Readable => {
    const content =
      verified?.payload.kind === 'chunked'
        ? decodeChunks(source, {
            signed: verified.payload.signed,
            trailer: verified.payload.trailer,
            scope: verified.scope,
            seed: verified.seed,
            decodedLength: knownLength ?? 0,
            onTrailers: (found) => {
              trailers = found;
            },
          })
        : verified?.payload.kind === 'digest'
          ? withDigest(source, verified.payload.sha256)
          : source;
    return Readable.from(content, { objectMode: false });
  };
  return {
    ...(knownLength !== undefined && { length: knownLength }),
    get stream() {
      stream ??= open();
      return stream;
    },
    get trailers() {
      return trailers;
    },
    body(limit) {
      if (knownLength !== undefined && knownLength > (limit ?? DEFAULT_LIMIT)) return Promise.reject(tooLarge(limit));
      stream ??= open();
      whole ??= collect(stream, limit);
      return whole;
    },
  };
}

async function collect(stream: Readable, limit: number | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > (limit ?? DEFAULT_LIMIT)) throw tooLarge(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** RustFS limits bodies of its own routes to 1 MiB, and words that otherwise than for S3 documents. */
function tooLarge(limit: number | undefined): Error {
  return limit === undefined
    ? s3Error('EntityTooLarge', 'Custom route request body exceeds the configured maximum size.')
    : s3Error('MaxMessageLengthExceeded', 'Your request was too big.');
}

async function* withDigest(source: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  for await (const chunk of source) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== sha256) throw new PayloadError('sha256');
}

function parseDecodedLength(text: string | undefined): number {
  const digits = /^\d+/.exec(text ?? '');
  if (digits === null) throw s3Error('InvalidRequest', 'invalid header: x-amz-decoded-content-length');
  return Number(digits[0]);
}
