import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import * as client from 'openid-client';
import { createApiKey } from '../../../gateway/auth/api-key.js';
import { type OidcConfig, oidcConfigSchema, oidcProvider } from '../../../gateway/oidc/index.js';
import { gateway, scratch, type TestGateway } from '../fixture.js';

export const REDIRECT_URI = 'http://127.0.0.1:9/callback';

export interface TestProvider extends TestGateway {
  readonly issuer: string;
  /** API key with the scope `s3:team`, which stands for the policy `team-obs`. */
  readonly apiKey: string;
  /** Id of its identity. */
  readonly identity: string;
  readonly dynamicFile: string;
  /** Client `rustfs`: public, with PKCE. */
  readonly client: client.Configuration;
}

/** The port has to be known before the issuer's name is. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface ProviderOptions {
  readonly oidc?: Partial<Record<keyof OidcConfig, unknown>>;
  readonly expiresAt?: number;
  readonly rateLimits?: object;
  readonly upstream?: string;
  readonly now?: () => number;
  readonly port?: number;
  readonly directory?: string;
  readonly key?: ReturnType<typeof createApiKey>;
}

export async function providerGateway(options: ProviderOptions = {}): Promise<TestProvider> {
  const port = options.port ?? (await freePort());
  const issuer = `http://127.0.0.1:${port}`;
  const directory = options.directory ?? (await scratch());
  const key = options.key ?? createApiKey({ scopes: ['s3:team', 'relay:connect'], description: 'Wanda' });
  const entry = { ...key.entry, ...(options.expiresAt === undefined ? {} : { expires_at: options.expiresAt }) };
  const dynamicFile = join(directory, 'dynamic.json');
  await writeFile(
    dynamicFile,
    JSON.stringify({ auth: { api_keys: [entry] }, rate_limits: options.rateLimits ?? { max_auth_attempts: 1000 } }),
  );
  const config = oidcConfigSchema.parse({
    issuer,
    clients: [{ client_id: 'rustfs', redirect_uris: [REDIRECT_URI], token_exchange: true }],
    policies: { 's3:team': ['team-obs'] },
    ...options.oidc,
  });
  const started = await gateway(
    options.upstream ?? 'http://127.0.0.1:9',
    { listen_addr: `127.0.0.1:${port}`, dynamic_config: dynamicFile },
    [oidcProvider(config, options.now)],
  );
  const discovered = await client.discovery(new URL(issuer), 'rustfs', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  return { ...started, issuer, apiKey: key.token, identity: key.entry.prefix, dynamicFile, client: discovered };
}

/** A browser without windows: keeps cookies and follows redirects within the gateway. */
export function browser() {
  const cookies = new Map<string, string>();
  async function send(url: string, init: RequestInit = {}): Promise<{ response: Response; url: string; html: string }> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, ...(cookie ? { cookie } : {}) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null || location.startsWith(REDIRECT_URI))
      return { response, url: location ?? url, html: await response.text() };
    return send(new URL(location, url).href);
  }
  return {
    cookies,
    open: (url: string) => send(url),
    /** Sends the login form of a page. */
    submit: (
      page: { url: string; html: string },
      fields: Record<string, string>,
      headers: Record<string, string> = {},
    ) =>
      send(page.url, {
        method: 'POST',
        headers,
        body: new URLSearchParams({
          csrf: /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '',
          action: 'sign-in',
          ...fields,
        }),
      }),
  };
}

export interface Begun {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
}

/** Where an application sends the browser. */
export async function begin({ client: configuration }: TestProvider): Promise<Begun> {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: REDIRECT_URI,
    scope: 'openid profile email groups',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  return { url: url.href, verifier, state, nonce };
}

/** What the application does when the browser comes back. */
export function finish({ client: configuration }: TestProvider, callback: string, begun: Begun) {
  return client.authorizationCodeGrant(configuration, new URL(callback), {
    pkceCodeVerifier: begun.verifier,
    expectedState: begun.state,
    expectedNonce: begun.nonce,
  });
}
