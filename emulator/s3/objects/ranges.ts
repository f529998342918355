import { s3Error, storageError } from '../../errors.js';

/** Bytes from `start` up to and without `end`. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a `Range` header asks for: from `first` to `last` (or the end), or the last `suffix` bytes. */
export type RangeHeader = { readonly first: number; readonly last?: number } | { readonly suffix: number };

/** Reads a `Range` header. @throws EmulatorError InvalidArgument for what is none, InvalidRange */
export function parseRange(header: string | undefined): RangeHeader | undefined {
  if (!header) return undefined;
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header);
  if (header === 'bytes=-') throw storageError('InvalidRange');
  const [, first, last = '', suffix] = match ?? [];
  if (suffix !== undefined) return { suffix: Number(suffix) };
  if (first === undefined || (last !== '' && Number(last) < Number(first))) {
    throw s3Error('InvalidArgument', `invalid header: range: ${JSON.stringify(header)}`);
  }
  return { first: Number(first), ...(last !== '' && { last: Number(last) }) };
}

/** The bytes of an object that a range covers. @throws EmulatorError InvalidRange */
export function rangeOf(range: RangeHeader, size: number): ByteRange {
  if ('suffix' in range) {
    if (range.suffix === 0) throw storageError('InvalidRange');
    return { start: Math.max(size - range.suffix, 0), end: size };
  }
  if (range.first >= size) throw storageError('InvalidRange');
  return { start: range.first, end: Math.min((range.last ?? size) + 1, size) };
}
