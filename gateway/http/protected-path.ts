/**
 * Paths of RustFS that are not S3 and must not be reached from outside.
 *
 * RustFS 1.0.1 decides by the raw path of the request line, before virtual-host parsing and for every Host: no percent-decoding,
 * no dot segments, no case folding, slashes kept (source: server/prefix.rs `has_path_prefix`, admin/router.rs `is_match`; 1.0.0-beta.7
 * compares with `starts_with`, so what only begins with a prefix counts as well). Literal prefixes would therefore be enough
 * against RustFS itself. Everything else here is for what may stand between, now or later: a decoding proxy, another server version.
 *
 * A bucket named like the first segment stays usable for other keys; RustFS itself cannot serve the ones that are refused.
 */
export const PROTECTED_PREFIXES = [
  'rustfs/admin',
  'rustfs/console',
  'rustfs/rpc',
  'rustfs/peer',
  'minio/admin',
  'minio/health',
  'iceberg/v1',
  '_iceberg/v1',
  'node_service.',
  'profile/cpu',
  'profile/memory',
  'v1/',
];

export const PROTECTED_PATHS = ['health', 'health/live', 'health/ready'];

/** Layers of encoding that are followed; a path with more of them is refused. */
const LAYERS = 8;

/** What stays as it is under every reading below, and needs no second look. */
const PLAIN = /^\/(?:[a-z0-9_~-]+(?:\.[a-z0-9_~-]+)*(?:\/|$))*$/;

/** Can this raw path, by any reading of it, mean a path that is not for the outside? */
export function isProtectedPath(rawPath: string): boolean {
  if (PLAIN.test(rawPath)) return isProtected(rawPath.slice(1)) || isProtected(rawPath.slice(1).replace(/\/$/, ''));
  let bytes = rawPath;
  for (let layer = 0; layer <= LAYERS; layer++) {
    if (readings(bytes).some(isProtected)) return true;
    const decoded = percentDecode(bytes);
    if (decoded === bytes) return false;
    bytes = decoded;
  }
  return true;
}

function isProtected(path: string): boolean {
  return PROTECTED_PATHS.includes(path) || PROTECTED_PREFIXES.some((prefix) => path.startsWith(prefix));
}

/** Percent-decodes once, to one character for each byte; what is no escape stays. `%u002f` is an escape of some servers. */
function percentDecode(bytes: string): string {
  return bytes
    .replace(/%u00([0-9a-f]{2})/gi, '%$1')
    .replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** A path as different servers would understand it. */
function readings(bytes: string): string[] {
  const characters = Buffer.from(shortestForm(bytes), 'latin1').toString('utf8').normalize('NFKC').toLowerCase();
  const segments = characters
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replaceAll('\\', '/')
    .split('/')
    .map(plainSegment);
  const kept = segments.filter((segment) => segment !== '' && segment !== '.');
  const climbed: string[] = [];
  for (const segment of kept) {
    if (segment === '..') climbed.pop();
    else climbed.push(segment);
  }
  return [bytes.slice(1).toLowerCase(), kept.join('/'), climbed.join('/')].flatMap((path) => [path, `${path}/`]);
}

/** Without path parameters, a query or fragment that was encoded, and the dots and blanks that some file systems drop. */
function plainSegment(segment: string): string {
  const [name = ''] = segment.split(/[;?#]/);
  const trimmed = name.trim();
  return /^\.{1,2}$/.test(trimmed) ? trimmed : trimmed.replace(/[. ]+$/, '');
}

/** Overlong UTF-8 (`%c0%af` for a slash), which careless decoders accept, in its shortest form. */
function shortestForm(bytes: string): string {
  const bits = (text: string) => [...text].reduce((code, byte) => (code << 6) | (byte.charCodeAt(0) & 0x3f), 0);
  return bytes
    .replace(/[\xc0\xc1][\x80-\xbf]/g, (text) => String.fromCharCode(bits(text) & 0x7f))
    .replace(/\xe0[\x80\x81][\x80-\xbf]/g, (text) => String.fromCharCode(bits(text.slice(1)) & 0x7f))
    .replace(/\xf0\x80[\x80\x81][\x80-\xbf]/g, (text) => String.fromCharCode(bits(text.slice(2)) & 0x7f));
}
