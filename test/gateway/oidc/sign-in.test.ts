import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { describe, expect, test } from 'vitest';
import { begin, browser, finish, providerGateway, REDIRECT_URI } from './fixture.js';

test('discovery names the public issuer, whatever host a request came for', async () => {
  const provider = await providerGateway();
  const response = await fetch(`http://127.0.0.1:${provider.port}/.well-known/openid-configuration`, {
    headers: { 'x-forwarded-host': 'evil.example.com', 'x-forwarded-proto': 'https' },
  });
  const document = (await response.json()) as Record<string, unknown>;
  expect(document).toMatchObject({
    issuer: provider.issuer,
    authorization_endpoint: `${provider.issuer}/oidc/authorize`,
    token_endpoint: `${provider.issuer}/oidc/token`,
    userinfo_endpoint: `${provider.issuer}/oidc/userinfo`,
    jwks_uri: `${provider.issuer}/oidc/jwks`,
    end_session_endpoint: `${provider.issuer}/oidc/logout`,
    response_types_supported: ['code'],
    code_challenge_methods_supported: ['S256'],
  });
});

test('an API key signs in by authorization code: ID token, userinfo, a second sign-in without login, logout', async () => {
  const provider = await providerGateway();
  const agent = browser();
  const begun = await begin(provider);
  const login = await agent.open(begun.url);
  expect(login.html).toContain('<h1>Sign in to rustfs</h1>');
  const wrong = await agent.submit(login, { api_key: 'alk_wrong' });
  expect(wrong.response.status).toBe(403);
  expect(wrong.html).toContain('<p role="alert" id="problem">This API key is unknown or has expired.</p>');
  const back = await agent.submit(login, { api_key: ` ${provider.apiKey}\n` });
  const tokens = await finish(provider, back.url, begun);
  expect(tokens.claims()).toMatchObject({
    iss: provider.issuer,
    aud: 'rustfs',
    sub: provider.identity,
    name: 'Wanda',
    preferred_username: provider.identity,
    groups: ['s3:team', 'relay:connect'],
    roles: ['team'],
    policy: ['team-obs'],
  });
  const keys = createRemoteJWKSet(new URL(`${provider.issuer}/oidc/jwks`));
  const { protectedHeader } = await jwtVerify(tokens.id_token ?? '', keys, { issuer: provider.issuer });
  expect(protectedHeader.alg).toBe('RS256');
  expect(await client.fetchUserInfo(provider.client, tokens.access_token, provider.identity)).toMatchObject({
    policy: ['team-obs'],
  });

  const again = await begin(provider);
  expect((await finish(provider, (await agent.open(again.url)).url, again)).claims()?.sub).toBe(provider.identity);

  const logout = await agent.open(
    client.buildEndSessionUrl(provider.client, { id_token_hint: tokens.id_token ?? '' }).href,
  );
  const xsrf = /name="xsrf" value="([^"]*)"/.exec(logout.html)?.[1] ?? '';
  const done = await agent.submit({ url: `${provider.issuer}/oidc/logout/confirm`, html: '' }, { xsrf, logout: 'yes' });
  expect(done.html).toContain('<h1>Signed out</h1>');
  expect((await agent.open((await begin(provider)).url)).html).toContain('<h1>Sign in to rustfs</h1>');
  expect(provider.logged()).not.toContain(provider.apiKey);
});

describe('refused', () => {
  test('an authorization without PKCE, or with the plain method', async () => {
    const provider = await providerGateway();
    const { url } = await begin(provider);
    const without = new URL(url);
    without.searchParams.delete('code_challenge');
    without.searchParams.delete('code_challenge_method');
    const answer = new URL((await browser().open(without.href)).url);
    expect(answer.href.startsWith(REDIRECT_URI)).toBe(true);
    expect(answer.searchParams.get('error')).toBe('invalid_request');
    expect(answer.searchParams.get('error_description')).toBe(
      'Authorization Server policy requires PKCE to be used for this request',
    );
    const plain = new URL(url);
    plain.searchParams.set('code_challenge_method', 'plain');
    expect(new URL((await browser().open(plain.href)).url).searchParams.get('error')).toBe('invalid_request');
  });

  test('a code without its verifier, with another one, and a second time; the replay revokes what the first gave', async () => {
    const provider = await providerGateway();
    const agent = browser();
    const login = await agent.open((await begin(provider)).url);
    await agent.submit(login, { api_key: provider.apiKey });
    const codes = async () => {
      const begun = await begin(provider);
      return { begun, callback: (await agent.open(begun.url)).url };
    };
    const other = await codes();
    const exchange = (callback: string, verifier?: string) =>
      fetch(`${provider.issuer}/oidc/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: 'rustfs',
          redirect_uri: REDIRECT_URI,
          code: new URL(callback).searchParams.get('code') ?? '',
          ...(verifier === undefined ? {} : { code_verifier: verifier }),
        }),
      });
    expect(await (await exchange(other.callback)).json()).toMatchObject({ error: 'invalid_grant' });
    const third = await codes();
    expect(await (await exchange(third.callback, other.begun.verifier)).json()).toMatchObject({
      error: 'invalid_grant',
    });
    const good = await codes();
    const first = await exchange(good.callback, good.begun.verifier);
    const { access_token: accessToken } = (await first.json()) as { access_token: string };
    expect(first.status).toBe(200);
    expect(await (await exchange(good.callback, good.begun.verifier)).json()).toMatchObject({ error: 'invalid_grant' });
    const info = await fetch(`${provider.issuer}/oidc/userinfo`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    expect(info.status).toBe(401);
  });

  test('another redirect URI', async () => {
    const provider = await providerGateway();
    const url = new URL((await begin(provider)).url);
    url.searchParams.set('redirect_uri', 'http://127.0.0.1:9/other');
    const { response, html } = await browser().open(url.href);
    expect(response.status).toBe(400);
    expect(html).toContain('<p>redirect_uri did not match any of the client&#39;s registered redirect_uris</p>');
  });

  test('a login form from another site, without the token of the page, or without the cookie of the browser', async () => {
    const provider = await providerGateway();
    const agent = browser();
    const login = await agent.open((await begin(provider)).url);
    const fields = { api_key: provider.apiKey };
    expect((await agent.submit(login, fields, { origin: 'http://evil.example.com' })).response.status).toBe(403);
    expect((await agent.submit(login, fields, { 'sec-fetch-site': 'cross-site' })).response.status).toBe(403);
    expect((await agent.submit(login, { ...fields, csrf: 'guess' })).response.status).toBe(403);
    const stranger = await browser().submit(login, fields);
    expect(stranger.response.status).toBe(400);
    expect(stranger.html).toContain('<h1>Sign-in not found</h1>');
    expect((await agent.submit(login, fields, { origin: provider.issuer })).url).toMatch(/[?&]code=/);
  });

  test('more wrong keys than an address may try', async () => {
    const provider = await providerGateway({ rateLimits: { max_auth_attempts: 2 } });
    const agent = browser();
    const login = await agent.open((await begin(provider)).url);
    const statuses: number[] = [];
    for (let n = 0; n < 3; n++) statuses.push((await agent.submit(login, { api_key: 'alk_wrong' })).response.status);
    expect(statuses).toEqual([403, 403, 429]);
    const last = await agent.submit(login, { api_key: provider.apiKey });
    expect(last.html).toContain('Too many wrong keys. Wait a while before you try again.');
    expect(Number(last.response.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('a sign-in that is cancelled', async () => {
    const provider = await providerGateway();
    const agent = browser();
    const login = await agent.open((await begin(provider)).url);
    const { url } = await agent.submit(login, { action: 'cancel' });
    expect(new URL(url).searchParams.get('error')).toBe('access_denied');
  });
});

test('pages carry no script, may not be framed, and are not kept', async () => {
  const provider = await providerGateway();
  const { response } = await browser().open((await begin(provider)).url);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-security-policy': expect.stringMatching(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self' http:\/\/127\.0\.0\.1:9; frame-ancestors 'none'; base-uri 'none'$/,
    ),
    'x-frame-options': 'DENY',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
});
