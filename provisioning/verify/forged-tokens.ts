import type { JWK } from 'jose';
import { errorCode } from '../client/response.js';
import type { Wire } from '../wire.js';

/** A token that must not be accepted. */
export interface Forgery {
  readonly what: string;
  readonly token: string;
}

/** Tokens that somebody could make who has seen a good one, and the provider's public keys. */
export async function forgeries(token: string, keys: readonly JWK[]): Promise<readonly Forgery[]> {
  const { decodeJwt, decodeProtectedHeader, generateKeyPair, SignJWT, UnsecuredJWT } = await import('jose');
  const claims = decodeJwt(token);
  const { alg = 'RS256', kid, ...rest } = decodeProtectedHeader(token);
  const header = { ...rest, alg, ...(kid === undefined ? {} : { kid }) };
  const [first = '', , signature = ''] = token.split('.');
  const changed = Buffer.from(JSON.stringify({ ...claims, sub: `${claims.sub}-2` })).toString('base64url');
  const { privateKey } = await generateKeyPair(alg);
  const foreign = (payload: typeof claims) => new SignJWT(payload).setProtectedHeader(header).sign(privateKey);
  const key = keys.find((one) => one.kid === kid) ?? keys[0];
  const confused = new SignJWT(claims)
    .setProtectedHeader({ ...header, alg: 'HS256' })
    .sign(Buffer.from(JSON.stringify(key ?? {})));
  return [
    { what: 'without signature (alg: none)', token: new UnsecuredJWT(claims).encode() },
    { what: 'with the signature cut off', token: `${first}.${token.split('.')[1]}.` },
    { what: "signed with the provider's public key as a shared secret (HS256)", token: await confused },
    { what: 'signed by another key under the same key id', token: await foreign(claims) },
    { what: 'with changed claims under the old signature', token: `${first}.${changed}.${signature}` },
    { what: 'of another issuer', token: await foreign({ ...claims, iss: 'https://issuer.invalid' }) },
    { what: 'that has expired', token: await foreign({ ...claims, exp: 1 }) },
    { what: 'for another audience', token: await foreign({ ...claims, aud: 'somebody-else' }) },
  ];
}

/** Tokens that the provider itself signed, as only a provider for tests does, and that RustFS must not accept all the same. */
export async function misusedTokens(
  token: string,
  mint: (claims: Readonly<Record<string, unknown>>) => Promise<string>,
): Promise<readonly Forgery[]> {
  const { decodeJwt } = await import('jose');
  const claims = decodeJwt(token);
  const past = Math.floor(Date.now() / 1000) - 3600;
  const made: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
    ['that has expired', { iat: past - 3600, exp: past }],
    ['for another audience', { aud: 'somebody-else' }],
    ['for a further audience', { aud: [claims.aud, 'somebody-else'].flat() }],
    ['in the name of another issuer', { iss: 'https://issuer.invalid' }],
  ];
  return Promise.all(
    made.map(async ([what, changes]) => ({
      what: `${what}, signed by the provider`,
      token: await mint({ ...claims, ...changes }),
    })),
  );
}

export interface ForgeryResult {
  readonly what: string;
  readonly refused: boolean;
  /** Status and code. */
  readonly answer: string;
}

/** Tries to sign in with each of them. Sessions that are given all the same are not used. */
export async function presentForgeries(wire: Wire, tokens: readonly Forgery[]): Promise<readonly ForgeryResult[]> {
  const results: ForgeryResult[] = [];
  for (const { what, token } of tokens) {
    const form = { Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', WebIdentityToken: token };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const body = new URLSearchParams(form).toString();
    const response = await wire.send({ method: 'POST', path: '/', headers, body }, 'anonymous');
    const answer = `${response.status} ${errorCode(response)}`.trim();
    results.push({ what, refused: response.status === 403, answer });
  }
  return results;
}
