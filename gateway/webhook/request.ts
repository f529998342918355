import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export function tokenDigest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** RustFS sends one word as `Bearer <word>`. Digests are compared, so that time tells nothing of length or content. */
export function isAuthorized({ headers }: IncomingMessage, expected: Buffer): boolean {
  const [, token = ''] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  return timingSafeEqual(tokenDigest(token), expected);
}

/** The body as text; undefined if it has more bytes. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
