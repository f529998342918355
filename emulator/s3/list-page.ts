import type { QueryParameters } from '../context.js';
import { s3Error } from '../errors.js';
import { compareKeys, lowerBound } from './objects/key-order.js';

/** Which keys a listing asks for. */
export interface ListQuery {
  readonly prefix: string;
  /** Keys that go on with this after the prefix are rolled up. */
  readonly delimiter?: string;
  /** Only keys (and prefixes) after this one. */
  readonly after: string;
}

/** A key, or a prefix that stands for several. */
export type ListEntry = { readonly key: string } | { readonly commonPrefix: string };

const LARGEST_PAGE = 1000;

/** Keys and common prefixes in order. @param keys in listing order */
export function* listEntries(keys: readonly string[], query: ListQuery): Generator<ListEntry, void, undefined> {
  const { prefix, delimiter, after } = query;
  const first = compareKeys(after, prefix) > 0 ? after : prefix;
  for (let at = lowerBound(keys, first); at < keys.length; ) {
    const key = keys[at] ?? '';
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) return;
      at += 1;
      continue;
    }
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    if (end < 0 || delimiter === undefined) {
      if (key !== after) yield { key };
      at += 1;
      continue;
    }
    const commonPrefix = key.slice(0, end + delimiter.length);
    if (!after.startsWith(commonPrefix)) yield { commonPrefix };
    while (at < keys.length && keys[at]?.startsWith(commonPrefix)) at += 1;
  }
}

export function entryName(entry: ListEntry): string {
  return 'key' in entry ? entry.key : entry.commonPrefix;
}

/** `max-keys`, at most 1000. @throws EmulatorError InvalidArgument */
export function maxKeys(query: QueryParameters): number {
  const asked = integerParameter(query, 'max-keys') ?? LARGEST_PAGE;
  if (asked < 0) throw s3Error('InvalidArgument', 'Invalid max keys');
  return Math.min(asked, LARGEST_PAGE);
}

/** @throws EmulatorError InvalidArgument for what is no number */
export function integerParameter(query: QueryParameters, name: string): number | undefined {
  const text = query.get(name);
  if (text === undefined) return undefined;
  if (!/^[+-]?\d{1,10}$/.test(text) || Math.abs(Number(text)) > 2 ** 31) {
    throw s3Error('InvalidArgument', `invalid query: ${name}: ${text}`);
  }
  return Number(text);
}

/** How names are shown: percent-encoded with `encoding-type=url`. */
export function nameEncoder(query: QueryParameters): (name: string) => string {
  if (query.get('encoding-type') !== 'url') return (name) => name;
  return (name) =>
    name
      .split('/')
      .map((part) =>
        encodeURIComponent(part).replace(
          /[!'()*]/g,
          (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
        ),
      )
      .join('/');
}
