import { createHash, randomBytes } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import type { Iam } from './load.js';

/** What a session token carries: everything, as no gateway keeps any state. */
export interface SessionClaims {
  readonly sid: string;
  /** Session name. */
  readonly snam: string;
  /** Role ARN; of a session without role the user's ARN. */
  readonly role: string;
  readonly assumed: string;
  /** Name of the static identity whose rights a session without role has. */
  readonly principal: string;
  /** Inline policy, JSON. */
  readonly spol?: string;
  /** Claims of the web identity. */
  readonly req_ctx?: Readonly<Record<string, unknown>>;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Both are hashes of the session id, so whoever has the token has the credential. Recorded: session.derived-from-token. */
export function credentialsOf(sid: string): SessionCredentials {
  const hash = (purpose: string) => createHash('sha256').update(`${purpose}:${sid}`).digest();
  return {
    accessKeyId: `ASIA${hash('access-key').subarray(0, 8).toString('hex')}`,
    secretAccessKey: hash('secret-key').toString('base64'),
  };
}

export interface IssuedSession extends SessionCredentials {
  readonly sessionToken: string;
  readonly expiration: Date;
}

export async function issueSession(
  iam: Iam,
  claims: Omit<SessionClaims, 'sid'>,
  milliseconds: number,
): Promise<IssuedSession> {
  const sid = randomBytes(16).toString('hex');
  const expiration = new Date(Date.now() + milliseconds);
  const sessionToken = await new SignJWT({ ...claims, sid, typ: 'session' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer(iam.issuer)
    .setSubject(sid)
    .setJti(sid)
    .setIssuedAt()
    .setExpirationTime(Math.floor(expiration.getTime() / 1000))
    .sign(iam.signingKey);
  return { ...credentialsOf(sid), sessionToken, expiration };
}

/** The session of a token that a gateway with the same key and issuer signed; `undefined` for any other. */
export async function readSession(iam: Iam, token: string): Promise<SessionClaims | undefined> {
  try {
    const { payload } = await jwtVerify<SessionClaims>(token, iam.signingKey, {
      algorithms: ['HS256'],
      issuer: iam.issuer,
      requiredClaims: ['sid', 'exp'],
    });
    return payload;
  } catch {
    return undefined;
  }
}

/** Role that an ARN names, with any account or none; empty for what is no role's ARN. */
export function roleName(arn: string): string {
  return /^arn:aws:iam::(?:\d*:)?role\/(.+)$/.exec(arn)?.[1] ?? '';
}
