import type { EmulatorContext } from '../context.js';
import { corsRulesOf } from './bucket-config/index.js';
import type { CorsRule } from './bucket-config/settings.js';

/** What a browser tells of a request to another origin. */
export interface CorsRequest {
  readonly method: string;
  /** Bucket of the path, if it names one. */
  readonly bucket: string | undefined;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

const PREFLIGHT_VARY = 'Access-Control-Request-Method, Access-Control-Request-Headers';
/** A request with one of these is made with credentials. */
export const CREDENTIAL_HEADERS = ['authorization', 'cookie', 'x-amz-security-token', 'x-amz-content-sha256'];

/**
 * Headers that let a browser hand an answer to a page of another origin (RustFS source 1.0.1 ecfs_extend.rs).
 * `undefined` if the bucket has no CORS configuration, empty if no rule fits.
 */
export function corsHeaders(
  context: Pick<EmulatorContext, 'buckets'>,
  { method, bucket: name, headers }: CorsRequest,
): Readonly<Record<string, string>> | undefined {
  const { origin } = headers;
  const bucket = name === undefined ? undefined : context.buckets.get(name);
  if (origin === undefined || bucket === undefined || !bucket.config.has('cors')) return undefined;
  const isPreflight = method === 'OPTIONS';
  const wantedMethod = headers['access-control-request-method'] ?? method;
  const wantedHeaders = isPreflight
    ? headers['access-control-request-headers']?.split(',').map((header) => header.trim().toLowerCase())
    : undefined;
  const rule = corsRulesOf(bucket).find(
    (candidate) =>
      candidate.AllowedOrigin.some((allowed) => matchesOrigin(allowed, origin)) &&
      candidate.AllowedMethod.includes(wantedMethod) &&
      allowsHeaders(candidate, wantedHeaders),
  );
  if (rule === undefined) return {};
  const withCredentials = CREDENTIAL_HEADERS.some((header) => headers[header] !== undefined);
  const reflected = !rule.AllowedOrigin.includes('*') || withCredentials;
  const vary = isPreflight ? `${reflected ? 'Origin, ' : ''}${PREFLIGHT_VARY}` : reflected ? 'Origin' : undefined;
  return {
    'access-control-allow-origin': reflected ? origin : '*',
    ...(vary !== undefined && { vary }),
    ...(withCredentials && { 'access-control-allow-credentials': 'true' }),
    'access-control-allow-methods': rule.AllowedMethod.join(', '),
    ...(wantedHeaders && { 'access-control-allow-headers': wantedHeaders.join(',') }),
    ...(!isPreflight && rule.ExposeHeader && { 'access-control-expose-headers': rule.ExposeHeader.join(', ') }),
    ...(isPreflight && rule.MaxAgeSeconds !== undefined && { 'access-control-max-age': String(rule.MaxAgeSeconds) }),
  };
}

/** Whether an origin fits a pattern with at most one `*`. */
function matchesOrigin(pattern: string, origin: string): boolean {
  const [start = '', end, ...more] = pattern.split('*');
  if (end === undefined) return pattern === origin;
  return more.length === 0 && origin.startsWith(start) && origin.endsWith(end);
}

function allowsHeaders({ AllowedHeader: allowed }: CorsRule, wanted: readonly string[] | undefined): boolean {
  if (wanted === undefined) return true;
  if (allowed === undefined) return false;
  const names = allowed.map((header) => header.toLowerCase());
  return wanted.every((header) => names.includes('*') || names.includes(header));
}
