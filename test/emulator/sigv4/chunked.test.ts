import { describe, expect, test } from 'vitest';
import { type ChunkedFraming, decodeChunks } from '../../../emulator/sigv4/chunked.js';
import { signingKey } from '../../../emulator/sigv4/signing-key.js';

/** The example of "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks". */
const SCOPE = { date: '20130524', region: 'us-east-1', service: 's3' };
const SEED = {
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  time: '20130524T000000Z',
  key: signingKey('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', SCOPE),
};
const CHUNKS = [
  ['10000', 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648', 'a'.repeat(65536)],
  ['400', '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497', 'a'.repeat(1024)],
  ['0', 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9', ''],
] as const;
const EXAMPLE = CHUNKS.map(([size, signature, data]) => `${size};chunk-signature=${signature}\r\n${data}\r\n`).join('');

async function decode(body: string, framing: Partial<ChunkedFraming> = {}, pieceSize = body.length) {
  const trailers = new Map<string, string>();
  const pieces = (async function* () {
    for (let at = 0; at < body.length; at += pieceSize) yield Buffer.from(body.slice(at, at + pieceSize), 'latin1');
  })();
  const content: Buffer[] = [];
  const chunks = decodeChunks(pieces, {
    signed: true,
    trailer: false,
    scope: SCOPE,
    seed: SEED,
    decodedLength: 66560,
    onTrailers: (found) => {
      for (const [name, value] of found) trailers.set(name, value);
    },
    ...framing,
  });
  for await (const chunk of chunks) content.push(chunk);
  return { content: Buffer.concat(content).toString('latin1'), trailers: Object.fromEntries(trailers) };
}

const UNSIGNED = { signed: false, trailer: true, decodedLength: 11 };

describe('signed chunks', () => {
  test.each([EXAMPLE.length, 1000, 7])('are decoded from pieces of %i bytes', async (pieceSize) => {
    const { content } = await decode(EXAMPLE, {}, pieceSize);
    expect(content).toBe('a'.repeat(66560));
  });

  test('with another byte are refused before they are handed on', async () => {
    const changed = EXAMPLE.replace('aaaa\r\n400', 'aaab\r\n400');
    await expect(decode(changed)).rejects.toThrow(/^AwsChunkedStreamError: SignatureMismatch$/);
  });

  test('need a signature each', async () => {
    await expect(decode('5\r\nhello\r\n0\r\n\r\n', { decodedLength: 5 })).rejects.toThrow(
      /^AwsChunkedStreamError: FormatError$/,
    );
  });

  test('that are cut off are refused', async () => {
    await expect(decode(EXAMPLE.slice(0, 1000))).rejects.toThrow(/^AwsChunkedStreamError: Incomplete$/);
  });
});

describe('unsigned chunks', () => {
  test('come with trailers', async () => {
    const body = '6\r\nhello \r\n5\r\nworld\r\n0\r\nX-Amz-Checksum-CRC32: DUoRhQ==\r\n\r\n';
    expect(await decode(body, UNSIGNED, 3)).toEqual({
      content: 'hello world',
      trailers: { 'x-amz-checksum-crc32': 'DUoRhQ==' },
    });
  });

  test('longer than announced are refused', async () => {
    await expect(decode('b\r\nhello world\r\n0\r\n\r\n', { ...UNSIGNED, decodedLength: 5 })).rejects.toThrow(
      /^AwsChunkedStreamError: Incomplete$/,
    );
  });

  test('shorter than announced are refused', async () => {
    await expect(decode('5\r\nhello\r\n0\r\n\r\n', UNSIGNED)).rejects.toThrow(/^AwsChunkedStreamError: Incomplete$/);
  });

  test.each(['zz\r\n', '5\r\nhelloXX0\r\n\r\n', '0\r\nno trailer\r\n\r\n', `${'1'.repeat(9)}\r\n`])(
    'of a wrong form are refused: %j',
    async (body) => {
      await expect(decode(body, { ...UNSIGNED, decodedLength: 5 })).rejects.toThrow(
        /^AwsChunkedStreamError: FormatError$/,
      );
    },
  );
});
