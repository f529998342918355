import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serializeManifest } from '../../manifest/index.js';
import { createWorld, manifestFor, type World } from '../provisioning/fixture.js';
import { withKms } from '../provisioning/kms/fixture.js';
import { runCli } from './run.js';

let world: World;
let directory: string;

beforeEach(async () => {
  world = await createWorld();
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-cli-'));
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(world.endpoint, withKms)));
});
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true });
  await world.close();
});

const cli = (...args: string[]) =>
  runCli(directory, [...args, '--manifest', 'manifest.json', '--secrets', world.secretsDir]);

const said = ({ exitCode, stdout, stderr }: Awaited<ReturnType<typeof cli>>) => [exitCode, stdout, stderr];
const server = () => `cdktf-rustfs emulator (not RustFS) behaving like 1.0.1 at ${world.endpoint}`;
const KEPT = 'objects that are stored stay encrypted with the old key, which is kept; only new objects use the new one';

test('status and rotate, before and after an apply', { timeout: 120_000 }, async () => {
  expect(said(await cli('kms', 'status'))).toEqual([1, `${server()}\nKMS none: NotConfigured\ndefault key: none`, '']);
  expect(said(await cli('kms', 'rotate'))).toEqual([
    1,
    '',
    'error: the KMS does not run, or does not answer: run apply first',
  ]);
  expect((await cli('apply', '--yes')).exitCode).toBe(0);
  expect(said(await cli('kms', 'rotate', 'app'))).toEqual([0, `app -> app-r2\n${KEPT}`, '']);
  expect(said(await cli('kms', 'status'))).toEqual([
    0,
    [
      server(),
      'KMS local: Running, healthy',
      '  key_dir: /kms',
      '  has_master_key: true',
      'default key: app-r2',
      'key                        state                       buckets',
      'app                        enabled  declared',
      'app-r2                     enabled  default, declared  web-uploads',
      'archive                    enabled  declared',
      'rustfs-internal-kms-probe  enabled',
      'SSE-S3: backup-dumps',
    ].join('\n'),
    '',
  ]);
  const json = await cli('kms', 'rotate', 'app', '--json');
  expect(JSON.parse(json.stdout)).toEqual({
    rotations: [{ name: 'app', from: 'app-r2', to: 'app-r3', resumed: false }],
    note: KEPT,
  });
  expect(said(await cli('kms', 'rotate', 'app', '--credential'))).toEqual([
    1,
    '',
    'error: --credential goes without keys',
  ]);
});

test('server-secrets makes the master key once', async () => {
  const make = () => cli('server-secrets', '--dir', 'server');
  expect(said(await make())).toEqual([0, 'created server/sse-s3-master-key', '']);
  expect(said(await make())).toEqual([0, 'kept server/sse-s3-master-key', '']);
});
