import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import { asList } from '../../policies/index.js';
import type { OidcProvider } from './discovery.js';

/** A token that RustFS does not accept, in its words. */
export class TokenRefusal extends Error {
  override readonly name = 'TokenRefusal';
}

export interface VerifiedToken {
  readonly provider: OidcProvider;
  readonly claims: JWTPayload;
}

/** Algorithms by the public key alone: `none` and those with a shared secret are never accepted. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];

const withoutSlash = (url: string) => url.replace(/\/$/, '');

function payloadOf(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    return {};
  }
}

const utc = (seconds: number) => new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');

/** What is wrong with the audience; RustFS wants its client id, and knows every other one by name. */
function audienceProblem({ config }: OidcProvider, { aud }: JWTPayload): string | undefined {
  const audiences = asList(aud);
  const { clientId, otherAudiences } = config;
  if (!audiences.includes(clientId)) {
    const found = audiences.map((audience) => `\`${audience}\``).join(', ');
    return `Invalid audiences: must contain \`${clientId}\` (found audiences: ${found})`;
  }
  const stranger = audiences.find((audience) => audience !== clientId && !otherAudiences.includes(audience));
  return stranger && `Invalid audiences: \`${stranger}\` is not a trusted audience`;
}

async function isSignedBy({ keys }: OidcProvider, token: string): Promise<boolean> {
  try {
    await jwtVerify(token, keys, { algorithms: ALGORITHMS, currentDate: new Date(0) });
    return true;
  } catch (error) {
    // Signed right, but not for that date: times are judged apart, as RustFS does not know "not before".
    return error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired;
  }
}

/**
 * Checks a web identity token as RustFS does, in its order: issuer, audience, signature, expiry; not `nbf`, not `azp`, no
 * allowance for clocks (seen on a running 1.0.1).
 * @throws TokenRefusal
 */
export async function verifyToken(providers: readonly OidcProvider[], token: string): Promise<VerifiedToken> {
  const claims = payloadOf(token);
  const { iss } = claims;
  if (typeof iss !== 'string') throw new TokenRefusal("JWT missing 'iss' claim");
  const provider = providers.find(({ issuer }) => withoutSlash(issuer) === withoutSlash(iss));
  if (provider === undefined) throw new TokenRefusal(`no OIDC provider configured for issuer: ${iss}`);
  for (const field of ['exp', 'iat', 'sub'] as const) {
    if (claims[field] !== undefined) continue;
    const length = JSON.stringify(claims).length;
    const inner = `Error("missing field \`${field}\`", line: 1, column: ${length})`;
    throw new TokenRefusal(`failed to parse JWT as ID token: Failed to parse payload JSON: ${inner}`);
  }
  const now = Date.now() / 1000;
  const problem =
    (iss === provider.issuer ? undefined : `Invalid issuer: expected \`${provider.issuer}\` (found \`${iss}\`)`) ??
    audienceProblem(provider, claims) ??
    ((await isSignedBy(provider, token)) ? undefined : 'Signature verification failed') ??
    (Number(claims.exp) > now
      ? undefined
      : `Expired: ID token expired at ${utc(Number(claims.exp))} (current time is ${utc(Math.floor(now))})`);
  if (problem !== undefined) throw new TokenRefusal(`ID token verification failed after JWKS refresh: ${problem}`);
  return { provider, claims };
}

/** Who signed in, for people: the user name, else the e-mail address, else the subject (seen on a running 1.0.1). */
export function userNameOf({ provider: { config }, claims }: VerifiedToken): string {
  const named = [config.usernameClaim, config.emailClaim, 'sub'].map((name) => claims[name]);
  return named.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}
