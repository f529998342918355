import { s3Error } from '../errors.js';
import type { CredentialScope } from './signing-key.js';

/** Access key and scope, `<access key>/<date>/<region>/<service>/aws4_request`. */
export interface Credential {
  readonly accessKey: string;
  readonly scope: CredentialScope;
}

/** Content of a SigV4 `Authorization` header. */
export interface Authorization {
  readonly algorithm: string;
  readonly credential: Credential;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** Content of a presigned query. */
export interface PresignedQuery extends Authorization {
  readonly time: string;
  /** Validity in seconds. */
  readonly expires: number;
}

export const ALGORITHM = 'AWS4-HMAC-SHA256';
const LONGEST_EXPIRY = 7 * 24 * 60 * 60;
const HEX_SHA256 = /^[0-9a-f]{64}$/;

/** @throws EmulatorError */
export function parseAuthorization(header: string): Authorization {
  const match =
    /^(\S+)\s+Credential=([^/]*\/\d{8}\/[^/]*\/[^/]+\/aws4_request),\s*SignedHeaders=([^,]*),\s*Signature=(\S*)\s*$/.exec(
      header,
    );
  const credential = match === null ? undefined : parseCredential(match[2] ?? '');
  if (match === null || credential === undefined) throw s3Error('InvalidRequest', 'invalid header: authorization');
  const [, algorithm = '', , signedHeaders = '', signature = ''] = match;
  if (!HEX_SHA256.test(signature)) {
    throw s3Error('SignatureDoesNotMatch', 'invalid header: authorization: invalid signature');
  }
  return { algorithm, credential, signedHeaders: signedHeaders.split(';'), signature };
}

/** @throws EmulatorError AuthorizationQueryParametersError */
export function parsePresignedQuery(unique: (name: string) => string | undefined): PresignedQuery {
  const algorithm = unique('X-Amz-Algorithm');
  const credential = parseCredential(unique('X-Amz-Credential') ?? '');
  const time = unique('X-Amz-Date') ?? '';
  const expires = unique('X-Amz-Expires') ?? '';
  const signedHeaders = unique('X-Amz-SignedHeaders');
  const signature = unique('X-Amz-Signature') ?? '';
  if (
    algorithm === undefined ||
    credential === undefined ||
    signedHeaders === undefined ||
    parseAmzDate(time) === undefined ||
    !/^\+?\d{1,10}$/.test(expires) ||
    Number(expires) > LONGEST_EXPIRY ||
    !HEX_SHA256.test(signature)
  ) {
    throw s3Error(
      'AuthorizationQueryParametersError',
      'The authorization query parameters that you provided are not valid.',
    );
  }
  return {
    algorithm,
    credential,
    time,
    expires: Number(expires),
    signedHeaders: signedHeaders.split(';'),
    signature,
  };
}

export function parseCredential(text: string): Credential | undefined {
  const match = /^([^/]*)\/(\d{8})\/([^/]*)\/([^/]+)\/aws4_request$/.exec(text);
  if (match === null) return undefined;
  const [, accessKey = '', date = '', region = '', service = ''] = match;
  return parseAmzDate(`${date}T000000Z`) === undefined ? undefined : { accessKey, scope: { date, region, service } };
}

/** `20260102T030405Z` as milliseconds since 1970. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  const back = new Date(time);
  const exact =
    back.getUTCMonth() === month - 1 && back.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  return exact ? time : undefined;
}
