import type { QueryParameters } from '../context.js';

/** Reads a query string as a form: `+` is a space, invalid UTF-8 becomes U+FFFD, empty parts are skipped. */
export function parseQuery(text: string): QueryParameters {
  const pairs: [string, string][] = [];
  for (const part of text === '' ? [] : text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    pairs.push(equals < 0 ? [decode(part), ''] : [decode(part.slice(0, equals)), decode(part.slice(equals + 1))]);
  }
  return {
    pairs,
    has: (name) => pairs.some(([key]) => key === name),
    get: (name) => pairs.find(([key]) => key === name)?.[1],
    all: (name) => pairs.filter(([key]) => key === name).map(([, value]) => value),
  };
}

function decode(text: string): string {
  if (!/[%+\u0080-\uffff]/.test(text)) return text;
  return percentDecode(text.replaceAll('+', ' ')).toString('utf8');
}

/** Decodes `%XX` and leaves anything else, invalid sequences included, as it is. */
export function percentDecode(text: string): Buffer {
  const source = Buffer.from(text, 'latin1');
  if (!source.includes(PERCENT)) return source;
  const target = Buffer.allocUnsafe(source.length);
  let length = 0;
  for (let at = 0; at < source.length; at += 1) {
    const byte = source[at] ?? 0;
    const high = byte === PERCENT ? hexValue(source[at + 1]) : -1;
    const low = high < 0 ? -1 : hexValue(source[at + 2]);
    if (low < 0) {
      target[length] = byte;
    } else {
      target[length] = high * 16 + low;
      at += 2;
    }
    length += 1;
  }
  return target.subarray(0, length);
}

const PERCENT = 0x25;

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
