import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ClaimedRights, PolicyDocument } from '../../policies/index.js';
import type { IamState, StsSession } from './model.js';
import { generateAccessKey, generateSecretKey } from './service-accounts.js';

/**
 * A new session of a user: a key pair and a token (a JWT signed with the root secret, as RustFS issues).
 * @param claimed of a session by web identity
 */
export function createSession(
  iam: IamState,
  rootSecretKey: string,
  parentUser: string,
  seconds: number,
  policy?: PolicyDocument,
  claimed?: ClaimedRights,
): { accessKey: string; session: StsSession } {
  const expires = Math.floor(Date.now() / 1000) + seconds;
  const accessKey = generateAccessKey();
  const claims = {
    exp: expires,
    parent: parentUser,
    ...(policy && { sessionPolicy: Buffer.from(JSON.stringify(policy)).toString('base64url') }),
  };
  const session: StsSession = {
    secretKey: generateSecretKey(),
    sessionToken: signToken(claims, rootSecretKey),
    parentUser,
    expiration: new Date(expires * 1000).toISOString(),
    ...(policy && { policy }),
    ...(claimed && { claimed }),
  };
  iam.sessions.set(accessKey, session);
  return { accessKey, session };
}

export function isExpired(expiration: string | undefined): boolean {
  return expiration !== undefined && Date.parse(expiration) < Date.now();
}

export function liveSessionsOf(iam: IamState, parentUser: string): [string, StsSession][] {
  return [...iam.sessions].filter(([, session]) => session.parentUser === parentUser && !isExpired(session.expiration));
}

export function isSameToken(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function signToken(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ typ: 'JWT', alg: 'HS512' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha512', secret).update(signed).digest('base64url')}`;
}
