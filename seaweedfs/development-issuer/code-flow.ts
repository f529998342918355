import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JWTPayload } from 'jose';
import { isLoopback } from '../../policies/index.js';

export const AUTHORIZE_PATH = '/authorize';
export const CODE_PATH = '/token';

const CODE_LIFETIME_MS = 60_000;
const LARGEST_BODY = 64 * 1024;
const LABEL = { 'x-emulated-by': 'cdktf-rustfs' } as const;

interface Grant {
  readonly claims: JWTPayload;
  readonly redirectUri: string;
  readonly challenge: string;
  readonly ends: number;
}

/**
 * Browser login of the development issuer: authorization code with PKCE (S256), for redirect URIs on this machine only. Its form
 * asks who to be.
 * @returns a handler that says whether the request was one of its own
 */
export function codeFlow(
  sign: (claims: JWTPayload) => Promise<string>,
  tokenSeconds: number,
): (request: IncomingMessage, response: ServerResponse) => Promise<boolean> {
  const grants = new Map<string, Grant>();

  function authorize(query: URLSearchParams, form: URLSearchParams | undefined, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? '';
    const problem = problemOf(query, redirectUri);
    if (problem !== undefined) page(response, 400, `<p>${escaped(problem)}</p>`);
    else if (form === undefined) page(response, 200, FORM);
    else sendBack(query, form, response);
  }

  function sendBack(query: URLSearchParams, form: URLSearchParams, response: ServerResponse): void {
    const redirectUri = query.get('redirect_uri') ?? '';
    const code = randomBytes(24).toString('base64url');
    const nonce = query.get('nonce');
    const groups = (form.get('groups') ?? '').split(',').flatMap((group) => group.trim() || []);
    const sub = form.get('sub') || 'developer';
    grants.set(code, {
      claims: { aud: query.get('client_id') ?? '', sub, preferred_username: sub, groups, ...(nonce && { nonce }) },
      redirectUri,
      challenge: query.get('code_challenge') ?? '',
      ends: Date.now() + CODE_LIFETIME_MS,
    });
    const back = new URL(redirectUri);
    back.searchParams.set('code', code);
    back.searchParams.set('state', query.get('state') ?? '');
    response.writeHead(303, { ...LABEL, location: back.href, 'cache-control': 'no-store' }).end();
  }

  async function redeem(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const answer = (status: number, body: object) =>
      response
        .writeHead(status, { ...LABEL, 'content-type': 'application/json', 'cache-control': 'no-store' })
        .end(JSON.stringify(body));
    const code = form.get('code') ?? '';
    const grant = grants.get(code);
    grants.delete(code); // a code is good once, also for who has the wrong verifier
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (
      form.get('grant_type') !== 'authorization_code' ||
      grant === undefined ||
      grant.ends < Date.now() ||
      grant.redirectUri !== form.get('redirect_uri') ||
      grant.challenge !== verifier
    )
      return void answer(400, { error: 'invalid_grant' });
    const token = await sign(grant.claims);
    answer(200, { access_token: token, id_token: token, token_type: 'Bearer', expires_in: tokenSeconds });
  }

  return async (request, response) => {
    const [pathname = '', query = ''] = (request.url ?? '').split('?');
    const posted = request.method === 'POST';
    if (pathname === AUTHORIZE_PATH && (posted || request.method === 'GET')) {
      authorize(new URLSearchParams(query), posted ? await formOf(request) : undefined, response);
      return true;
    }
    if (pathname !== CODE_PATH || !posted) return false;
    await redeem(await formOf(request), response);
    return true;
  };
}

function problemOf(query: URLSearchParams, redirectUri: string): string | undefined {
  if (!URL.canParse(redirectUri) || !isLoopback(new URL(redirectUri).hostname))
    return `redirect_uri ${redirectUri} is not on this machine`;
  if (query.get('response_type') !== 'code') return 'response_type has to be code';
  if (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge'))
    return 'PKCE with code_challenge_method S256 is required';
  return undefined;
}

const FORM = `<form method="post"><p><label>Who to be <input name="sub" value="developer" autofocus></label></p>
<p><label>Groups, with commas <input name="groups"></label></p><p><button>Sign in</button></p></form>`;

function page(response: ServerResponse, status: number, content: string): void {
  const headers = { ...LABEL, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
  response
    .writeHead(status, headers)
    .end(
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Development OpenID provider</title><h1>Development OpenID provider</h1><p>Anybody gets any token here. Never for production.</p>${content}</html>`,
    );
}

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = '';
  for await (const chunk of request as AsyncIterable<Buffer>) {
    text += chunk.toString('utf8');
    if (text.length > LARGEST_BODY) return new URLSearchParams();
  }
  return new URLSearchParams(text);
}
