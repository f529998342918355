import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT } from 'jose';
import { ProvisioningError } from '../../provisioning/errors.js';
import { askDevelopmentIssuer } from '../development-issuer/ask.js';
import type { FleetRole } from '../manifest/index.js';

/** Where web identity tokens come from. */
export interface TokenSource {
  /** A token that should be accepted; with a development issuer one that fits the role's conditions. */
  valid(role: FleetRole): Promise<string>;
  /** A signed token with other claims; absent where nobody signs what we ask for. */
  readonly mint?: (claims: JWTPayload) => Promise<string>;
}

/** A token from a file or a variable, such as a CI job or a pod gets. @throws ProvisioningError */
export function tokenFrom(text: string, origin: string): TokenSource {
  const token = text.trim();
  try {
    decodeJwt(token);
  } catch (cause) {
    throw new ProvisioningError(`${origin} holds no JWT: expected an OIDC token of one of the fleet's providers`, {
      cause,
    });
  }
  return { valid: async () => token };
}

/** Asks a development issuer for whatever is needed. */
export function tokensOfDevelopmentIssuer(issuer: string, clientId: string): TokenSource {
  const mint = (claims: JWTPayload) => askDevelopmentIssuer(issuer, claims);
  return { mint, valid: (role) => mint({ aud: clientId, ...claimsFor(role) }) };
}

/** Claims that satisfy the conditions of the first Allow for web identities. */
function claimsFor({ trust }: FleetRole): JWTPayload {
  const conditions =
    trust.find(({ effect, providers }) => effect === 'Allow' && providers.length > 0)?.conditions ?? {};
  const claims: JWTPayload = {};
  for (const [operator, block] of Object.entries(conditions)) {
    for (const [key, wanted] of Object.entries(block)) {
      const name = key === 'aws:userid' ? 'sub' : /^oidc:(.+)$/.exec(key)?.[1];
      const value = [wanted].flat()[0]?.replaceAll('*', 'x').replaceAll('?', 'x');
      if (name === undefined || value === undefined) continue;
      claims[name] = operator.startsWith('For') ? [value] : operator === 'Bool' ? value === 'true' : value;
    }
  }
  return claims;
}

let foreignKey: KeyObject | undefined;

/** The same claims, changed, under a key of ours: what an attacker without the provider's key can make. */
export function forged(token: string, claims: JWTPayload = {}): Promise<string> {
  foreignKey ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const { kid } = decodeProtectedHeader(token);
  return new SignJWT({ ...decodeJwt(token), ...claims })
    .setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) })
    .sign(foreignKey);
}

/** The same claims without any signature. */
export function unsigned(token: string): string {
  const header = { ...decodeProtectedHeader(token), alg: 'none' };
  return `${Buffer.from(JSON.stringify(header)).toString('base64url')}.${token.split('.')[1]}.`;
}
