import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, type JSONWebKeySet, type JWTPayload } from 'jose';
import { StsError } from './errors.js';
import type { OidcProvider } from './load.js';

const JWKS_LIFETIME_MS = 3600_000;
const FETCH_TIMEOUT_MS = 60_000;
const ALGORITHMS = /^(?:RS|ES)(?:256|384|512)$/;

/** Claims as they stand in a token, unverified: what trust policies are evaluated with. */
export function unverifiedClaims(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** Checks tokens of one provider. Each gateway has its own, with its own cache of keys. */
export class TokenValidator {
  private keys: { readonly set: JSONWebKeySet; readonly at: number } | undefined;

  constructor(private readonly provider: OidcProvider) {}

  /**
   * What 4.44 checks, in its order; `exp` may be absent, `iat` is not looked at. Recorded: `token.*`.
   * @throws StsError
   */
  async validate(token: string): Promise<JWTPayload> {
    const header = this.header(token);
    if (header.kid === undefined) throw this.failed('missing key ID in JWT header');
    const jwk = await this.key(header.kid);
    if (!ALGORITHMS.test(header.alg ?? '')) {
      throw badToken(`token is unverifiable: error while executing keyfunc: unsupported signing method: ${header.alg}`);
    }
    const claims = await importJWK(jwk, header.alg)
      .then((key) => compactVerify(token, key))
      .then(({ payload }) => JSON.parse(Buffer.from(payload).toString('utf8')) as JWTPayload)
      .catch(() => {
        throw badToken('token signature is invalid');
      });
    const now = Date.now() / 1000;
    if (claims.exp !== undefined && claims.exp <= now) {
      throw new StsError(400, 'ExpiredTokenException', 'failed to validate web identity token: token has expired');
    }
    if (claims.nbf !== undefined && claims.nbf > now) {
      throw badToken('token has invalid claims: token is not valid yet');
    }
    const audiences = [claims.aud ?? [], claims.azp ?? []].flat();
    if (!audiences.some((audience) => this.provider.clientIds.includes(String(audience)))) {
      throw badToken('token audience matches none of the configured client IDs', 'invalid token audience');
    }
    if (!claims.sub) throw badToken('missing subject claim', 'missing required claims');
    return claims;
  }

  private header(token: string) {
    try {
      return decodeProtectedHeader(token);
    } catch {
      throw this.failed('malformed header');
    }
  }

  /** An unknown key id fetches the keys again, each time. */
  private async key(kid: string) {
    const find = () => this.keys?.set.keys.find((key) => key.kid === kid);
    const fresh = this.keys !== undefined && Date.now() - this.keys.at < JWKS_LIFETIME_MS;
    const known = fresh ? find() : undefined;
    if (known) return known;
    const set = await this.fetchKeys().catch((cause: Error) => {
      throw this.failed(`failed to get public key: failed to fetch JWKS: ${cause.message}`);
    });
    this.keys = { set, at: Date.now() };
    const found = find();
    if (found) return found;
    throw this.failed(`failed to get public key: key with ID ${kid} not found in JWKS after refresh`);
  }

  private async fetchKeys(): Promise<JSONWebKeySet> {
    const { issuer, jwksUri } = this.provider;
    const base = issuer.replace(/\/$/, '');
    const discovered = jwksUri ?? (await discover(base, issuer)) ?? `${base}/.well-known/jwks.json`;
    return fetchJson<JSONWebKeySet>(discovered);
  }

  private failed(reason: string): StsError {
    return new StsError(
      403,
      'AccessDenied',
      'failed to validate web identity token: ' +
        `token validation failed with provider for issuer ${this.provider.issuer}: ${reason}`,
    );
  }
}

/** A discovery document that names another issuer is passed over. */
async function discover(base: string, issuer: string): Promise<string | undefined> {
  try {
    const document = await fetchJson<{ issuer?: string; jwks_uri?: string }>(
      `${base}/.well-known/openid-configuration`,
    );
    return document.issuer === issuer ? document.jwks_uri : undefined;
  } catch {
    return undefined;
  }
}

async function fetchJson<T>(url: string): Promise<T> {
  const response = await fetch(url, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return (await response.json()) as T;
}

function badToken(reason: string, kind = 'invalid token format'): StsError {
  return new StsError(400, 'InvalidParameterValue', `failed to validate web identity token: ${kind}: ${reason}`);
}
