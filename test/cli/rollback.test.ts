import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, type InjectedFault, type SeenRequest, startEmulator } from '../../emulator/index.js';
import { type Manifest, serializeManifest } from '../../manifest/index.js';
import { directorySecretStore, openSession, renderPlan } from '../../provisioning/index.js';
import { send } from '../contract/client.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { ADMIN, writer } from '../provisioning/snapshot/support.js';
import { runCli } from './run.js';

const SLOW = 120_000;
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
    events: {
      notify: true,
      targets: [{ purpose: 'notify', type: 'webhook', id: 'hook', settings: {} }],
      allowOrigins: [],
    },
  });
  declare();
});
afterEach(() => emulator.close());
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const declare = (change?: (manifest: Manifest) => void) =>
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifestFor(emulator.endpoint, change)));
const cli = (...args: string[]) => runCli(directory, [...args, '--manifest', 'manifest.json']);
const snapshots = () => readdirSync(join(directory, 'secrets/test/snapshots')).filter((name) => name.endsWith('.age'));
const path = (name = 'none') => join('secrets/test/snapshots', name);
const withTags = (manifest: Manifest) => {
  for (const bucket of manifest.buckets) bucket.tags = { team: 'web' };
};

/** Applies in this process, without a snapshot. Returns what plan says then. */
async function applied(change?: (manifest: Manifest) => void, dryRun = false): Promise<string> {
  const store = directorySecretStore(join(directory, 'secrets/test'));
  const session = await openSession({ manifest: manifestFor(emulator.endpoint, change), root: ROOT, store });
  try {
    const state = await session.plan();
    return renderPlan((dryRun ? state : await session.apply(state)).plan);
  } finally {
    session.close();
  }
}
const planned = (change?: (manifest: Manifest) => void) => applied(change, true);

/** Objects below this path cannot be written, whoever asks. */
const refusing =
  (prefix: string): typeof fault =>
  ({ method, path: requested }) =>
    method === 'PUT' && requested.startsWith(prefix) && requested !== prefix
      ? { action: 'respond', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
      : undefined;

describe('automatic', () => {
  test(
    'a contradiction after an apply undoes what that apply changed, and only that',
    async () => {
      await applied();
      const { write, close } = writer(emulator.endpoint);
      // By somebody else, while the proof runs.
      let meanwhile: Promise<void> | undefined;
      const refuse = refusing('/new-logs/');
      fault = (request) => {
        const refused = refuse(request);
        const alice = { secretKey: 'alice-secret', status: 'enabled' };
        if (refused) meanwhile ??= write('PUT', `${ADMIN}/add-user`, { accessKey: 'alice' }, alice);
        return refused;
      };
      declare((manifest) => {
        withTags(manifest);
        manifest.buckets.push({ name: 'new-logs', removalPolicy: 'retain' });
        manifest.users.push({ name: 'new-svc', enabled: true, policies: ['new-storage'] });
        manifest.accessKeys.push({ name: 'new', user: 'new-svc' });
        const statement = { Effect: 'Allow' as const, Action: ['s3:PutObject'], Resource: ['arn:aws:s3:::new-logs/*'] };
        manifest.policies.push({
          name: 'new-storage',
          document: { Version: '2012-10-17', Statement: [statement] },
        });
      });
      const { exitCode, stdout } = await cli('apply', '--yes', '--verify');
      await meanwhile;
      close();
      expect(exitCode).toBe(3);
      expect(stdout).toContain('access: new could not put object on new-logs');
      expect(stdout).toContain(
        `rolling back what this apply changed (keep it with --no-rollback); if interrupted, run: cdktf-rustfs rollback ${join(directory, path(snapshots()[0]))} --manifest manifest.json`,
      );
      expect(stdout).toContain(
        'after the rollback nobody can do more than is declared; what this apply declared for the first time is missing again',
      );
      expect(await planned()).toBe('? user alice (unmanaged, left alone)\nNo changes. (1 unmanaged)');
    },
    SLOW,
  );

  test(
    '--no-rollback leaves the changes, --no-snapshot takes none',
    async () => {
      await applied();
      fault = refusing('/web-uploads/');
      declare(withTags);
      const kept = await cli('apply', '--yes', '--verify', '--no-rollback');
      expect(kept.exitCode).toBe(3);
      expect(await planned(withTags)).toBe('No changes.');
      expect(snapshots()).toHaveLength(1);
      declare();
      expect((await cli('apply', '--yes', '--no-snapshot')).exitCode).toBe(0);
      expect(snapshots()).toHaveLength(1);
    },
    SLOW,
  );
});

describe('by hand', () => {
  test(
    'notifications are drilled too, although the scratch emulator was told of no target',
    async () => {
      const targetArn = 'arn:rustfs:sqs:us-east-1:hook:webhook';
      const body = `<NotificationConfiguration><QueueConfiguration><Id>new</Id><Queue>${targetArn}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>`;
      await applied();
      const credentials = { accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey };
      const request = {
        method: 'PUT',
        path: '/web-uploads',
        query: [['notification', '']] as const,
        body,
        credentials,
      };
      expect((await send(emulator.endpoint, request)).status).toBe(200);
      expect((await cli('snapshot')).exitCode).toBe(0);
      const drill = await cli('snapshot', 'drill', path(snapshots()[0]));
      expect(drill.stdout).toContain('emulated: the restored configuration equals the snapshot, byte for byte');
      expect(drill.exitCode).toBe(0);
    },
    SLOW,
  );

  test(
    'a snapshot is closed, drilled, shown, restored, and the restore can be undone',
    async () => {
      await applied();
      expect((await cli('snapshot')).exitCode).toBe(0);
      const wanted = path(snapshots()[0]);
      const secret = /^AWS_SECRET_ACCESS_KEY=(\w{40})$/m.exec(
        readFileSync(join(directory, 'secrets/test/web.env'), 'utf8'),
      )?.[1];
      expect(readFileSync(join(directory, wanted), 'utf8')).not.toContain(secret);
      for (const file of [wanted, 'secrets/test/snapshot-key.txt']) {
        expect((statSync(join(directory, file)).mode & 0o777).toString(8)).toBe('600');
      }

      const drill = await cli('snapshot', 'drill', wanted);
      expect(drill.exitCode).toBe(0);
      expect(drill.stdout).toMatch(
        /^emulated: the restored configuration equals the snapshot, byte for byte \(SHA-256 \w{16}…\)$/m,
      );

      await applied(withTags);
      const tags = '<Tagging><TagSet><Tag><Key>team</Key><Value>web</Value></Tag></TagSet></Tagging>';
      const dry = await cli('rollback', wanted, '--dry-run');
      expect(dry.exitCode).toBe(2);
      expect(dry.stdout.split('\n').slice(2)).toEqual([
        ...['backup-dumps', 'web-assets', 'web-uploads'].flatMap((bucket) => [
          `- bucket-config ${bucket}/tags (tags was not set)`,
          `    - ${tags}`,
        ]),
        'Plan: 0 to create, 0 to update, 0 to replace, 3 to delete.',
      ]);
      expect((await cli('rollback', wanted, '--yes')).exitCode).toBe(0);
      expect(await planned()).toBe('No changes.');
      const undo = snapshots().find((name) => name.includes('before-rollback'));
      expect((await cli('rollback', path(undo), '--yes')).exitCode).toBe(0);
      expect(await planned(withTags)).toBe('No changes.');
    },
    SLOW,
  );

  test(
    'killed with SIGKILL, a second run finishes; of another server, it is refused',
    async () => {
      expect((await cli('apply', '--yes')).exitCode).toBe(0);
      const wanted = path(snapshots()[0]);
      let writes = 0;
      const first = cli('rollback', wanted, '--yes');
      fault = ({ method }) => void (method !== 'GET' && ++writes === 3 && first.kill('SIGKILL'));
      expect((await first).signal).toBe('SIGKILL');
      fault = () => undefined;
      const second = await cli('rollback', wanted, '--yes');
      expect([second.exitCode, second.stderr]).toEqual([0, '']);
      expect(await planned()).toContain('Plan: 13 to create');

      declare((manifest) => {
        manifest.stack = 'other';
      });
      const other = await cli('rollback', wanted, '--yes');
      expect([other.exitCode, other.stderr]).toEqual([
        1,
        `error: ${wanted} is a snapshot of stack test at ${emulator.endpoint}, and this is stack other at ${emulator.endpoint}: name the right manifest and endpoint, or pass --other-server if this server shall become like that one`,
      ]);
    },
    SLOW,
  );
});
