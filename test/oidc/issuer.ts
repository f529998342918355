import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';

/** An identity provider for tests: discovery and JWKS on loopback, and tokens with whatever is asked for. */
export interface TestIssuer {
  readonly url: string;
  /** `kid` of the key that signs now. */
  readonly kid: () => string;
  /** A token for `rustfs-client` that is good for ten minutes, with these claims on top. */
  mint(claims?: JWTPayload): Promise<string>;
  /** The same claims under `alg: none`. */
  unsigned(claims?: JWTPayload): string;
  /** The same claims, signed by a key that was never published, under the `kid` of the published one. */
  foreign(claims?: JWTPayload): Promise<string>;
  /** The same claims under HS256, with the published public key as the secret. */
  confused(claims?: JWTPayload): Promise<string>;
  /** Signs with a new key from now on, and no longer publishes the old one. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export const CLIENT_ID = 'rustfs-client';

/** @param issuer what discovery says instead of the real address */
export async function startIssuer(issuer?: string, alg = 'RS256'): Promise<TestIssuer> {
  let generation = 1;
  let pair = await generateKeyPair(alg, { extractable: true });
  const other = await generateKeyPair(alg);
  const publicKey = async () => ({ ...(await exportJWK(pair.publicKey)), alg, use: 'sig', kid: `key-${generation}` });
  let url = '';
  const server = createServer(async (request, response) => {
    const documents: Record<string, () => unknown> = {
      '/.well-known/openid-configuration': () => ({
        issuer: issuer ?? url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: [alg],
      }),
      '/jwks': async () => ({ keys: [await publicKey()] }),
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(document ? JSON.stringify(await document()) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const payload = (claims: JWTPayload = {}): JWTPayload => {
    const now = Math.floor(Date.now() / 1000);
    return { iss: issuer ?? url, aud: CLIENT_ID, sub: 'user-1', iat: now, exp: now + 600, ...claims };
  };
  const header = () => ({ alg, kid: `key-${generation}`, typ: 'JWT' });
  return {
    url,
    kid: () => header().kid,
    mint: (claims) => new SignJWT(payload(claims)).setProtectedHeader(header()).sign(pair.privateKey),
    unsigned: (claims) => new UnsecuredJWT(payload(claims)).encode(),
    foreign: (claims) => new SignJWT(payload(claims)).setProtectedHeader(header()).sign(other.privateKey),
    async confused(claims) {
      const secret = Buffer.from(JSON.stringify(await publicKey()));
      return new SignJWT(payload(claims)).setProtectedHeader({ ...header(), alg: 'HS256' }).sign(secret);
    },
    async rotate() {
      pair = await generateKeyPair(alg, { extractable: true });
      generation += 1;
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
