import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { type ManifestSecretStore, serializeManifest } from '../../manifest/index.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { publishedKey } from '../provisioning/rotate/application.js';
import { fixture } from '../provisioning/secrets/support.js';
import { runCli } from './run.js';

const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const SOPS = 'sops';
const sopsInstalled = spawnSync(SOPS, ['--version', '--disable-version-check']).status === 0;
if (!sopsInstalled) console.log('skipped: what the sops CLI decrypts, because no sops is on the PATH');

let emulator: Emulator;
let directory: string;

beforeEach(async () => {
  emulator = await startEmulator({ port: 0, accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey });
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-rotate-'));
  copyFileSync(fixture('test-only-age-key.txt'), join(directory, 'age.txt'));
  writeManifest({ type: 'directory', directory: 'secrets/test' });
});
afterEach(async () => {
  await emulator.close();
  rmSync(directory, { recursive: true, force: true });
});

function writeManifest(secretStore: ManifestSecretStore): void {
  const manifest = manifestFor(emulator.endpoint, (declared) => {
    declared.secretStore = secretStore;
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifest));
}

const cli = (args: string[], env: Record<string, string | undefined> = {}) =>
  runCli(directory, [...args, '--manifest', 'manifest.json'], {
    SOPS_AGE_KEY_FILE: join(directory, 'age.txt'),
    ...env,
  });

test('rotate, again, finish, again: what is printed, and exit codes', async () => {
  await cli(['apply', '--yes']);
  const first = await cli(['rotate', 'web']);
  expect([first.exitCode, first.stderr]).toEqual([0, '']);
  expect(first.stdout.split('\n').slice(3)).toEqual([
    'access key  component  outcome',
    'web         web        rotated  a new key is published; the old one works until rotate --finish',
  ]);
  const again = await cli(['rotate', '--older-than', '90d']);
  expect(again.exitCode).toBe(0);
  expect(again.stdout.split('\n').slice(3)).toEqual([
    'access key  component  outcome',
    'backup      backup     unchanged  the key is less than a minute old',
    'web         web        unchanged  the key is less than a minute old, and the old one still drains: rotate --finish deletes it',
    'nothing to rotate',
  ]);
  const finish = await cli(['rotate', '--finish', '--json']);
  expect(finish.exitCode).toBe(0);
  expect(JSON.parse(finish.stdout.split('\n').at(-1) ?? '')).toMatchObject({
    type: 'rotation',
    keys: [
      { accessKey: 'backup', component: 'backup', outcome: 'unchanged', note: 'no old key is draining', findings: [] },
      { accessKey: 'web', component: 'web', outcome: 'finished', note: 'the old key is deleted', findings: [] },
    ],
  });
  const nothing = await cli(['rotate', 'web', '--finish']);
  expect([nothing.exitCode, nothing.stdout.split('\n').at(-1)]).toEqual([0, 'nothing to finish']);
  expect((await cli(['plan'])).exitCode).toBe(0);
});

test('a contradiction is exit code 3, and names what the new key could do', async () => {
  await cli(['apply', '--yes']);
  const before = publishedKey(join(directory, 'secrets', 'test'), 'web');
  const narrowed = manifestFor(emulator.endpoint, ({ policies }) => void policies[1]?.document.Statement.pop());
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(narrowed));
  const { exitCode, stdout } = await cli(['rotate', 'web']);
  expect(exitCode).toBe(3);
  expect(stdout).toContain(
    'security: web (next) could get object on web-uploads, although the declared policies refuse it (404 NoSuchKey); statement 2 of policy web-storage, attached to user web-svc on the server, allows it',
  );
  expect(publishedKey(join(directory, 'secrets', 'test'), 'web')).toEqual(before);
});

test.each([
  [['rotate', 'nope'], 'error: no component or access key nope in the manifest; it declares backup, web'],
  [
    ['rotate', '--older-than', '90'],
    "error: option '--older-than <age>' argument '90' is invalid. expected an age such as 90d, 12h, 30m or 2w\n(run with --help for usage)",
  ],
  [
    ['rotate', 'web', '--root'],
    'error: the root secret is rotated by itself: run rotate --root without names and --older-than',
  ],
  [
    ['rotate', '--secrets', 'sops:'],
    'error: invalid secret store "sops:": expected a directory, sops:FILE, dotenv:FILE or environment',
  ],
  [
    ['kubernetes-secret', 'nope', '--namespace', 'x'],
    'error: no component or access key nope in the manifest; it declares backup, web',
  ],
])('%j', async (args, message) => {
  const { exitCode, stderr } = await cli(args);
  expect([exitCode, stderr]).toEqual([1, message]);
});

test('rotate --root says what it means, and touches nothing on the server', async () => {
  const { exitCode, stdout } = await cli(['rotate', '--root']);
  expect(exitCode).toBe(0);
  expect(stdout).toBe(`a new root secret is prepared; the server was not touched
RustFS takes its root secret only at start, so the rotation needs a restart. What that means:
- all STS sessions (AssumeRole, OIDC sign-ins) end: they are signed with the root secret, and have to be asked for again
- access keys of components keep working, and the root access key keeps its name
- all nodes of one server need the same secret
To complete it:
1. give the server the new secret (the "next" key of entry rustfs-root in secret store ${directory}/secrets/test) as RUSTFS_SECRET_KEY or RUSTFS_SECRET_KEY_FILE, and restart it
2. cdktf-rustfs rotate --root --finish --manifest …`);
  expect((await cli(['plan'])).exitCode).toBe(2);
});

describe('every kind of store', () => {
  const env = { SOPS_AGE_RECIPIENTS: RECIPIENT };

  test.each<readonly [string, ManifestSecretStore, string[]]>([
    ['a SOPS file', { type: 'sops', file: 'cluster.yaml', ageRecipients: [RECIPIENT] }, []],
    ['a dotenv file', { type: 'dotenv', file: 'deep/.env' }, []],
    ['one that --secrets names', { type: 'directory', directory: 'unused' }, ['--secrets', 'sops:other.yaml']],
  ])(
    'apply, rotate, finish and verify with %s',
    async (_, secretStore, secrets) => {
      writeManifest(secretStore);
      for (const args of [['apply', '--yes'], ['rotate'], ['plan'], ['rotate', '--finish'], ['verify']]) {
        const { exitCode, stderr } = await cli([...args, ...secrets], env);
        expect([args, exitCode, stderr]).toEqual([args, 0, '']);
      }
    },
    60_000,
  );

  test('environment variables are enough to verify, and refuse to be written', async () => {
    await cli(['apply', '--yes']);
    const variables = Object.fromEntries(
      ['backup', 'web'].flatMap((name) => {
        const { accessKeyId, secretAccessKey } = publishedKey(join(directory, 'secrets', 'test'), name);
        const start = `${name.toUpperCase()}_S3`;
        return [
          [`${start}_ACCESS_KEY`, accessKeyId],
          [`${start}_SECRET_KEY`, secretAccessKey],
        ];
      }),
    );
    const verified = await cli(['verify', '--secrets', 'environment'], variables);
    expect([verified.exitCode, verified.stderr]).toEqual([0, '']);
    expect(verified.stdout).toContain('2 access keys');
    const rotated = await cli(['rotate', '--secrets', 'environment'], variables);
    expect(rotated.exitCode).toBe(1);
    expect(rotated.stderr).toContain(
      'error: environment variables are read only, so no key can be rotated there: name a directory or a SOPS file as the secret store',
    );
  });

  test('root credentials from the store alone', async () => {
    writeManifest({ type: 'sops', file: 'cluster.yaml', ageRecipients: [RECIPIENT] });
    const none = { RUSTFS_ACCESS_KEY: undefined, RUSTFS_SECRET_KEY: undefined };
    expect((await cli(['plan'], none)).stderr).toBe(
      'error: no root credential: set RUSTFS_ACCESS_KEY, or RUSTFS_ACCESS_KEY_FILE to a file that contains it',
    );
    const made = await cli(['root-credentials', '--dir', 'root']);
    expect(made.stdout).toBe('created root/access-key and root/secret-key');
    rmSync(join(directory, 'root'), { recursive: true });
    await emulator.close();
    await cli(['root-credentials', '--dir', 'again']);
    const read = (file: string) => readFileSync(join(directory, 'again', file), 'utf8').trim();
    const { port } = new URL(emulator.endpoint);
    emulator = await startEmulator({
      port: Number(port),
      accessKey: read('access-key'),
      secretKey: read('secret-key'),
    });
    const planned = await cli(['plan'], none);
    expect([planned.exitCode, planned.stderr]).toEqual([2, '']);
  });
});

describe.skipIf(!sopsInstalled)('the sops CLI', () => {
  const sops = async (...args: string[]) => {
    const { stdout } = await execa(SOPS, args, {
      cwd: directory,
      env: { SOPS_AGE_KEY_FILE: join(directory, 'age.txt') },
    });
    return parse(stdout);
  };

  test('decrypts the key that was published after a rotation, and the Kubernetes Secret made from it', async () => {
    writeManifest({ type: 'sops', file: 'cluster.yaml', ageRecipients: [RECIPIENT] });
    await cli(['apply', '--yes']);
    const before = await sops('decrypt', 'cluster.yaml');
    await cli(['rotate', 'web']);
    const draining = await sops('decrypt', 'cluster.yaml');
    expect(draining.web_s3_access_key).not.toBe(before.web_s3_access_key);
    expect(draining.web_s3_previous_access_key).toBe(before.web_s3_access_key);
    await cli(['rotate', '--finish']);
    const after = await sops('decrypt', 'cluster.yaml');
    expect(after).toEqual({
      ...before,
      web_s3_access_key: draining.web_s3_access_key,
      web_s3_secret_key: draining.web_s3_secret_key,
      web_s3_key_created_at: draining.web_s3_key_created_at,
    });

    const kubernetes = [
      'kubernetes-secret',
      'web',
      '--namespace',
      'apps',
      '--aws-names',
      '--endpoint',
      'http://s3:9000',
    ];
    const file = join('k8s', 'web-s3-secret.sops.yaml');
    expect((await cli([...kubernetes, '--out', 'k8s'])).stdout).toBe(`created ${file}`);
    expect((await cli([...kubernetes, '--out', 'k8s'])).stdout).toBe(`unchanged ${file}`);
    expect(readFileSync(join(directory, file), 'utf8')).not.toContain(after.web_s3_secret_key);
    expect((await sops('decrypt', file)).stringData).toEqual({
      AWS_ACCESS_KEY_ID: after.web_s3_access_key,
      AWS_SECRET_ACCESS_KEY: after.web_s3_secret_key,
      AWS_ENDPOINT_URL_S3: 'http://s3:9000',
      AWS_REGION: 'us-east-1',
    });
  });
});
