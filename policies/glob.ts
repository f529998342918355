/**
 * RustFS matches patterns byte by byte (source: rustfs-policy `wildcard.rs`), so `?` is one byte of UTF-8. Text outside
 * ASCII is therefore brought into a string of its bytes first.
 */
export function toBytes(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** `*` matches any run of bytes, `?` exactly one. Both arguments as `toBytes` gives them. Linear in practice, never exponential. */
export function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let resume = 0;
  while (t < text.length) {
    const expected = pattern[p];
    if (expected === '*') {
      star = p++;
      resume = t;
    } else if (expected !== undefined && (expected === '?' || expected === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** A matcher for one pattern, specialised for the common forms `text` and `text*`. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const bytes = toBytes(pattern);
  const first = bytes.search(/[*?]/);
  if (first < 0) return (text) => text === bytes;
  if (first === bytes.length - 1 && bytes.endsWith('*')) {
    const prefix = bytes.slice(0, -1);
    return prefix === '' ? () => true : (text) => text.startsWith(prefix);
  }
  return (text) => globMatches(bytes, text);
}

/**
 * The resource string that policies are matched against: slash-cleaned as Go's `path.Clean` does, so `a/./b`, `a//b` and
 * `a/x/../b` are all `a/b` (source: rustfs-policy `resource.rs`). Empty when there is nothing to match.
 */
export function cleanResource(path: string): string {
  if (path === '') return '';
  if (!/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return path;
  const rooted = path.startsWith('/');
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (!rooted) out.push('..');
  }
  return (rooted ? '/' : '') + out.join('/');
}
