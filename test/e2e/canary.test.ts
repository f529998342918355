import { cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Manifest, serializeManifest } from '../../manifest/index.js';
import { directorySecretStore } from '../../provisioning/index.js';
import { fixture } from '../provisioning/secrets/support.js';
import { createProject, type Project, stackFile, terraformInstalled } from './fixture.js';

const RECIPIENT = 'age19htr745fxfstem6djz3ywp8cdn3rs50ypmdxthlze72whatq2ujq2wfts3';
const WRONG_SECRET = 'wrong-root-secret-CANARY-0123456789';
const MANIFEST = 'cdktf.out/stacks/storage/manifest.json';
const STACK_DIR = 'cdktf.out/stacks/storage';
/** Where secrets may be: the store and copies of it, the root files, and what the server itself keeps. */
const ALLOWED = [
  'secrets/storage/',
  'damaged/',
  '.cdktf-rustfs/emulator-storage/root/',
  '.cdktf-rustfs/emulator-storage/data/',
];

const installed = await terraformInstalled();
if (!installed) console.warn('skipped: secrets in Terraform artefacts, because no terraform binary is installed');
const hasProc = process.platform === 'linux';
if (!hasProc) console.warn('skipped: secrets in process arguments, because only Linux shows them in /proc');

/** Command lines of all processes, seen again and again while something runs. */
async function watchProcesses(seen: Set<string>, running: () => boolean): Promise<void> {
  while (running()) {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '));
      } catch {
        // The process has ended since.
      }
    }
    await sleep(20);
  }
}

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isSymbolicLink() || entry.name === 'node_modules') return [];
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

/** A secret as it is, and as it would look in a Kubernetes Secret, a header or a dump. */
const formsOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  Buffer.from(secret).toString('hex'),
];

describe.skipIf(!installed)('secrets stay in the secret store', () => {
  let project: Project;
  const canaries = new Set([WRONG_SECRET]);
  const said: (readonly [what: string, text: string])[] = [];
  const commandLines = new Set<string>();
  let environment: Record<string, string> = {};
  let emulatorPid: number | undefined;

  /** Everything that is a secret at this moment. */
  async function collectCanaries(): Promise<void> {
    const store = directorySecretStore(join(project.directory, 'secrets', 'storage'));
    for (const name of await store.names()) {
      const entry = await store.read(name);
      for (const key of [entry?.current, entry?.next, entry?.previous]) if (key) canaries.add(key.secretAccessKey);
    }
    canaries.add(
      readFileSync(join(project.directory, '.cdktf-rustfs/emulator-storage/root/secret-key'), 'utf8').trim(),
    );
  }

  async function run(command: string, args: readonly string[], more: Record<string, string> = {}) {
    let running = true;
    const watching = hasProc ? watchProcesses(commandLines, () => running) : Promise.resolve();
    const result = await project.run(command, args, { ...environment, ...more });
    running = false;
    await watching;
    said.push([`${command} ${args.join(' ')}`, `${result.stdout}\n${result.stderr}`]);
    await collectCanaries();
    return result;
  }

  const cli = (args: readonly string[], more?: Record<string, string>) =>
    run(process.execPath, ['node_modules/.bin/cdktf-rustfs', ...args], more);

  async function expectCodes(code: number, commands: readonly string[][], more?: Record<string, string>) {
    for (const args of commands) {
      const { exitCode, stdout, stderr } = await cli([...args, '--manifest', MANIFEST], more);
      expect([args, exitCode, exitCode === code ? '' : (stdout + stderr).slice(-2000)]).toEqual([args, code, '']);
    }
  }

  beforeAll(async () => {
    project = await createProject(stackFile('Access.readWrite()'));
    const temporary = join(project.directory, 'tmp');
    mkdirSync(temporary);
    environment = {
      TMPDIR: temporary,
      HOME: temporary,
      TF_LOG: 'trace',
      TF_LOG_PATH: join(project.directory, 'terraform.log'),
      SOPS_AGE_KEY_FILE: fixture('test-only-age-key.txt'),
    };
  });

  afterAll(async () => {
    if (emulatorPid !== undefined) process.kill(emulatorPid, 'SIGTERM');
    await project.remove();
  });

  test('a deployment, a proof, rotations and a changed stack go well', async () => {
    const up = ['up', '--stack', 'storage', '--port', '0', '--keep', '--debug'];
    const first = await cli(up);
    expect([first.exitCode, first.exitCode === 0 ? '' : first.stdout + first.stderr]).toEqual([0, '']);
    const handle = JSON.parse(
      readFileSync(join(project.directory, '.cdktf-rustfs/emulator-storage/process.json'), 'utf8'),
    ) as {
      pid: number;
      endpoint: string;
    };
    emulatorPid = handle.pid;
    const root = join(project.directory, '.cdktf-rustfs/emulator-storage/root');
    Object.assign(environment, {
      RUSTFS_ENDPOINT: handle.endpoint,
      RUSTFS_ACCESS_KEY_FILE: join(root, 'access-key'),
      RUSTFS_SECRET_KEY_FILE: join(root, 'secret-key'),
    });
    await expectCodes(0, [
      ['apply', '--yes', '--verify', '--json', '--debug'],
      ['rotate', '--debug'],
      ['plan', '--debug'],
      ['verify', '--json', '--debug', '--reports', 'reports'],
      ['rotate', '--finish', '--json', '--debug'],
      ['rotate', '--root', '--debug'],
      ['kubernetes-secret', '--namespace', 'apps', '--age', RECIPIENT, '--out', 'kubernetes'],
    ]);
    writeFileSync(join(project.directory, 'main.ts'), stackFile('Access.readOnly()'));
    expect((await cli(up)).exitCode).toBe(0);
    for (const args of [
      ['plan', '-out=plan.bin', '-replace=terraform_data.provisioning'],
      ['show', '-json', 'plan.bin'],
      ['show', '-json'],
    ]) {
      expect((await run('terraform', [`-chdir=${STACK_DIR}`, ...args])).exitCode).toBe(0);
    }
  }, 240_000);

  const each = [
    ['plan', '--debug'],
    ['apply', '--yes', '--verify', '--json', '--debug'],
    ['verify', '--debug'],
    ['rotate', '--debug'],
    ['rotate', '--finish', '--json', '--debug'],
    ['rotate', '--root', '--debug'],
  ];

  test('every step fails: a wrong root secret, and no server', async () => {
    const { RUSTFS_SECRET_KEY_FILE: file = '' } = environment;
    delete environment.RUSTFS_SECRET_KEY_FILE;
    await expectCodes(1, each, { RUSTFS_SECRET_KEY: WRONG_SECRET });
    const replace = ['apply', '-auto-approve', '-no-color', '-replace=terraform_data.provisioning'];
    const terraform = await run('terraform', [`-chdir=${STACK_DIR}`, ...replace], { RUSTFS_SECRET_KEY: WRONG_SECRET });
    expect([terraform.exitCode, terraform.stderr + terraform.stdout]).toEqual([
      1,
      expect.stringContaining('SignatureDoesNotMatch'),
    ]);
    environment.RUSTFS_SECRET_KEY_FILE = file;
    await expectCodes(1, each, { RUSTFS_ENDPOINT: 'http://127.0.0.1:1' });
  });

  test('every step fails: a store that is damaged, in use or somewhere else', async () => {
    const copyStore = (name: string) => {
      const directory = join(project.directory, 'damaged', name);
      cpSync(join(project.directory, 'secrets', 'storage'), directory, { recursive: true });
      return directory;
    };
    const cut = copyStore('cut');
    truncateSync(join(cut, 'web.env'), 300);
    const edited = copyStore('edited');
    writeFileSync(join(edited, 'web.env'), readFileSync(join(edited, 'web.env'), 'utf8').replace('AWS_SECRET', 'X'));
    const keyless = copyStore('keyless');
    writeFileSync(join(keyless, 'web.env'), '');
    for (const directory of [cut, edited, keyless]) {
      const commands = each.filter((args) => !args.includes('--root'));
      await expectCodes(
        1,
        commands.map((args) => [...args, '--secrets', relative(project.directory, directory)]),
      );
    }
    const foreign = ['--secrets', 'elsewhere'];
    await expectCodes(1, [
      ['apply', '--yes', '--json', ...foreign],
      ['rotate', ...foreign],
    ]);
  });

  test('every step fails: a manifest that is broken, and one that the server contradicts', async () => {
    const file = join(project.directory, MANIFEST);
    const manifest = readFileSync(file, 'utf8');
    writeFileSync(file, manifest.slice(0, -40));
    await expectCodes(1, each);
    const narrowed = JSON.parse(manifest) as Manifest;
    narrowed.policies.find(({ name }) => name === 'mail-storage')?.document.Statement.pop();
    writeFileSync(file, serializeManifest(narrowed));
    await expectCodes(3, [
      ['verify', '--debug'],
      ['rotate', 'mail', '--json', '--debug'],
    ]);
    writeFileSync(file, manifest);
    await expectCodes(0, [['plan']]);
  });

  test('no secret was printed', () => {
    // Root, the wrong one, the next root, and of two components the first and the second key.
    expect(canaries.size).toBeGreaterThanOrEqual(7);
    expect(said.length).toBeGreaterThan(45);
    const debug = said.filter(([, text]) => text.includes('debug: 200 in '));
    expect(debug.length).toBeGreaterThan(10);
    expect(debug.some(([, text]) => text.includes('"secretKey":"***"'))).toBe(true);
    for (const [what, text] of said) {
      for (const canary of canaries) {
        const shown = formsOf(canary).some((form) => text.includes(form));
        expect([what, shown]).toEqual([what, false]);
      }
    }
  });

  test.skipIf(!hasProc)('no secret was an argument of a process', () => {
    const lines = [...commandLines];
    // The steps that Terraform starts were seen, not only the outermost command.
    expect(lines.some((line) => line.includes('cdktf-rustfs apply --manifest'))).toBe(true);
    expect(lines.some((line) => line.startsWith('terraform apply'))).toBe(true);
    for (const canary of canaries) {
      expect(lines.filter((line) => formsOf(canary).some((form) => line.includes(form)))).toEqual([]);
    }
  });

  test('no secret is in a file but the store: configuration, plan, state, backups, logs, reports', () => {
    const files = filesBelow(project.directory).map((path) => relative(project.directory, path));
    const holds = (file: string) => {
      const text = readFileSync(join(project.directory, file), 'latin1');
      return [...canaries].some((canary) => formsOf(canary).some((form) => text.includes(form)));
    };
    const allowed = files.filter((file) => ALLOWED.some((directory) => file.startsWith(directory)));
    const others = files.filter((file) => !allowed.includes(file));
    for (const expected of [
      `${STACK_DIR}/cdk.tf.json`,
      MANIFEST,
      `${STACK_DIR}/plan.bin`,
      'terraform.storage.tfstate',
      'terraform.storage.tfstate.backup',
      'terraform.log',
      'reports/verify.json',
      'kubernetes/web-s3-secret.sops.yaml',
      '.cdktf-rustfs/emulator-storage/emulator.log',
    ]) {
      expect(others).toContain(expected);
    }
    expect(others.filter(holds)).toEqual([]);
    // The search finds what is there.
    expect(allowed.filter(holds)).toEqual(
      expect.arrayContaining([
        'secrets/storage/web.env',
        'secrets/storage/mail.env',
        '.cdktf-rustfs/emulator-storage/root/secret-key',
      ]),
    );
  });
});
