import { createHash } from 'node:crypto';
import { PayloadError } from '../http/payload-error.js';
import { scopeText } from './canonical.js';
import { type CredentialScope, EMPTY_SHA256, hexHmac, hexSha256 } from './signing-key.js';

/** What an `aws-chunked` body is decoded with. */
export interface ChunkedFraming {
  /** Chunks carry signatures. */
  readonly signed: boolean;
  /** Headers follow the last chunk. */
  readonly trailer: boolean;
  readonly scope: CredentialScope;
  readonly seed: { readonly signature: string; readonly time: string; readonly key: Buffer };
  /** Length of the content, `x-amz-decoded-content-length`. */
  readonly decodedLength: number;
  /** Receives the trailing headers, names in lower case. */
  onTrailers(trailers: ReadonlyMap<string, string>): void;
}

const LONGEST_CHUNK_HEADER = 1024;
const LONGEST_TRAILERS = 16 * 1024;
const LARGEST_SIGNED_CHUNK = 256 * 1024 * 1024;
const CRLF = Buffer.from('\r\n');

/** Content of an `aws-chunked` body; bytes of a signed chunk come only after its signature was found right. @throws PayloadError */
export async function* decodeChunks(
  source: AsyncIterable<Buffer>,
  framing: ChunkedFraming,
): AsyncGenerator<Buffer, void, undefined> {
  const reader = new ChunkReader(source);
  let previous = framing.seed.signature;
  let left = framing.decodedLength;
  for (;;) {
    const line = await reader.line(LONGEST_CHUNK_HEADER);
    if (line === undefined) break;
    const header = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?\r\n$/.exec(line);
    if (header === null || (framing.signed && header[2] === undefined)) throw new PayloadError('format');
    const size = Number.parseInt(header[1] ?? '', 16);
    left -= size;
    if (left < 0) throw new PayloadError('incomplete');
    if (header[2] === undefined) {
      yield* reader.bytes(size);
      await reader.endOfChunk(size);
    } else {
      if (size > LARGEST_SIGNED_CHUNK) throw new PayloadError('too-large');
      const chunk: Buffer[] = [];
      for await (const piece of reader.bytes(size)) chunk.push(piece);
      await reader.endOfChunk(size);
      previous = checkChunk(framing, previous, header[2], chunk);
      yield* chunk;
    }
    // Like RustFS, which reads no further once it has the announced length, unless it waits for trailers.
    if (left === 0 && size > 0 && !framing.trailer) return;
    if (size === 0) {
      framing.onTrailers(readTrailers(await reader.rest(LONGEST_TRAILERS), framing, previous));
      break;
    }
  }
  if (left > 0) throw new PayloadError('incomplete');
}

function checkChunk(framing: ChunkedFraming, previous: string, expected: string, chunk: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const piece of chunk) hash.update(piece);
  const { seed, scope } = framing;
  const signature = hexHmac(
    seed.key,
    `AWS4-HMAC-SHA256-PAYLOAD\n${seed.time}\n${scopeText(scope)}\n${previous}\n${EMPTY_SHA256}\n${hash.digest('hex')}`,
  );
  if (signature !== expected) throw new PayloadError('signature');
  return signature;
}

function readTrailers(bytes: Buffer, framing: ChunkedFraming, previous: string): ReadonlyMap<string, string> {
  const entries = bytes
    .toString('utf8')
    .split('\n')
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      if (colon < 0) throw new PayloadError('format');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    });
  if (entries.length === 0) return new Map();
  const given = entries.find(([name]) => name === SIGNATURE)?.[1];
  const trailers = entries.filter(([name]) => name !== SIGNATURE).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  if (given === undefined) {
    if (framing.signed) throw new PayloadError('format');
    return new Map(trailers);
  }
  const canonical = trailers.map(([name, value]) => `${name}:${value}\n`).join('');
  const { seed, scope } = framing;
  const signature = hexHmac(
    seed.key,
    `AWS4-HMAC-SHA256-TRAILER\n${seed.time}\n${scopeText(scope)}\n${previous}\n${hexSha256(canonical)}`,
  );
  if (signature !== given) throw new PayloadError('signature');
  return new Map(trailers);
}

const SIGNATURE = 'x-amz-trailer-signature';

/** Takes lines and counted bytes from a stream of buffers. */
class ChunkReader {
  private readonly source: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);

  constructor(source: AsyncIterable<Buffer>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** A line with its end; `undefined` at the end of the stream. */
  async line(longest: number): Promise<string | undefined> {
    for (;;) {
      const end = this.buffered.indexOf(0x0a);
      if (end >= 0) {
        if (end >= longest) throw new PayloadError('too-large');
        return this.take(end + 1).toString('latin1');
      }
      if (this.buffered.length > longest) throw new PayloadError('too-large');
      if (!(await this.more())) {
        if (this.buffered.length > 0) throw new PayloadError('incomplete');
        return undefined;
      }
    }
  }

  async *bytes(count: number): AsyncGenerator<Buffer, void, undefined> {
    for (let left = count; left > 0; ) {
      if (this.buffered.length === 0 && !(await this.more())) throw new PayloadError('incomplete');
      const piece = this.take(Math.min(left, this.buffered.length));
      left -= piece.length;
      yield piece;
    }
  }

  /** The line end after the bytes of a chunk; the last, empty chunk has none of its own. */
  async endOfChunk(size: number): Promise<void> {
    if (size === 0) return;
    while (this.buffered.length < 2) if (!(await this.more())) throw new PayloadError('incomplete');
    if (!this.take(2).equals(CRLF)) throw new PayloadError('format');
  }

  async rest(longest: number): Promise<Buffer> {
    while (await this.more()) if (this.buffered.length > longest) throw new PayloadError('too-large');
    return this.take(this.buffered.length);
  }

  private take(count: number): Buffer {
    const taken = this.buffered.subarray(0, count);
    this.buffered = this.buffered.subarray(count);
    return taken;
  }

  private async more(): Promise<boolean> {
    const next = await this.source.next();
    if (next.done) return false;
    this.buffered = this.buffered.length === 0 ? next.value : Buffer.concat([this.buffered, next.value]);
    return true;
  }
}
