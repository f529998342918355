import { XMLParser } from 'fast-xml-parser';
import { RustFsError } from '../../provisioning/errors.js';
import type { Credentials, Wire, WireRequest } from '../../provisioning/wire.js';

/** An answer, or why there was none. */
export interface Answer {
  /** 0 without an answer. */
  readonly status: number;
  /** Error code of an XML body, else empty. */
  readonly code: string;
  readonly body: string;
  /** For people: `403 AccessDenied`. */
  readonly text: string;
  readonly standIn: boolean;
}

export type Who = Credentials | 'anonymous';

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: (name) => name === 'member' });

/** What the text of an answer begins with where there was none. */
export const NO_ANSWER = 'no answer';

/**
 * Sends without the repetitions that clients make, so that every refusal is seen. Only a connection that was closed before
 * its request was answered is no answer of anybody: a balancer closes kept connections when it is reloaded (RFC 9112, 9.3.1).
 */
export async function ask(wire: Wire, request: WireRequest, who: Who): Promise<Answer> {
  const first = await askOnce(wire, request, who);
  return first.code === 'ECONNRESET' ? askOnce(wire, request, who) : first;
}

async function askOnce(wire: Wire, request: WireRequest, who: Who): Promise<Answer> {
  try {
    const { status, headers, body } = await wire.send(request, who, { retry: false });
    const text = body.toString('utf8');
    const code = status < 300 ? '' : (errorOf(text)?.Code ?? '');
    return {
      status,
      code,
      body: text,
      text: `${status} ${status < 300 ? 'OK' : code || 'without a code'}`,
      standIn: 'x-emulated-by' in headers,
    };
  } catch (error) {
    if (!(error instanceof RustFsError)) throw error;
    return { status: 0, code: error.code, body: '', text: `${NO_ANSWER} (${error.code})`, standIn: false };
  }
}

/** `POST /` with a form: STS and IAM. */
export function call(
  wire: Wire,
  action: string,
  parameters: Readonly<Record<string, string>>,
  who: Who,
): Promise<Answer> {
  return ask(
    wire,
    {
      method: 'POST',
      path: '/',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ Action: action, Version: '2011-06-15', ...parameters }).toString(),
    },
    who,
  );
}

interface XmlError {
  readonly Code?: string;
  readonly Message?: string;
}

function parse(xml: string): Record<string, unknown> {
  try {
    return parser.parse(xml) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function errorOf(xml: string): XmlError | undefined {
  const { Error: s3, ErrorResponse: sts } = parse(xml) as { Error?: XmlError; ErrorResponse?: { Error?: XmlError } };
  return sts?.Error ?? s3;
}

export function messageOf({ body }: Answer): string {
  return errorOf(body)?.Message ?? '';
}

export function isStsError({ body }: Answer): boolean {
  return /<ErrorResponse xmlns="https:\/\/sts\.amazonaws\.com\/doc\/2011-06-15\/"/.test(body);
}

/** Content of `<actionResponse><actionResult>`. */
export function resultOf(action: string, { body }: Answer): Record<string, unknown> {
  const response = parse(body)[`${action}Response`] as Record<string, Record<string, unknown>> | undefined;
  return response?.[`${action}Result`] ?? {};
}

export interface Session {
  readonly credentials: Credentials;
  readonly expiration: Date;
}

/** The session that an `Assume…` action gave; `undefined` if it gave none. */
export function sessionOf(action: string, answer: Answer): Session | undefined {
  const { Credentials } = resultOf(action, answer) as { Credentials?: Record<string, string> };
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
  if (!AccessKeyId || !SecretAccessKey || !SessionToken || !Expiration) return undefined;
  return {
    credentials: { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken },
    expiration: new Date(Expiration),
  };
}

export const ROLE_SESSION = 'cdktf-rustfs-proof';

export function assumeRole(wire: Wire, roleArn: string | undefined, who: Who): Promise<Answer> {
  return call(wire, 'AssumeRole', { RoleSessionName: ROLE_SESSION, ...(roleArn && { RoleArn: roleArn }) }, who);
}

export function assumeWithToken(wire: Wire, roleArn: string, token: string): Promise<Answer> {
  const parameters = { RoleArn: roleArn, RoleSessionName: ROLE_SESSION, WebIdentityToken: token };
  return call(wire, 'AssumeRoleWithWebIdentity', parameters, 'anonymous');
}
