import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { createApiKey } from '../../gateway/auth/api-key.js';
import { createAdminClient } from '../../provisioning/client/admin.js';
import { createWire } from '../../provisioning/wire.js';
import { afterwards, emulator, gateway, ROOT, S3_HOST, scratch } from './fixture.js';

const USER = { user: 'web-svc', secret: 'web-svc-secret' };
const UNIX_NOW = Math.floor(Date.now() / 1000);

/** A gateway whose API key `holder` has the user web-svc, which may write to web-uploads alone. */
async function world(expiresAt?: number) {
  const directory = await scratch();
  const rustfs = await emulator();
  const wire = createWire({ endpoint: rustfs.endpoint });
  afterwards(() => wire.close());
  const root = { accessKeyId: ROOT.accessKey, secretAccessKey: ROOT.secretKey };
  const admin = createAdminClient(wire, root);
  for (const bucket of ['web-uploads', 'backup-dumps']) await wire.send({ method: 'PUT', path: `/${bucket}` }, root);
  await admin.putPolicy('web', {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::web-uploads/*'] }],
  });
  await admin.createUser(USER.user, USER.secret);
  await admin.setPolicies(USER.user, ['web'], false);
  const options = { scopes: ['storage'], ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) };
  const holder = createApiKey({ ...options, description: 'web' });
  const stranger = createApiKey({ scopes: ['storage'], description: 'nobody in particular' }, [holder.entry.prefix]);
  const secretFile = join(directory, 'web-svc');
  const dynamicFile = join(directory, 'dynamic.json');
  const write = (secret: string) => writeFile(secretFile, `${secret}\n`);
  await write(USER.secret);
  await writeFile(dynamicFile, JSON.stringify({ auth: { api_keys: [holder.entry, stranger.entry] } }));
  const started = await gateway(rustfs.endpoint, {
    dynamic_config: dynamicFile,
    managed_credentials: { users: { [holder.entry.prefix]: { user: USER.user, secret_key_file: secretFile } } },
  });
  const url = `${started.url}/credentials`;
  const ask = (token: string | undefined, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });
  return { rustfs, started, holder, stranger, write, url, ask };
}

const messageOf = async (response: Response) =>
  `${response.status} ${/<Message>([^<]*)</.exec(await response.text())?.[1]}`;

test('the AWS SDK takes and uses the session of the identity that an API key stands for', async () => {
  const { rustfs, holder, url, started } = await world();
  const { stdout, stderr } = await execa(
    process.execPath,
    [fileURLToPath(new URL('../cli/sdk-app.mjs', import.meta.url))],
    {
      extendEnv: false,
      env: {
        ENDPOINT: rustfs.endpoint,
        AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
        AWS_CONTAINER_AUTHORIZATION_TOKEN: `Bearer ${holder.token}`,
      },
    },
  );
  expect(JSON.parse(stdout || stderr)).toEqual({ 'web-uploads': 'written', 'backup-dumps': 'AccessDenied' });
  expect(started.logged()).not.toContain(holder.token.slice(8));
});

test('a session is asked for once, and is in nobody’s cache', async () => {
  const { rustfs, holder, ask } = await world();
  const answers = await Promise.all([ask(holder.token), ask(holder.token)]);
  const [first, second] = await Promise.all(answers.map(async (one) => (await one.json()) as Record<string, string>));
  expect(first).toEqual(second);
  expect(Object.keys(first ?? {})).toEqual(['AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration']);
  const life = Date.parse(first?.Expiration ?? '') / 1000 - UNIX_NOW;
  expect([life > 3500, life < 3700]).toEqual([true, true]);
  expect(answers[0]?.headers.get('cache-control')).toBe('no-store');
  expect(rustfs.seen.filter(({ method, path }) => method === 'POST' && path === '/')).toHaveLength(1);
});

test('a session does not outlive its API key, and a key about to expire gets none', async () => {
  const soon = UNIX_NOW + 1800;
  const { holder, ask } = await world(soon);
  const { Expiration } = (await (await ask(holder.token)).json()) as { Expiration: string };
  expect(Date.parse(Expiration) / 1000).toBeLessThanOrEqual(soon + 1);
  const late = await world(UNIX_NOW + 600);
  expect(await messageOf(await late.ask(late.holder.token))).toBe(
    `403 the API key ${late.holder.entry.prefix} expires within 15 minutes, and the storage server gives no shorter session`,
  );
});

test('whoever has no key, a wrong one, or no user gets nothing; nor does another host or method', async () => {
  const { holder, stranger, ask, url } = await world();
  expect(await messageOf(await ask(undefined))).toBe('401 a bearer token is needed');
  expect(await messageOf(await ask(`${holder.token}x`))).toBe('401 the bearer token is unknown or has expired');
  expect(await messageOf(await ask(stranger.token))).toBe(
    `403 ${stranger.entry.prefix} has no user of the storage server`,
  );
  expect(await messageOf(await ask(holder.token, { method: 'POST' }))).toBe('405 credentials are asked for with GET');
  const passed = await execa('curl', ['-s', '-H', `host: ${S3_HOST}`, url], { reject: false });
  expect(passed.stdout).toContain('AccessDenied'); // a bucket of that name, as far as RustFS is concerned
});

test('a user that RustFS does not know is told apart from a wrong key, and tried again', async () => {
  const { holder, ask, write, started } = await world();
  await write('not-the-secret');
  expect(await messageOf(await ask(holder.token))).toBe('502 the storage server gave the gateway no session');
  expect(started.lines).toContainEqual({
    ...{ type: 'credentials', call: 'assume-role' },
    error: 'RustFS gave no session (403 SignatureDoesNotMatch)',
  });
  await write(USER.secret);
  expect((await ask(holder.token)).status).toBe(200);
});

test('a missing secret stops the start', async () => {
  const users = { alk_Ab3d: { user: 'web-svc', secret_key_file: '/nowhere/web-svc' } };
  await expect(gateway('http://127.0.0.1:9', { managed_credentials: { users } })).rejects.toThrow(
    'managed_credentials.users.alk_Ab3d.secret_key_file: cannot read /nowhere/web-svc (ENOENT)',
  );
});
