import { PROTECTED_PATHS, PROTECTED_PREFIXES } from '../http/protected-path.js';

/** Any number of further encodings of the percent sign. */
const PERCENT = '%(?:25)*';
const SEPARATOR = `(?:/|\\\\|${PERCENT}(?:2f|5c))`;
const DOT = `(?:[.]|${PERCENT}2e)`;
/** Slashes and `.` segments that normalising servers drop. */
const SEPARATORS = `${SEPARATOR}(?:${DOT}?${SEPARATOR})*`;
const PARAMETERS = '(?:;[^/?%]*)?';

/**
 * Regular expressions (PCRE, without regard to case) for a raw path that may mean one that is not for the outside, for proxies
 * that cannot run {@link isProtectedPath}: every character literal or percent-encoded, however often; separators repeated or
 * backslashes; dot segments; path parameters. RustFS itself compares literally.
 */
export function protectedPatterns(): string[] {
  const end = `${PARAMETERS}${SEPARATOR}*(?:$|[?])`;
  const paths = [...PROTECTED_PREFIXES.map(path), ...PROTECTED_PATHS.map((text) => `${path(text)}${end}`)];
  const climbs = `${SEPARATOR}${DOT}${DOT}${PARAMETERS}${SEPARATOR}`;
  const firstWords = PROTECTED_PREFIXES.filter((prefix) => prefix.includes('/')).map(
    (prefix) => prefix.split('/')[0] ?? '',
  );
  return [
    ...paths.map((pattern) => `^${SEPARATORS}${pattern}`),
    ...paths.map((pattern) => `^[^?]*${climbs}(?:[^?]*${SEPARATOR})?${pattern}`),
    // A segment between the two words of a prefix that is climbed out of again.
    ...[...new Set(firstWords)].map((word) => `^${SEPARATORS}${path(word)}${SEPARATOR}[^?]*${climbs}`),
  ];
}

function path(text: string): string {
  return text
    .split('/')
    .map((segment) => [...segment].map(character).join(''))
    .join(`${PARAMETERS}${SEPARATORS}`);
}

function character(letter: string): string {
  const code = letter.charCodeAt(0);
  const hex = code.toString(16);
  const either = /[a-z]/.test(letter) ? `[${hex[0]}${Number(hex[0]) - 2}]${hex[1]}` : hex;
  return `(?:${letter === '.' ? '[.]' : letter}|${PERCENT}${either})`;
}
