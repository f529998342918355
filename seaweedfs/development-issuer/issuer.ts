import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import { AUTHORIZE_PATH, CODE_PATH, codeFlow } from './code-flow.js';

/** An OpenID Connect provider that gives anybody any token. For development and tests, on loopback only. */
export interface DevelopmentIssuer {
  /** `iss` of the tokens, and where discovery is. */
  readonly issuer: string;
  /** A signed token; claims given replace the defaults, `undefined` takes one away. */
  token(claims?: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>;
  close(): Promise<void>;
}

export interface DevelopmentIssuerOptions {
  /** TCP port on 127.0.0.1. @default a free one */
  readonly port?: number;
  /** Audience of the tokens unless one is asked for. @default seaweedfs */
  readonly clientId?: string;
  /** What discovery calls the issuer. @default - its address */
  readonly discoveredIssuer?: string;
}

export const TOKEN_PATH = '/development/token';
const TOKEN_LIFETIME_SECONDS = 3600;
const LARGEST_BODY = 64 * 1024;
const LABELS = { 'content-type': 'application/json', 'x-emulated-by': 'cdktf-rustfs' } as const;

export async function startDevelopmentIssuer(options: DevelopmentIssuerOptions = {}): Promise<DevelopmentIssuer> {
  const { port = 0, clientId = 'seaweedfs', discoveredIssuer } = options;
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const published = await exportJWK(publicKey);
  // Another one after every start: who has read the keys before reads them again.
  const kid = await calculateJwkThumbprint(published);
  const key: JWK = { ...published, kid, use: 'sig', alg: 'RS256' };

  const token: DevelopmentIssuer['token'] = (claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const defaults = { iss: issuer(), sub: 'developer', aud: clientId, iat: now, exp: now + TOKEN_LIFETIME_SECONDS };
    const chosen = Object.entries({ ...defaults, ...claims }).filter(([, value]) => value !== undefined);
    return new SignJWT(Object.fromEntries(chosen))
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid, ...header })
      .sign(privateKey);
  };

  const login = codeFlow(token, TOKEN_LIFETIME_SECONDS);
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status, LABELS).end(JSON.stringify(body));
    if (await login(request, response)) return;
    const path = request.url?.split('?')[0];
    if (request.method === 'POST' && path === TOKEN_PATH) {
      const claims = await jsonBody(request);
      if (claims === undefined) return answer(400, { error: 'expected a JSON object of claims' });
      return answer(200, { token: await token(claims) });
    }
    if (request.method !== 'GET') return answer(405, { error: `${request.method} is not modelled` });
    if (path === '/.well-known/openid-configuration') {
      return answer(200, {
        issuer: discoveredIssuer ?? issuer(),
        jwks_uri: `${issuer()}/keys`,
        authorization_endpoint: issuer() + AUTHORIZE_PATH,
        token_endpoint: issuer() + CODE_PATH,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
        scopes_supported: ['openid', 'profile', 'email'],
      });
    }
    if (path === '/keys' || path === '/.well-known/jwks.json') return answer(200, { keys: [key] });
    return answer(404, { error: `${path} is not modelled` });
  });
  const issuer = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    issuer: issuer(),
    token,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function jsonBody(request: IncomingMessage): Promise<JWTPayload | undefined> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > LARGEST_BODY) return undefined;
  }
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JWTPayload) : undefined;
  } catch {
    return undefined;
  }
}
