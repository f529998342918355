import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DevelopmentIssuer, startDevelopmentIssuer } from '../../../seaweedfs/development-issuer/issuer.js';

let issuer: DevelopmentIssuer;
beforeAll(async () => {
  issuer = await startDevelopmentIssuer({ clientId: 'rustfs' });
});
afterAll(() => issuer.close());

const VERIFIER = 'a-verifier-that-nobody-else-knows';
const REDIRECT = 'http://127.0.0.1:9000/rustfs/admin/v3/oidc/callback/sso';
const GOOD = {
  response_type: 'code',
  client_id: 'rustfs',
  redirect_uri: REDIRECT,
  state: 'the-state',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
};

const authorize = (changes: Record<string, string>, form?: Record<string, string>) =>
  fetch(`${issuer.issuer}/authorize?${new URLSearchParams({ ...GOOD, ...changes })}`, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
const codeOf = (response: Response) => new URL(response.headers.get('location') ?? '').searchParams.get('code') ?? '';
const redeem = (code: string, changes: Record<string, string> = {}) =>
  fetch(`${issuer.issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT,
      code_verifier: VERIFIER,
      ...changes,
    }),
  });

test.each([
  [{ redirect_uri: 'https://example.com/' }, 'redirect_uri https://example.com/ is not on this machine'],
  [
    { redirect_uri: 'http://127.0.0.1.example.com/' },
    'redirect_uri http://127.0.0.1.example.com/ is not on this machine',
  ],
  [{ redirect_uri: '<b>' }, 'redirect_uri &#60;b&#62; is not on this machine'],
  [{ response_type: 'token' }, 'response_type has to be code'],
  [{ code_challenge: '' }, 'PKCE with code_challenge_method S256 is required'],
  [{ code_challenge_method: 'plain' }, 'PKCE with code_challenge_method S256 is required'],
])('%j is refused, before and after the form', async (changes: Record<string, string>, problem) => {
  for (const form of [undefined, { sub: 'wanda' }]) {
    const response = await authorize(changes, form);
    expect([response.status, /<p>([^<]*)<\/p><\/html>$/.exec(await response.text())?.[1]]).toEqual([400, problem]);
  }
});

test.each([{ code_verifier: 'another' }, { redirect_uri: 'http://127.0.0.1:1/' }, { grant_type: 'password' }] as Record<
  string,
  string
>[])('a code is lost with %j', async (changes) => {
  const code = codeOf(await authorize({}, { sub: 'wanda' }));
  const refused = await redeem(code, changes);
  expect([refused.status, await refused.json()]).toEqual([400, { error: 'invalid_grant' }]);
  expect((await redeem(code)).status).toBe(400);
});

test('a code is good once', async () => {
  const code = codeOf(await authorize({}, { sub: 'wanda', groups: 'a, b' }));
  expect((await redeem(code)).status).toBe(200);
  expect((await redeem(code)).status).toBe(400);
});
