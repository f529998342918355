import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { bin } from '../e2e/fixture.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';

let emulator: Emulator;
let directory: string;
// CI makes some colour libraries write escape sequences into pipes.
const environment = {
  RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
  RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
  CI: 'true',
  FORCE_COLOR: undefined,
};

beforeAll(() => {
  delete process.env.RUSTFS_ENDPOINT;
});
beforeEach(async () => {
  emulator = await startEmulator({ port: 0, accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey });
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-cli-'));
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
});
afterEach(() => emulator.close());
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const cli = (...args: string[]) =>
  execa(process.execPath, [bin, ...args], { cwd: directory, reject: false, stdin: 'ignore', env: environment });
const onManifest = (command: string, ...args: string[]) => cli(command, '--manifest', 'manifest.json', ...args);

describe('exit codes and JSON', () => {
  test('plan 2, apply 0, plan 0, verify 0, then verify 3 when somebody widens a policy', async () => {
    const first = await onManifest('plan', '--json');
    expect(first.exitCode).toBe(2);
    expect(
      (JSON.parse(first.stdout) as { changes: { action: string; kind: string; name: string }[] }).changes[0],
    ).toMatchObject({
      action: 'create',
      kind: 'bucket',
      name: 'backup-dumps',
    });

    const applied = await onManifest('apply', '--yes', '--json');
    expect(applied.exitCode).toBe(0);
    const events = applied.stdout.split('\n').map((line) => JSON.parse(line) as { type: string });
    expect(events.at(-1)).toMatchObject({ type: 'applied', changes: 13 });

    const second = await onManifest('plan', '--json');
    expect([second.exitCode, JSON.parse(second.stdout)]).toEqual([
      0,
      { changes: [], blocked: [], unmanaged: [], requests: 6 },
    ]);

    const proof = await onManifest('verify', '--json');
    expect(proof.exitCode).toBe(0);
    expect(JSON.parse(proof.stdout)).toMatchObject({
      components: 2,
      buckets: 3,
      accessKeys: 2,
      probes: { contradictions: 0 },
      findings: [],
    });

    const narrowed = manifestFor(emulator.endpoint, (manifest) => {
      manifest.policies[1]?.document.Statement.pop();
    });
    writeFileSync(join(directory, 'manifest.json'), serializeManifest(narrowed));
    const contradiction = await onManifest('verify');
    expect(contradiction.exitCode).toBe(3);
    expect(contradiction.stdout).toContain(
      'security: web could get object on web-uploads, although the declared policies refuse it (404 NoSuchKey); statement 2 of policy web-storage, attached to user web-svc on the server, allows it',
    );
  }, 120_000);

  test('the secret store holds one dotenv file for each key, readable by its owner alone', async () => {
    await onManifest('apply', '--yes');
    const file = join(directory, 'secrets', 'test', 'web.env');
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    expect(readFileSync(file, 'utf8')).toMatch(/^AWS_ACCESS_KEY_ID=[A-Z0-9]{20}$/m);
    expect(readFileSync(file, 'utf8')).toMatch(/^AWS_SECRET_ACCESS_KEY=[A-Za-z0-9]{40}$/m);
  });

  test('piped output is plain text that says that the server is emulated', async () => {
    const { stdout } = await onManifest('apply', '--yes', '--verify');
    expect(stdout).toContain(`cdktf-rustfs emulator (not RustFS) behaving like 1.0.1 at ${emulator.endpoint}`);
    expect(stdout).toContain('emulated: these answers came from the cdktf-rustfs emulator, not from RustFS');
    expect(stdout).toContain('Plan: 13 to create, 0 to update, 0 to replace, 0 to delete.');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what must not be there
    expect(stdout).not.toMatch(/\u001b/);
  });
});

describe('bad input', () => {
  test.each<readonly [title: string, args: string[], message: string]>([
    [
      'a manifest that is not there',
      ['plan', '--manifest', 'nowhere.json'],
      'error: cannot read manifest nowhere.json (ENOENT): cdktf synth writes it to cdktf.out/stacks/<stack>/manifest.json',
    ],
    [
      'an endpoint with a path',
      ['plan', '--manifest', 'manifest.json', '--endpoint', 'http://127.0.0.1:1/s3'],
      'error: invalid endpoint http://127.0.0.1:1/s3: expected a URL without path and credentials, such as http://127.0.0.1:9000',
    ],
    [
      'nothing at the endpoint',
      ['plan', '--manifest', 'manifest.json', '--endpoint', 'http://127.0.0.1:1'],
      'error: GET /health/ready failed: nothing listens at http://127.0.0.1:1: start RustFS, or name the right address with --endpoint or RUSTFS_ENDPOINT',
    ],
    [
      'no approval',
      ['apply', '--manifest', 'manifest.json'],
      'error: 13 changes need an approval: pass --yes, or run apply on a terminal',
    ],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await cli(...args);
    expect([exitCode, stderr]).toEqual([1, message]);
  });

  test('an invalid policy is refused before anything is asked of the server', async () => {
    const text = serializeManifest(manifestFor(emulator.endpoint)).replace('"s3:ListBucket"', '"s3:List*"');
    writeFileSync(join(directory, 'manifest.json'), text);
    const { exitCode, stderr } = await onManifest('apply', '--yes');
    expect(exitCode).toBe(1);
    expect(stderr).toContain(
      'policy backup-storage: $.Statement[0].Action[0]: got "s3:List*"; RustFS takes exact action names',
    );
  });

  test('both a value and a file for one credential', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [bin, 'plan', '--manifest', 'manifest.json'], {
      cwd: directory,
      reject: false,
      env: { ...environment, RUSTFS_SECRET_KEY_FILE: 'x' },
    });
    expect([exitCode, stderr]).toEqual([
      1,
      'error: RUSTFS_SECRET_KEY and RUSTFS_SECRET_KEY_FILE are both set: unset one of them, as RustFS itself refuses both',
    ]);
  });
});
