import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { bin } from '../e2e/fixture.js';
import { startIssuer, type TestIssuer } from '../oidc/issuer.js';
import { trusting } from '../oidc/settings.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';

/** Credentials as applications get them: the AWS SDK finds them by itself, from its environment alone. */
let emulator: Emulator;
let issuer: TestIssuer;
let directory: string;
const root = { RUSTFS_ACCESS_KEY: ROOT.accessKeyId, RUSTFS_SECRET_KEY: ROOT.secretAccessKey };

const run = (env: Record<string, string>, ...args: string[]) =>
  execa(process.execPath, args, {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    extendEnv: false,
    env: { PATH: process.env.PATH ?? '', HOME: directory, ...env },
  });
const cli = (env: Record<string, string>, ...args: string[]) => run(env, bin, ...args);
const onManifest = (...args: string[]) => [...args, '--manifest', 'manifest.json'];

/** What an application with the AWS SDK may do: its buckets, and whether it may write to two of them. */
async function application(env: Record<string, string>): Promise<unknown> {
  const { stdout, stderr } = await run(
    { ...env, ENDPOINT: emulator.endpoint },
    fileURLToPath(new URL('./sdk-app.mjs', import.meta.url)),
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}
const WEB = { 'web-uploads': 'written', 'backup-dumps': 'AccessDenied' };

beforeAll(async () => {
  issuer = await startIssuer();
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    oidc: trusting(issuer),
  });
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-credentials-'));
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
  const applied = await cli(root, ...onManifest('apply', '--yes'));
  expect(applied.exitCode).toBe(0);
  const enrolled = await cli(root, ...onManifest('credentials', 'enrol', '--user', 'web-svc'));
  expect(enrolled.stdout).toBe(
    `enrolled web-svc: its secret is in secret store ${join(directory, 'secrets/test/users')}`,
  );
});
afterAll(async () => {
  await emulator.close();
  await issuer.close();
  rmSync(directory, { recursive: true, force: true });
});

test('credential_process: a profile of the AWS configuration, without root credentials', async () => {
  const command = `${process.execPath} ${bin} credentials process --manifest ${directory}/manifest.json --secrets ${directory}/secrets/test --user web-svc`;
  writeFileSync(join(directory, 'config'), `[default]\ncredential_process = ${command}\n`);
  const env = { AWS_CONFIG_FILE: join(directory, 'config'), AWS_SDK_LOAD_CONFIG: '1' };
  expect(await application(env)).toEqual(WEB);
  const before = readdirSync(join(directory, 'secrets/test/sessions'));
  const again = await cli({}, ...onManifest('credentials', 'process', '--user', 'web-svc'));
  const cached = JSON.parse(readFileSync(join(directory, 'secrets/test/sessions', before[0] ?? ''), 'utf8')) as {
    credentials: { accessKeyId: string };
  };
  expect(JSON.parse(again.stdout)).toMatchObject({ Version: 1, AccessKeyId: cached.credentials.accessKeyId });
});

test('the local endpoint: AWS_CONTAINER_CREDENTIALS_FULL_URI', async () => {
  const serving = execa(
    process.execPath,
    [bin, ...onManifest('credentials', 'serve', '--user', 'web-svc', '--token-file', 'run/token', '--json')],
    { cwd: directory, stdin: 'ignore', reject: false },
  );
  try {
    const line = await new Promise<string>((resolve) => serving.stdout.once('data', (data) => resolve(String(data))));
    const { type, ...env } = JSON.parse(line) as Record<string, string>;
    expect(type).toBe('listening');
    expect(await application(env as Record<string, string>)).toEqual(WEB);
  } finally {
    serving.kill('SIGTERM');
  }
  expect((await serving).exitCode).toBe(0);
});

describe('by web identity', () => {
  test('AWS_WEB_IDENTITY_TOKEN_FILE: the SDK signs in at the server itself', async () => {
    writeFileSync(join(directory, 'token'), await issuer.mint({ groups: ['web-storage'] }));
    const env = {
      AWS_WEB_IDENTITY_TOKEN_FILE: join(directory, 'token'),
      AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/ignored',
      AWS_ENDPOINT_URL_STS: emulator.endpoint,
    };
    expect(await application(env)).toEqual(WEB);
  });

  test('credentials process --web-identity-token-file', async () => {
    writeFileSync(join(directory, 'token'), await issuer.mint({ groups: ['web-storage'] }));
    const printed = await cli({}, ...onManifest('credentials', 'process', '--web-identity-token-file', 'token'));
    const { AccessKeyId, SecretAccessKey, SessionToken } = JSON.parse(printed.stdout) as Record<string, string>;
    const env = {
      AWS_ACCESS_KEY_ID: AccessKeyId ?? '',
      AWS_SECRET_ACCESS_KEY: SecretAccessKey ?? '',
      AWS_SESSION_TOKEN: SessionToken ?? '',
    };
    expect(await application(env)).toEqual(WEB);
  });
});

test('mistakes say what to do, on stderr, and print no credentials', async () => {
  const mistakes: [string[], string][] = [
    [[], 'error: name either --user or --web-identity-token-file: whose sessions are wanted'],
    [
      ['--user', 'backup-svc'],
      `error: the secret of user backup-svc is not in secret store ${join(directory, 'secrets/test/users')}: run cdktf-rustfs credentials enrol --user backup-svc with the root credentials`,
    ],
    [['--web-identity-token-file', 'none'], `error: cannot read the token file ${join(directory, 'none')}: ENOENT`],
    [['--user', 'web-svc', '--duration', '60'], 'error: a session of 60 seconds cannot be had: expected 900 to 43200'],
  ];
  for (const [args, message] of mistakes) {
    const { exitCode, stdout, stderr } = await cli({}, ...onManifest('credentials', 'process', ...args));
    expect([exitCode, stdout, stderr.trim()]).toEqual([1, '', message]);
  }
});
