import { DEFAULT_SESSION_SECONDS, LONGEST_SESSION_SECONDS, SHORTEST_SESSION_SECONDS } from '../../manifest/index.js';
import { refusal } from '../client/response.js';
import { ProvisioningError } from '../errors.js';
import type { Credentials, Wire, WireRequest } from '../wire.js';

/** Credentials that end by themselves. */
export interface SessionCredentials extends Required<Credentials> {
  /** ISO 8601, UTC. */
  readonly expiration: string;
}

export interface SignInOptions {
  /** 900 to 43200: 1.0.1 keeps every session within, and beta.7 would take anything. @default 3600 */
  readonly seconds?: number;
  /** What is taken for `seconds` at least; RustFS makes 900 of less, only an emulator may be told otherwise. @default 900 */
  readonly shortest?: number;
  /** JSON of a policy that narrows the session, at most 2048 bytes. @default - all that the identity may do */
  readonly policy?: string;
}

const LONGEST_POLICY = 2048;

function form(
  action: string,
  { seconds = DEFAULT_SESSION_SECONDS, shortest = SHORTEST_SESSION_SECONDS, policy }: SignInOptions,
  more: Readonly<Record<string, string>>,
): WireRequest {
  if (!Number.isInteger(seconds) || seconds < shortest || seconds > LONGEST_SESSION_SECONDS)
    throw new ProvisioningError(
      `a session of ${seconds} seconds cannot be had: expected ${shortest} to ${LONGEST_SESSION_SECONDS}`,
    );
  if (policy !== undefined && Buffer.byteLength(policy) > LONGEST_POLICY)
    throw new ProvisioningError(
      `the session policy has ${Buffer.byteLength(policy)} bytes, and RustFS takes ${LONGEST_POLICY}: shorten it, or narrow the user's own policies`,
    );
  const fields = { Action: action, Version: '2011-06-15', DurationSeconds: String(seconds), ...more };
  const body = new URLSearchParams(policy === undefined ? fields : { ...fields, Policy: policy }).toString();
  return { method: 'POST', path: '/', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body };
}

async function signIn(
  wire: Wire,
  request: WireRequest,
  credentials: Credentials | 'anonymous',
): Promise<SessionCredentials> {
  const response = await wire.send(request, credentials);
  if (response.status !== 200) throw refusal(request, response);
  const text = response.body.toString('utf8');
  const found = (name: string) => {
    const value = new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1];
    if (value !== undefined) return value;
    throw new ProvisioningError(
      `${wire.endpoint} answered a sign-in without ${name}: is this RustFS, or a proxy before it?`,
    );
  };
  return {
    accessKeyId: found('AccessKeyId'),
    secretAccessKey: found('SecretAccessKey'),
    sessionToken: found('SessionToken'),
    expiration: found('Expiration'),
  };
}

/**
 * A session of a user by its own secret (AssumeRole). Access keys and sessions are refused by RustFS, and beta.7 wants
 * `sts:AssumeRole` among the user's policies (recorded: 09-sts).
 * @throws RustFsError, ProvisioningError
 */
export function assumeRole(wire: Wire, user: Credentials, options: SignInOptions = {}): Promise<SessionCredentials> {
  return signIn(wire, form('AssumeRole', options, {}), user);
}

/** A session for who holds an ID token of a configured provider (AssumeRoleWithWebIdentity). @throws RustFsError, ProvisioningError */
export function assumeRoleWithWebIdentity(
  wire: Wire,
  token: string,
  options: SignInOptions = {},
): Promise<SessionCredentials> {
  const request = form('AssumeRoleWithWebIdentity', options, { WebIdentityToken: token });
  return signIn(wire, request, 'anonymous');
}
