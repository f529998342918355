import { createHash, randomBytes } from 'node:crypto';
import { UsageError } from '../exit-codes.js';

export interface CodeFlowClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** A code as it came back, with what proves that it is ours. */
export interface Code {
  readonly code: string;
  readonly verifier: string;
}

/** Where a page led. */
interface Page {
  readonly url: string;
  readonly html: string;
}

/** Keeps cookies, and follows redirects until one leaves the issuer. */
function browser({ issuer }: CodeFlowClient) {
  const cookies = new Map<string, string>();
  return async function send(url: string, init: RequestInit = {}): Promise<Page> {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const response = await fetch(url, {
      ...init,
      headers: cookie === '' ? {} : { cookie },
      redirect: 'manual',
      signal: AbortSignal.timeout(10_000),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) return { url, html: await response.text() };
    const next = new URL(location, url);
    return next.origin === issuer ? send(next.href) : { url: next.href, html: '' };
  };
}

function authorizeUrl({ issuer, clientId, redirectUri }: CodeFlowClient, challenge: string | undefined): string {
  const query = new URLSearchParams({
    client_id: clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid profile groups',
    state: randomBytes(16).toString('base64url'),
    nonce: randomBytes(16).toString('base64url'),
  });
  if (challenge !== undefined) {
    query.set('code_challenge', challenge);
    query.set('code_challenge_method', 'S256');
  }
  return `${issuer}/oidc/authorize?${query}`;
}

const parameter = ({ url }: Page, name: string) => new URL(url).searchParams.get(name);

/** Signs in at the login page as a browser does. @throws UsageError if the page does not take the key */
export async function signInAtLoginPage(client: CodeFlowClient, apiKey: string): Promise<Code> {
  const verifier = randomBytes(32).toString('base64url');
  const send = browser(client);
  const page = await send(authorizeUrl(client, createHash('sha256').update(verifier).digest('base64url')));
  const csrf = /name="csrf" value="([^"]*)"/.exec(page.html)?.[1] ?? '';
  const body = new URLSearchParams({ csrf, action: 'sign-in', api_key: apiKey });
  const back = await send(page.url, { method: 'POST', body });
  const code = parameter(back, 'code');
  if (code === null) throw new UsageError(`the login page of ${client.issuer} gave no code (it led to ${back.url})`);
  return { code, verifier };
}

/** What the provider says to a request for a code that does without PKCE. @returns undefined if it shows a login */
export async function authorizeWithoutPkce(client: CodeFlowClient): Promise<string | undefined> {
  return parameter(await browser(client)(authorizeUrl(client, undefined)), 'error') ?? undefined;
}

/** Exchanges a code, with the verifier or without. */
export async function redeem(
  { issuer, clientId, redirectUri }: CodeFlowClient,
  { code, verifier }: { readonly code: string; readonly verifier?: string },
): Promise<{ readonly idToken?: string; readonly error?: string }> {
  const response = await fetch(`${issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: redirectUri,
      code,
      ...(verifier === undefined ? {} : { code_verifier: verifier }),
    }),
    signal: AbortSignal.timeout(10_000),
  });
  const { id_token: idToken, error } = (await response.json()) as { id_token?: string; error?: string };
  return { ...(idToken === undefined ? {} : { idToken }), ...(error === undefined ? {} : { error }) };
}
