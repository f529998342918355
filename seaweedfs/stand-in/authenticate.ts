import { EmulatorError } from '../../emulator/context.js';
import { accessDenied, s3Error } from '../../emulator/errors.js';
import type { Incoming } from '../../emulator/http/incoming.js';
import { EMPTY_SHA256 } from '../../emulator/sigv4/signing-key.js';
import { uniqueHeader, type Verified, verifySignature } from '../../emulator/sigv4/verify.js';
import type { StaticIdentity } from './identities.js';
import type { Iam } from './load.js';
import { credentialsOf, readSession, type SessionClaims } from './session.js';
import type { GatewayState } from './state.js';

/** Who sent a request. */
export type Caller =
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'static'; readonly identity: StaticIdentity; readonly verified: Verified }
  | { readonly kind: 'session'; readonly session: SessionClaims; readonly verified?: Verified };

const CLOCK_SKEW_SECONDS = 900;

/**
 * Checks the signature of a request: static keys, sessions (header and presigned), session tokens as Bearer.
 * @throws EmulatorError `InvalidAccessKeyId`, `SignatureDoesNotMatch` and others; a session of another key or issuer counts
 * as an unknown access key
 */
export async function authenticate(
  { gateway: { iam, identities } }: GatewayState,
  incoming: Incoming,
  bodySha256: () => Promise<string> = async () => EMPTY_SHA256,
): Promise<Caller> {
  const bearer = /^Bearer (.+)$/.exec(uniqueHeader(incoming, 'authorization') ?? '')?.[1];
  if (bearer !== undefined) return { kind: 'session', session: await bearerSession(iam, bearer) };
  const token = uniqueHeader(incoming, 'x-amz-security-token') ?? incoming.query.get('X-Amz-Security-Token');
  const session = token === undefined || iam === undefined ? undefined : await readSession(iam, token);
  const temporary = session && credentialsOf(session.sid);
  const verified = await verifySignature(incoming, {
    profile: { clockSkewSeconds: CLOCK_SKEW_SECONDS, strictHeaders: false },
    secretOf: (accessKey) =>
      token === undefined
        ? identities.byAccessKey.get(accessKey)?.secret
        : accessKey === temporary?.accessKeyId
          ? temporary.secretAccessKey
          : undefined,
    bodySha256,
  }).catch((error: unknown) => {
    throw worded(error);
  });
  if (verified === undefined) return { kind: 'anonymous' };
  if (session) return { kind: 'session', session, verified };
  const identity = identities.byAccessKey.get(verified.accessKey);
  if (identity === undefined) throw unknownKey();
  return { kind: 'static', identity, verified };
}

async function bearerSession(iam: Iam | undefined, token: string): Promise<SessionClaims> {
  const session = iam && (await readSession(iam, token));
  if (session) return session;
  // OIDC tokens as Bearer need a roleMapping, which is not modelled; without one they are refused.
  throw accessDenied('Access Denied.');
}

function unknownKey(): EmulatorError {
  return s3Error('InvalidAccessKeyId', 'The access key ID you provided does not exist in our records.');
}

/** The refusal in SeaweedFS' words. */
function worded(error: unknown): unknown {
  if (!(error instanceof EmulatorError)) return error;
  if (error.code === 'InvalidAccessKeyId') return unknownKey();
  if (error.code !== 'SignatureDoesNotMatch') return error;
  return s3Error(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}
