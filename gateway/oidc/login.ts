import { createHmac, timingSafeEqual } from 'node:crypto';
import type Provider from 'oidc-provider';
import type { GatewayCore } from '../core.js';
import { type Exchange, hasBody, singleHeader } from '../http/exchange.js';
import { Refusal } from '../http/refusal.js';
import { respond } from '../http/respond.js';
import { loginPage, page, pageHeaders } from './pages.js';

export const LOGIN_PATH = '/oidc/login/';

const LARGEST_FORM = 8192;

async function readForm({ request, response, expectsContinue }: Exchange): Promise<URLSearchParams> {
  if (singleHeader(request, 'content-type')?.split(';')[0]?.trim() !== 'application/x-www-form-urlencoded')
    throw new Refusal(415, 'InvalidRequest', 'expected a form');
  if (expectsContinue) response.writeContinue();
  let text = '';
  if (hasBody(request)) {
    for await (const chunk of request.setEncoding('latin1')) {
      text += chunk;
      if (text.length > LARGEST_FORM) throw new Refusal(413, 'EntityTooLarge', 'the form is too long');
    }
  }
  return new URLSearchParams(text);
}

/** Did the form come from a page of ours? What a browser says of itself counts, and the token that only our page shows. */
function checkOrigin({ request }: Exchange, form: URLSearchParams, issuer: string, csrf: string): void {
  const origin = singleHeader(request, 'origin');
  const site = singleHeader(request, 'sec-fetch-site');
  const given = Buffer.from(form.get('csrf') ?? '');
  const expected = Buffer.from(csrf);
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  if (!isOurs || (origin !== undefined && origin !== issuer) || (site !== undefined && site !== 'same-origin'))
    throw new Refusal(403, 'AccessDenied', 'this form was not sent from the login page: open the sign-in again');
}

function originOf(redirectUri: unknown): readonly string[] {
  return typeof redirectUri === 'string' && URL.canParse(redirectUri) ? [new URL(redirectUri).origin] : [];
}

/** `GET` and `POST /oidc/login/<uid>`: the login that an authorization waits for. */
export async function serveLogin(
  { identities, limiter }: GatewayCore,
  exchange: Exchange,
  provider: Provider,
  cookieSecret: string,
): Promise<void> {
  const { request, response } = exchange;
  // Fails unless the browser brings the cookie that it got when its sign-in began.
  const details = await provider.interactionDetails(request, response).catch(() => undefined);
  if (details === undefined) {
    const text =
      '<p>This sign-in has ended or was begun in another browser. Go back to the application and sign in again.</p>';
    respond(exchange, 400, page('Sign-in not found', text), pageHeaders());
    return;
  }
  const csrf = createHmac('sha256', cookieSecret).update(`csrf:${details.uid}`).digest('base64url');
  const show = (status: number, problem?: string, headers: Readonly<Record<string, string>> = {}) => {
    const html = loginPage({ client: String(details.params.client_id), csrf, ...(problem ? { problem } : {}) });
    respond(exchange, status, html, { ...pageHeaders(originOf(details.params.redirect_uri)), ...headers });
  };
  if (exchange.method !== 'POST') {
    show(200);
    return;
  }
  const form = await readForm(exchange);
  checkOrigin(exchange, form, provider.issuer, csrf);
  if (form.get('action') === 'cancel') {
    await provider.interactionFinished(request, response, {
      error: 'access_denied',
      error_description: 'sign-in was cancelled',
    });
    return;
  }
  try {
    limiter.admitAuthAttempt(exchange.client);
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    show(refusal.status, 'Too many wrong keys. Wait a while before you try again.', refusal.headers);
    return;
  }
  const identity = identities.resolveFromToken(form.get('api_key')?.trim() ?? '');
  if (identity === undefined) {
    limiter.authFailed(exchange.client);
    show(403, 'This API key is unknown or has expired.');
    return;
  }
  exchange.record.identity = identity.id;
  await provider.interactionFinished(request, response, { login: { accountId: identity.id, remember: false } });
}
