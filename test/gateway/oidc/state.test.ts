import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../../gateway/auth/api-key.js';
import { scratch, until } from '../fixture.js';
import { begin, browser, finish, freePort, providerGateway, REDIRECT_URI, type TestProvider } from './fixture.js';

const DAY = 86_400;

/** Signs in and returns the ID token. */
async function idToken(provider: TestProvider, agent = browser()): Promise<string> {
  const begun = await begin(provider);
  const page = await agent.open(begun.url);
  const back = page.url.startsWith(REDIRECT_URI) ? page : await agent.submit(page, { api_key: provider.apiKey });
  return (await finish(provider, back.url, begun)).id_token ?? '';
}

const verify = (provider: TestProvider, token: string) =>
  jwtVerify(token, createRemoteJWKSet(new URL(`${provider.issuer}/oidc/jwks`)));

describe('a restart', () => {
  test('keeps keys, sessions and used codes, in files that nobody else reads', async () => {
    const [port, directory] = [await freePort(), await scratch()];
    const key = createApiKey({ scopes: ['s3:team'], description: 'Wanda' });
    const settings = { port, directory, key, oidc: { state_dir: join(directory, 'oidc') } };
    const first = await providerGateway(settings);
    const agent = browser();
    const token = await idToken(first, agent);
    const used = await begin(first);
    const callback = (await agent.open(used.url)).url;
    await finish(first, callback, used);
    await first.close();

    const second = await providerGateway(settings);
    await expect(verify(second, token)).resolves.toMatchObject({ payload: { sub: first.identity } });
    // Still signed in: no login page on the way.
    const begun = await begin(second);
    expect((await agent.open(begun.url)).url.startsWith(REDIRECT_URI)).toBe(true);
    await expect(finish(second, callback, used)).rejects.toMatchObject({ error: 'invalid_grant' });

    const files = await readdir(join(directory, 'oidc', 'store'));
    expect(files.length).toBeGreaterThan(0);
    for (const path of ['oidc', 'oidc/store']) expect((await stat(join(directory, path))).mode & 0o777).toBe(0o700);
    for (const path of ['keys.json', `store/${files[0]}`])
      expect((await stat(join(directory, 'oidc', path))).mode & 0o777).toBe(0o600);
    const contents = await Promise.all(files.map((file) => readFile(join(directory, 'oidc', 'store', file), 'utf8')));
    expect(contents.join('\n')).not.toContain(key.token);
  });

  test('stops at keys that others may read', async () => {
    const directory = await scratch();
    const settings = { directory, oidc: { state_dir: directory } };
    await (await providerGateway(settings)).close();
    await chmod(join(directory, 'keys.json'), 0o644);
    await expect(providerGateway(settings)).rejects.toThrow(
      `oidc.state_dir: others may read ${join(directory, 'keys.json')}: run chmod 600 on it`,
    );
  });
});

test('a new key signs when it is time; the old one is published until its tokens have expired', async () => {
  let seconds = Math.floor(Date.now() / 1000);
  const provider = await providerGateway({
    now: () => seconds,
    oidc: { key_rotation_days: 7, id_token_ttl_secs: 3600 },
  });
  const published = async () => {
    const { keys } = (await (await fetch(`${provider.issuer}/oidc/jwks`)).json()) as {
      keys: { kid: string; d?: string }[];
    };
    expect(keys.every(({ d }) => d === undefined)).toBe(true);
    return keys.map(({ kid }) => kid);
  };
  const old = await idToken(provider);
  const [oldKid] = await published();
  seconds += 7 * DAY;
  const both = await published();
  expect(both).toHaveLength(2);
  expect(both).toContain(oldKid);
  await expect(verify(provider, old)).resolves.toMatchObject({ payload: { sub: provider.identity } });
  const { protectedHeader } = await verify(provider, await idToken(provider));
  expect(protectedHeader.kid).not.toBe(oldKid);
  seconds += 3600 + 300;
  expect(await published()).toEqual([protectedHeader.kid]);
  await expect(verify(provider, old)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
});

describe('an API key', () => {
  test('that is taken out of the configuration ends its sessions', async () => {
    const provider = await providerGateway();
    const agent = browser();
    await idToken(provider, agent);
    await writeFile(provider.dynamicFile, JSON.stringify({ auth: { api_keys: [] } }));
    provider.reload();
    await until(async () => (await agent.open((await begin(provider)).url)).html.includes('<h1>Sign in'), 'a login');
  });

  test('that expires soon gives a token that expires no later', async () => {
    const expiresAt = Math.floor(Date.now() / 1000) + 120;
    const provider = await providerGateway({ expiresAt });
    expect((await verify(provider, await idToken(provider))).payload.exp).toBeLessThanOrEqual(expiresAt);
  });
});
