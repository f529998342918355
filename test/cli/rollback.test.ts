import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, type InjectedFault, type SeenRequest, startEmulator } from '../../emulator/index.js';
import { type Manifest, serializeManifest } from '../../manifest/index.js';
import { bin } from '../e2e/fixture.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { ADMIN, writer } from '../provisioning/snapshot/support.js';

let emulator: Emulator;
let directory: string;
let fault: (request: SeenRequest) => InjectedFault | undefined;

beforeEach(async () => {
  fault = () => undefined;
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-rollback-'));
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    onRequest: (request) => fault(request),
  });
  declare();
});
afterEach(() => emulator.close());
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const declare = (change?: (manifest: Manifest) => void) =>
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint, change)));
const start = (...args: string[]) =>
  execa(process.execPath, [bin, ...args, '--manifest', 'manifest.json'], {
    cwd: directory,
    reject: false,
    stdin: 'ignore',
    env: {
      RUSTFS_ACCESS_KEY: ROOT.accessKeyId,
      RUSTFS_SECRET_KEY: ROOT.secretAccessKey,
      NO_COLOR: '1',
      FORCE_COLOR: undefined,
    },
  });
const snapshots = () => readdirSync(join(directory, 'secrets/test/snapshots')).filter((name) => name.endsWith('.age'));
const path = (name: string) => join('secrets/test/snapshots', name);
const last = () => path(snapshots().at(-1) ?? 'none');
const withTags = (manifest: Manifest) => {
  for (const bucket of manifest.buckets) bucket.tags = { team: 'web' };
};

describe('automatic', () => {
  test('a contradiction after an apply undoes what that apply changed, and only that', async () => {
    expect((await start('apply', '--yes')).exitCode).toBe(0);
    const { write, close } = writer(emulator.endpoint);
    // By somebody else, while the proof runs.
    let meanwhile: Promise<void> | undefined;
    fault = ({ method, path: requested }) => {
      if (method !== 'PUT' || !/^\/new-logs\/./.test(requested)) return undefined;
      const alice = { secretKey: 'alice-secret', status: 'enabled' };
      meanwhile ??= write('PUT', `${ADMIN}/add-user`, { accessKey: 'alice' }, alice);
      return { action: 'respond', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' };
    };
    declare((manifest) => {
      withTags(manifest);
      manifest.buckets.push({ name: 'new-logs', removalPolicy: 'retain' });
      manifest.users.push({ name: 'new-svc', enabled: true, policies: ['new-storage'] });
      manifest.accessKeys.push({ name: 'new', user: 'new-svc' });
      const statement = { Effect: 'Allow' as const, Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::new-logs/*'] };
      manifest.policies.push({ name: 'new-storage', document: { Version: '2012-10-17', Statement: [statement] } });
    });
    const { exitCode, stdout } = await start('apply', '--yes', '--verify');
    await meanwhile;
    close();
    expect(exitCode).toBe(3);
    expect(stdout).toContain('access: new could not put object on new-logs');
    expect(stdout).toContain(
      `rolling back what this apply changed (keep it with --no-rollback); if interrupted, run: cdktf-rustfs rollback ${join(directory, last())}`,
    );
    expect(stdout).toContain(
      'after the rollback nobody can do more than is declared; what this apply declared for the first time is missing again',
    );
    declare();
    const { stdout: plan } = await start('plan');
    expect(plan.split('\n').slice(1)).toEqual(['? user alice (unmanaged, left alone)', 'No changes. (1 unmanaged)']);
  });

  test('--no-rollback leaves the changes, --no-snapshot takes none, and old snapshots go', async () => {
    expect((await start('apply', '--yes', '--no-snapshot')).exitCode).toBe(0);
    expect(readdirSync(join(directory, 'secrets/test')).sort()).toEqual(['backup.env', 'web.env']);
    fault = ({ method, path: requested }) =>
      method === 'PUT' && /^\/web-uploads\/./.test(requested)
        ? { action: 'respond', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
        : undefined;
    declare(withTags);
    const kept = await start('apply', '--yes', '--verify', '--no-rollback', '--keep-snapshots', '1');
    expect(kept.exitCode).toBe(3);
    expect((await start('plan')).stdout).toContain('No changes.');
    const [first] = snapshots();
    declare((manifest) => {
      for (const bucket of manifest.buckets) bucket.tags = { team: 'other' };
    });
    expect((await start('apply', '--yes', '--keep-snapshots', '1')).exitCode).toBe(0);
    expect(snapshots()).toHaveLength(1);
    expect(snapshots()).not.toContain(first);
  });
});

describe('by hand', () => {
  test('shows, restores, has nothing to do again, and can be undone', async () => {
    await start('apply', '--yes', '--no-snapshot');
    await start('snapshot');
    const wanted = last();
    declare(withTags);
    await start('apply', '--yes', '--no-snapshot');
    const dry = await start('rollback', wanted, '--dry-run');
    expect(dry.exitCode).toBe(2);
    expect(dry.stdout.split('\n').slice(2)).toEqual([
      '- bucket-config backup-dumps/tags (tags was not set)',
      '    - <Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag></TagSet></Tagging>',
      '- bucket-config web-assets/tags (tags was not set)',
      '    - <Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag></TagSet></Tagging>',
      '- bucket-config web-uploads/tags (tags was not set)',
      '    - <Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag></TagSet></Tagging>',
      'Plan: 0 to create, 0 to update, 0 to replace, 3 to delete.',
    ]);
    expect((await start('rollback', wanted, '--yes')).exitCode).toBe(0);
    expect((await start('rollback', wanted, '--dry-run')).exitCode).toBe(0);
    const undo = snapshots().find((name) => name.includes('before-rollback')) ?? '';
    expect((await start('rollback', path(undo), '--yes')).exitCode).toBe(0);
    expect((await start('plan')).stdout).toContain('No changes.');
  });

  test.each([1, 3, 6])('killed with SIGKILL at write %i, a second run finishes', async (fatal) => {
    await start('apply', '--yes');
    const wanted = last();
    let writes = 0;
    const first = start('rollback', wanted, '--yes');
    fault = ({ method }) => void (method !== 'GET' && ++writes === fatal && first.kill('SIGKILL'));
    expect((await first).signal).toBe('SIGKILL');
    fault = () => undefined;
    const second = await start('rollback', wanted, '--yes');
    expect([second.exitCode, second.stderr]).toEqual([0, '']);
    expect((await start('plan')).stdout).toContain('Plan: 13 to create');
    const again = await start('apply', '--yes', '--verify');
    expect(again.exitCode).toBe(0);
  });

  test('a bucket with objects stays, and says so', async () => {
    await start('apply', '--yes');
    const wanted = last();
    const { write, close } = writer(emulator.endpoint);
    await write('PUT', '/web-uploads/cat.jpg', {}, 'meow');
    close();
    const { exitCode, stdout } = await start('rollback', wanted, '--yes');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      'not restored: bucket web-uploads: it is newer than the snapshot, but holds objects, so it stays',
    );
    expect((await start('rollback', wanted, '--dry-run')).stdout).toContain(
      '! bucket web-uploads: it is newer than the snapshot, but holds objects, so it stays\n    empty it and roll back again if nobody needs them',
    );
  });

  test('the drill restores into an emulator, and says that it is one', async () => {
    await start('apply', '--yes', '--no-snapshot');
    await start('snapshot');
    const { exitCode, stdout } = await start('snapshot', 'drill', last());
    expect(exitCode).toBe(0);
    expect(stdout).toContain('6 access keys'.replace('6', '2'));
    expect(stdout).toMatch(
      /^emulated: the restored configuration equals the snapshot, byte for byte \(SHA-256 \w{16}…\)$/m,
    );
  });
});

describe('files', () => {
  test('are closed to others and hold no secret in clear', async () => {
    await start('apply', '--yes');
    await start('snapshot');
    const secret = /^AWS_SECRET_ACCESS_KEY=(.+)$/m.exec(
      readFileSync(join(directory, 'secrets/test/web.env'), 'utf8'),
    )?.[1];
    const text = readFileSync(join(directory, last()), 'utf8');
    expect(secret).toMatch(/^\w{40}$/);
    expect(text).not.toContain(secret);
    for (const file of [last(), 'secrets/test/snapshot-key.txt']) {
      expect((statSync(join(directory, file)).mode & 0o777).toString(8)).toBe('600');
    }
  });

  test.each<readonly [title: string, spoil: () => string, message: () => string]>([
    [
      'that is not there',
      () => 'nowhere.age',
      () => `snapshot nowhere.age does not exist; ${join(directory, 'secrets/test/snapshots')} holds ${snapshots()[0]}`,
    ],
    [
      'that is none',
      () => 'manifest.json',
      () => 'manifest.json is no age file: expected a snapshot of cdktf-rustfs, or it is damaged',
    ],
    [
      'whose key others may read',
      () => {
        chmodSync(join(directory, 'secrets/test/snapshot-key.txt'), 0o644);
        return last();
      },
      () => {
        const key = join(directory, 'secrets/test/snapshot-key.txt');
        return `permissions of ${key} are 0644, so others may read this secret: run chmod 600 ${key}, and replace the key if somebody could have seen it`;
      },
    ],
    [
      'of another server',
      () => {
        declare((manifest) => {
          manifest.stack = 'other';
          manifest.secretStore = { type: 'directory', directory: 'secrets/test' };
        });
        return last();
      },
      () =>
        `${last()} is a snapshot of stack test at ${emulator.endpoint}, and this is stack other at ${emulator.endpoint}: name the right manifest and endpoint, or pass --other-server if this server shall become like that one`,
    ],
  ])('%s', async (_, spoil, message) => {
    await start('snapshot');
    const { exitCode, stderr } = await start('rollback', spoil(), '--yes');
    expect([exitCode, stderr]).toEqual([1, `error: ${message()}`]);
  });
});
