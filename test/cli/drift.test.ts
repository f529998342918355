import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serializeManifest } from '../../manifest/index.js';
import { type ByHand, byHand, publicRead } from '../provisioning/drift/hand-made.js';
import { createWorld, manifestFor, type World } from '../provisioning/fixture.js';
import { runCli } from './run.js';

let world: World;
let hand: ByHand;
let directory: string;

beforeEach(async () => {
  world = await createWorld();
  await world.apply();
  hand = byHand(world);
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-cli-'));
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(world.endpoint)));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await world.close();
});

const cli = (command: string, ...args: string[]) =>
  runCli(directory, [command, '--manifest', 'manifest.json', '--secrets', world.secretsDir, ...args]);

/** Keys are made side by side, so which one was first is not certain. */
const withoutOldest = (text: string) => text.replace(/access key, (backup|web), is/, 'access key, (one of two), is');

test('0 when nothing differs, 2 with what was found, and 0 again when it is repaired and removed', async () => {
  const clean = await cli('drift');
  expect([clean.exitCode, withoutOldest(clean.stdout)]).toEqual([
    0,
    `cdktf-rustfs emulator (not RustFS) behaving like 1.0.1 at ${world.endpoint}\n` +
      'No drift: the server holds what is declared, and nothing else. The oldest access key, (one of two), is less than a minute old.\n' +
      '11 requests',
  ]);

  const { accessKeyId } = await hand.storedKey('web');
  await hand.admin('POST', '/update-service-account', { accessKey: accessKeyId }, { newSecretKey: 'other-secret' });
  await hand.bucket('web-assets', { policy: '' }, publicRead('web-assets'));
  await hand.user('idle');
  const found = await cli('drift');
  expect([found.exitCode, withoutOldest(found.stdout)]).toEqual([
    2,
    `cdktf-rustfs emulator (not RustFS) behaving like 1.0.1 at ${world.endpoint}\n` +
      '! access-key web: the server has another secret for it than the secret store\n' +
      '    whoever set the other secret can sign with this key, and applications that have the stored one cannot\n' +
      '    → apply --check-secrets puts the stored secret back\n' +
      '! bucket-config web-assets/policy: nobody declared this policy\n' +
      '    anybody, without an access key, could s3:GetObject web-assets/x, because the policy of bucket web-assets allows s3:GetObject on arn:aws:s3:::web-assets/*\n' +
      '    - {"Statement":[{"Action":["s3:GetObject"],"Effect":"Allow","Principal":"*","Resource":["arn:aws:s3:::web-assets/*"]}],"Version":"2012-10-17"}\n' +
      '    → apply removes it\n' +
      '? user idle: nobody declared this user (no policy); it can do nothing\n' +
      '→ unmanaged objects are left alone: remove them, or declare them with what drift --adopt prints\n' +
      'Drift: 2 managed, 1 unmanaged; with access that nobody declared: 2. The oldest access key, (one of two), is less than a minute old.\n' +
      '13 requests',
  ]);

  const json = await cli('drift', '--json');
  expect(json.exitCode).toBe(2);
  expect(JSON.parse(json.stdout)).toMatchObject({
    emulated: true,
    findings: [
      { severity: 'security', category: 'managed', kind: 'access-key', name: 'web' },
      { severity: 'security', category: 'managed', kind: 'bucket-config', name: 'web-assets/policy' },
      { severity: 'drift', category: 'unmanaged', kind: 'user', name: 'idle' },
    ],
    requests: 13,
  });

  expect((await cli('apply', '--yes', '--check-secrets')).exitCode).toBe(0);
  await hand.admin('DELETE', '/remove-user', { accessKey: 'idle' });
  expect((await cli('drift')).exitCode).toBe(0);
});

test('--adopt prints TypeScript on stdout and the count on stderr', async () => {
  await hand.user('idle');
  const { exitCode, stdout, stderr } = await cli('drift', '--adopt');
  expect([exitCode, stderr]).toEqual([2, '1 objects declared, 0 left out']);
  expect(stdout).toBe(
    `// Found on the cdktf-rustfs emulator behaving like RustFS 1.0.1 at ${world.endpoint}, declared by nobody. Review every line: what is declared here is kept and repaired by apply.\n` +
      "import { type IRustFs, ServiceUser } from 'cdktf-rustfs';\n" +
      "import { Construct } from 'constructs';\n" +
      '\n' +
      'export function adopt(scope: Construct, server: IRustFs): void {\n' +
      "  const adopted = new Construct(scope, 'adopted');\n" +
      "  new ServiceUser(adopted, 'user-idle', { server, userName: 'idle' });\n" +
      '}',
  );
});

test('--max-key-age takes days, and reports the keys that are older', async () => {
  const refused = await cli('drift', '--max-key-age', '3w');
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain(
    "error: option '--max-key-age <days>' argument '3w' is invalid. expected a number of days, such as 90d",
  );
  expect((await cli('drift', '--max-key-age', '90d')).exitCode).toBe(0);
});

test('--textfile writes what alerts are made of, also when nothing differs', async () => {
  const file = join(directory, 'metrics', 'drift.prom');
  const samples = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('cdktf_rustfs_drift_findings'));
  expect((await cli('drift', '--textfile', file)).exitCode).toBe(0);
  expect(samples().map((line) => line.split(' ').at(-1))).toEqual(['0', '0']);
  const created = readFileSync(file, 'utf8').match(/^cdktf_rustfs_access_key_created_timestamp_seconds\{.*$/gm);
  expect(created?.map((line) => /access_key="(\w+)"/.exec(line)?.[1]).sort()).toEqual(['backup', 'web']);
  expect(statSync(file).mode & 0o777).toBe(0o644);

  await hand.user('idle');
  expect((await cli('drift', '--textfile', file)).exitCode).toBe(2);
  expect(samples().map((line) => line.split(' ').at(-1))).toEqual(['0', '1']);

  const verified = join(directory, 'metrics', 'verify.prom');
  expect((await cli('verify', '--textfile', verified)).exitCode).toBe(0);
  expect(readFileSync(verified, 'utf8')).toMatch(/cdktf_rustfs_access_findings\{stack="\w+",severity="security"\} 0\n/);

  const refused = await cli('drift', '--textfile', 'drift.txt');
  expect([refused.exitCode, refused.stderr.split('\n')[0]]).toEqual([
    1,
    "error: option '--textfile <file>' argument 'drift.txt' is invalid. expected a name that ends with .prom, because node_exporter reads no other",
  ]);
});
