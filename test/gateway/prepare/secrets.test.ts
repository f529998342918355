import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { prefixOf } from '../../../gateway/auth/api-key.js';
import { configIdentityProvider } from '../../../gateway/auth/identity.js';
import { GatewayConfigError } from '../../../gateway/config/error.js';
import { loadDynamicConfig } from '../../../gateway/config/load.js';
import { currentKeys, readKeyFile } from '../../../gateway/oidc/keys.js';
import { gatewaySecretsSchema, makeGatewaySecrets, readGatewaySecrets } from '../../../gateway/prepare/secrets.js';
import { scratch } from '../fixture.js';

async function wanted(more: object = {}) {
  const directory = join(await scratch(), 'secrets');
  const parsed = gatewaySecretsSchema.parse({
    directory,
    api_keys: [{ name: 'auditor', prefix: prefixOf('auditor'), scopes: ['s3:team'], description: 'auditor' }],
    dynamic: { rate_limits: { max_auth_attempts: 3 } },
    oidc_keys: true,
    webhook_token: true,
    users: ['web-svc'],
    ...more,
  });
  return { directory, parsed, at: (...path: string[]) => join(directory, ...path) };
}

test('everything is made once, private, and usable by the gateway', async () => {
  const { parsed, at } = await wanted();
  const made = makeGatewaySecrets(parsed);
  const names = ['api-keys/auditor', 'oidc-keys.json', 'webhook-token', 'users/web-svc'];
  expect(made).toEqual(names.map((name) => at(name)));
  const contents = () => Promise.all([...names, 'dynamic.json'].map((name) => readFile(at(name), 'utf8')));
  const before = await contents();
  for (const name of names) expect([name, (await stat(at(name))).mode & 0o777]).toEqual([name, 0o600]);
  expect(makeGatewaySecrets(parsed)).toEqual([]);
  expect(await contents()).toEqual(before);
  expect((await readdir(at())).sort()).toEqual([
    ...['api-keys', 'dynamic.json', 'oidc-keys.json', 'users', 'webhook-token'],
  ]);

  const token = before[0]?.trim() ?? '';
  const { auth, rate_limits } = loadDynamicConfig(at('dynamic.json'));
  expect(rate_limits.max_auth_attempts).toBe(3);
  expect(configIdentityProvider(() => auth).resolveFromToken(token)).toEqual({
    id: prefixOf('auditor'),
    scopes: ['s3:team'],
  });
  expect(before[4]).not.toContain(token);
  expect(before[3]?.trim()).toMatch(/^[\w-]{40}$/);
});

test('a key keeps its id, the token of another one is refused', async () => {
  expect([prefixOf('auditor'), prefixOf('auditor') === prefixOf('reporting')]).toEqual([
    expect.stringMatching(/^alk_[A-Za-z0-9]{4}$/),
    false,
  ]);
  const { parsed, at } = await wanted();
  makeGatewaySecrets(parsed);
  await writeFile(at('api-keys', 'auditor'), 'alk_0000-of-somebody-else\n');
  expect(() => makeGatewaySecrets(parsed)).toThrow(
    new GatewayConfigError(
      `${at('api-keys', 'auditor')} is no token of auditor, which begins with ${prefixOf('auditor')}: delete it, and a new one is made`,
    ),
  );
  await chmod(at('api-keys', 'auditor'), 0o644);
  expect(() => makeGatewaySecrets(parsed)).toThrow(
    new GatewayConfigError(
      `others may read ${at('api-keys', 'auditor')}: run chmod 600 on it, and replace it if somebody could have`,
    ),
  );
});

test('a provider begins with the made keys and goes on from its own state', async () => {
  const { parsed, at } = await wanted();
  makeGatewaySecrets(parsed);
  const seed = readKeyFile(at('oidc-keys.json'));
  const policy = { rotationSeconds: 1000, publishSeconds: 100 };
  const now = Math.floor(Date.now() / 1000);
  const first = currentKeys(at('state'), policy, now, seed);
  expect([first.cookieSecret, first.jwks.keys.map(({ kid }) => kid)]).toEqual([
    seed.cookieSecret,
    [seed.keys[0]?.jwk.kid],
  ]);
  const rotated = currentKeys(at('state'), policy, now + 2000, seed);
  expect(rotated.jwks.keys).toHaveLength(2);
  expect(currentKeys(at('state'), policy, now + 2000, seed).jwks).toEqual(rotated.jwks);
  await writeFile(at('broken.json'), '{"keys":[]}');
  expect(() => readKeyFile(at('broken.json'))).toThrow(
    new GatewayConfigError(
      `oidc.keys_file: ${at('broken.json')} holds no keys: expected a file that cdktf-rustfs gateway-secrets made`,
    ),
  );
  expect(() => readKeyFile(at('absent'))).toThrow(
    new GatewayConfigError(`oidc.keys_file: cannot read ${at('absent')} (ENOENT)`),
  );
});

test('says where its file comes from, and what is wrong with it', async () => {
  const directory = await scratch();
  expect(() => readGatewaySecrets(join(directory, 'none.json'))).toThrow(
    new GatewayConfigError(
      `cannot read ${directory}/none.json (ENOENT): cdktf synth writes it for a stack whose gateway needs secrets`,
    ),
  );
  await writeFile(join(directory, 'bad.json'), JSON.stringify({ directory: 'secrets', users: ['../../etc/passwd'] }));
  expect(() => readGatewaySecrets(join(directory, 'bad.json'))).toThrow(
    new GatewayConfigError(
      `${directory}/bad.json is not a valid configuration:\n✖ expected letters, digits, "_", "-" and "."\n  → at users[0]`,
    ),
  );
});
