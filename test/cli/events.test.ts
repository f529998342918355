import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import { bin } from '../e2e/fixture.js';
import { startReceiver } from '../events/receiver.js';
import { webhookTarget } from '../events/target.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';

const TOKEN = 'cli-canary-token';
const environment = { RUSTFS_ACCESS_KEY: ROOT.accessKeyId, RUSTFS_SECRET_KEY: ROOT.secretAccessKey, NO_COLOR: '1' };

let directory: string;
let emulator: Emulator;
let receiver: ReturnType<typeof run>;
let origin: string;

const run = (...args: string[]) =>
  execa(process.execPath, [bin, ...args], {
    cwd: directory,
    reject: false,
    all: true,
    stdin: 'ignore',
    env: { ...environment, FORCE_COLOR: undefined },
  });
const cli = (...args: string[]) => run(...args, '--manifest', 'manifest.json');

/** The receiver's origin, which it says on stderr. */
function listening(child: ReturnType<typeof run>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const [, found] = /listening on (http:\S+?)(,|\n)/.exec(text) ?? [];
      if (found) resolve(found);
    });
    child.on('exit', () => reject(new Error(`the receiver ended: ${text}`)));
  });
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-events-cli-'));
  writeFileSync(join(directory, 'token'), `${TOKEN}\n`);
  receiver = run('events', 'receive', '--port', '0', '--token-file', 'token', '--json');
  origin = await listening(receiver);
  emulator = await startEmulator({
    accessKey: ROOT.accessKeyId,
    secretKey: ROOT.secretAccessKey,
    events: { targets: [], allowOrigins: [origin] },
  });
  const manifest = manifestFor(emulator.endpoint, (one) => {
    one.eventTargets = [webhookTarget(origin, 'token')];
    for (const bucket of one.buckets)
      if (bucket.name === 'web-uploads')
        bucket.notifications = [
          {
            id: 'n',
            targetArn: 'arn:rustfs:sqs:us-east-1:hook:webhook',
            events: ['s3:ObjectCreated:*'],
            prefix: 'in/',
          },
        ];
  });
  writeFileSync(join(directory, 'manifest.json'), serializeManifest(manifest));
});
afterAll(async () => {
  await emulator.close();
  receiver.kill('SIGTERM');
  await receiver;
  rmSync(directory, { recursive: true, force: true });
});

test('a target that is not there yet is exit code 2; apply makes it, and the proof says what arrived', async () => {
  const before = await cli('events', 'targets');
  expect([
    before.exitCode,
    before.stdout
      .split('\n')
      .slice(1)
      .map((line) => line.trim()),
  ]).toEqual([
    2,
    [
      'notify: off (default)',
      'audit: off (default)',
      'target               manifest  managed by  state',
      'notify_webhook/hook  declared  api         absent',
    ],
  ]);
  const applied = await cli('apply', '--yes', '--verify', '--debug');
  expect([applied.exitCode, applied.stdout.split('\n').filter((line) => line.includes('event targets'))]).toEqual([
    0,
    ['1 event targets, 1 online: 1 events arrived, 2 withheld, as declared'],
  ]);
  const after = await cli('events', 'targets', '--json');
  expect([after.exitCode, JSON.parse(after.stdout)]).toEqual([
    0,
    {
      emulated: true,
      modules: {
        notify: { enabled: true, source: 'console' },
        audit: { enabled: false, source: 'console' },
      },
      targets: [
        { name: 'notify_webhook/hook', declared: true, managedBy: 'api', status: 'online', reason: 'reachable' },
      ],
      unreadable: {},
    },
  ]);
  expect(applied.all + after.all).not.toContain(TOKEN);
});

test('verify prints the proof of events beside that of access', async () => {
  const { exitCode, stdout } = await cli('verify', '--json');
  const { events } = JSON.parse(stdout) as { events: object };
  expect([exitCode, events]).toEqual([
    0,
    {
      targets: [{ name: 'notify_webhook/hook', online: true }],
      delivered: 1,
      withheld: 2,
      findings: [],
      notChecked: [],
      emulated: true,
    },
  ]);
});

test('the receiver takes nothing without the token, and nothing that is no event', async () => {
  const post = (token: string, body: string) =>
    fetch(`${origin}/webhook`, { method: 'POST', body, headers: { authorization: `Bearer ${token}` } });
  expect((await post('guess', '{}')).status).toBe(401);
  expect((await post(TOKEN, '{}')).status).toBe(400);
  expect((await fetch(`${origin}/events`)).status).toBe(401);
  expect((await fetch(origin, { method: 'HEAD' })).status).toBe(200);
});

test('a port that is taken, and a token file that is not there, are told with the way out', async () => {
  const other = await startReceiver();
  const taken = await run('events', 'receive', '--port', String(other.port));
  expect([taken.exitCode, taken.stderr]).toEqual([
    1,
    `error: port ${other.port} of 127.0.0.1 is in use: stop what listens there, or name another --port`,
  ]);
  await other.close();
  const missing = await run('events', 'receive', '--token-file', 'nowhere');
  expect([missing.exitCode, missing.stderr]).toEqual([
    1,
    'error: cannot read nowhere (ENOENT): it holds the bearer token',
  ]);
});
