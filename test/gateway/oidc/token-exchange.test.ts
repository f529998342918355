import { expect, test } from 'vitest';
import { API_KEY_TYPE, TOKEN_EXCHANGE } from '../../../gateway/oidc/index.js';
import { providerGateway, REDIRECT_URI, type TestProvider } from './fixture.js';

async function exchange({ issuer }: TestProvider, fields: Record<string, string>) {
  const response = await fetch(`${issuer}/oidc/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: TOKEN_EXCHANGE,
      client_id: 'rustfs',
      subject_token_type: API_KEY_TYPE,
      ...fields,
    }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const payload = (token: unknown) =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('a program exchanges its API key for an ID token, for itself or for another client', async () => {
  const provider = await providerGateway({
    oidc: {
      clients: [
        { client_id: 'rustfs', redirect_uris: [REDIRECT_URI] },
        { client_id: 'programs', redirect_uris: [REDIRECT_URI], token_exchange: true },
      ],
    },
  });
  const given = { client_id: 'programs', subject_token: provider.apiKey };
  const own = await exchange(provider, given);
  expect(own).toMatchObject({
    status: 200,
    body: { issued_token_type: 'urn:ietf:params:oauth:token-type:id_token', token_type: 'N_A', expires_in: 3600 },
  });
  expect(payload(own.body.access_token)).toMatchObject({ aud: 'programs', sub: provider.identity });
  const forRustFs = await exchange(provider, { ...given, audience: 'rustfs' });
  expect(payload(forRustFs.body.access_token)).toMatchObject({ aud: 'rustfs', policy: ['team-obs'] });
  expect(await exchange(provider, { ...given, audience: 'nobody' })).toEqual({
    status: 400,
    body: { error: 'invalid_target', error_description: 'audience nobody is no client of this provider' },
  });
  expect(await exchange(provider, { ...given, client_id: 'rustfs' })).toEqual({
    status: 400,
    body: {
      error: 'invalid_request',
      error_description: 'requested grant type is not allowed for this client',
    },
  });
});

test('a wrong key is refused, and too many of them are not even looked at', async () => {
  const provider = await providerGateway({ rateLimits: { max_auth_attempts: 1 } });
  expect(await exchange(provider, { subject_token: 'alk_wrong' })).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
  expect(await exchange(provider, { subject_token: provider.apiKey })).toEqual({
    status: 429,
    body: { error: 'slow_down', error_description: 'too many wrong tokens' },
  });
});
