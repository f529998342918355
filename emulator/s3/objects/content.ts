import { createHash } from 'node:crypto';
import { notImplemented, s3Error, storageError } from '../../errors.js';
import { PayloadError } from '../../http/payload-error.js';
import type { Fault } from '../../profile.js';
import type { KeyRequest, S3Context } from '../context.js';
import { CHECKSUM_ALGORITHMS, CHECKSUM_HEADERS, startChecksum } from './checksums.js';
import type { ChecksumAlgorithm, StoredPart } from './model.js';

/** Content that was received, stored and found to be what was announced. */
export interface StoredContent {
  readonly blob: string;
  readonly size: number;
  /** Hexadecimal MD5. */
  readonly md5: string;
  /** Those that were announced; the first is kept. */
  readonly checksums: readonly ContentChecksum[];
}

export interface ContentChecksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

const LARGEST_PUT = 5 * 1024 * 1024 * 1024;

/** Stores the body of a write. @throws EmulatorError */
export async function storeBody(context: S3Context, request: KeyRequest): Promise<StoredContent> {
  checkLength(request);
  const announced = announcedChecksums(request);
  const running = announced.map(({ algorithm }) => ({ algorithm, checksum: startChecksum(algorithm) }));
  const md5 = createHash('md5');
  let size = 0;
  const measured = (async function* () {
    for await (const chunk of request.payload as AsyncIterable<Buffer>) {
      size += chunk.length;
      md5.update(chunk);
      for (const { checksum } of running) checksum.update(chunk);
      yield chunk;
    }
  })();
  const blob = await context.blobs.write(measured).catch((error: unknown) => {
    throw error instanceof PayloadError ? bodyFault(context, error) : error;
  });
  const content: StoredContent = {
    blob,
    size,
    md5: md5.digest('hex'),
    checksums: running.map(({ algorithm, checksum }) => ({ algorithm, value: checksum.digest() })),
  };
  if (!isAsAnnounced(request, content, announced)) {
    await context.blobs.delete(blob);
    throw faultError(context.protocol.wrongDigest);
  }
  return content;
}

/** @throws EmulatorError MissingContentLength, EntityTooLarge */
function checkLength({ contentLength }: KeyRequest): void {
  if (contentLength === undefined) {
    throw s3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  if (contentLength > LARGEST_PUT) throw storageError('EntityTooLarge');
}

interface AnnouncedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Absent: comes in the trailer. */
  readonly value?: string;
}

/** Checksums that a request gives in headers, or will give in its trailer. */
export function announcedChecksums({ headers }: KeyRequest): readonly AnnouncedChecksum[] {
  const unknown = Object.keys(headers).find((name) => /^x-amz-checksum-xxhash/.test(name));
  if (unknown !== undefined) throw notImplemented(`${unknown} is not emulated`);
  const trailers = (headers['x-amz-trailer'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  return CHECKSUM_ALGORITHMS.flatMap((algorithm): AnnouncedChecksum[] => {
    const value = headers[CHECKSUM_HEADERS[algorithm]];
    if (value) return [{ algorithm, value }];
    return trailers.includes(CHECKSUM_HEADERS[algorithm]) ? [{ algorithm }] : [];
  });
}

function isAsAnnounced(request: KeyRequest, content: StoredContent, announced: readonly AnnouncedChecksum[]): boolean {
  const md5 = request.headers['content-md5'];
  if (md5 && md5 !== Buffer.from(content.md5, 'hex').toString('base64')) return false;
  return announced.every(({ algorithm, value: given }, at) => {
    const value = given ?? request.trailers.get(CHECKSUM_HEADERS[algorithm]);
    return value === undefined || value === content.checksums[at]?.value;
  });
}

function bodyFault(context: S3Context, { problem, message }: PayloadError): Error {
  if (problem === 'sha256') return faultError(context.protocol.wrongSha256);
  return problem === 'incomplete' ? storageError('IncompleteBody') : s3Error('InternalError', message);
}

function faultError({ code, message }: Fault): Error {
  return s3Error(code, message);
}

/** Headers that tell checksums. */
export function checksumHeaders(checksums: readonly ContentChecksum[]): Record<string, string> {
  return Object.fromEntries(checksums.map(({ algorithm, value }) => [CHECKSUM_HEADERS[algorithm], value]));
}

/** Bytes of an object from `start` up to and without `end`. */
export async function* readParts(
  context: S3Context,
  parts: readonly StoredPart[],
  start: number,
  end: number,
): AsyncGenerator<Buffer, void, undefined> {
  let at = 0;
  for (const { blob, size } of parts) {
    const [from, to] = [Math.max(start - at, 0), Math.min(end - at, size)];
    if (blob !== undefined && from < to) {
      yield* (await context.blobs.read(blob, from, to)) as AsyncIterable<Buffer>;
    }
    at += size;
    if (at >= end) return;
  }
}

/** Copies bytes of an object into a blob of their own. @param algorithm of a checksum to compute */
export async function copyBytes(
  context: S3Context,
  parts: readonly StoredPart[],
  start: number,
  end: number,
  algorithm?: ChecksumAlgorithm,
): Promise<{ blob: string; md5: string; checksum?: string }> {
  const md5 = createHash('md5');
  const checksum = algorithm && startChecksum(algorithm);
  const measured = (async function* () {
    for await (const chunk of readParts(context, parts, start, end)) {
      md5.update(chunk);
      checksum?.update(chunk);
      yield chunk;
    }
  })();
  const blob = await context.blobs.write(measured);
  return { blob, md5: md5.digest('hex'), ...(checksum && { checksum: checksum.digest() }) };
}

/** Deletes what no version uses any more. */
export async function deleteParts(context: S3Context, parts: readonly StoredPart[]): Promise<void> {
  for (const { blob } of parts) if (blob !== undefined) await context.blobs.delete(blob);
}
