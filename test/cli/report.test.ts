import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/index.js';
import { serializeManifest } from '../../manifest/index.js';
import type { AccessReport } from '../../report/index.js';
import { manifestFor, ROOT } from '../provisioning/fixture.js';
import { runCli } from './run.js';

let emulator: Emulator;
let directory: string;
const path = (name: string) => join(directory, name);
const read = (name: string) => readFileSync(path(name), 'utf8');
const report = () => JSON.parse(read('reports/access.json')) as AccessReport;

beforeEach(async () => {
  delete process.env.RUSTFS_ENDPOINT;
  emulator = await startEmulator({ port: 0, accessKey: ROOT.accessKeyId, secretKey: ROOT.secretAccessKey });
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-report-'));
  writeFileSync(path('manifest.json'), serializeManifest(manifestFor(emulator.endpoint)));
});
afterEach(() => emulator.close());
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const cli = (...args: string[]) => runCli(directory, args);
const onManifest = (command: string, ...args: string[]) => cli(command, '--manifest', 'manifest.json', ...args);

describe('reports of the access proof', () => {
  test('apply --verify writes them; they tell what was proved and probed, and no secret', async () => {
    // Where a quota is, RustFS may not store before it has counted, and the report says so.
    const manifest = manifestFor(emulator.endpoint, ({ buckets }) => {
      for (const bucket of buckets) delete bucket.quotaBytes;
    });
    writeFileSync(path('manifest.json'), serializeManifest(manifest));
    const applied = await onManifest('apply', '--yes', '--verify');
    expect([applied.exitCode, applied.stderr]).toEqual([0, '']);
    expect(applied.stdout).toContain('report: reports/access.html');
    expect(readdirSync(path('reports')).sort()).toEqual(['access.html', 'access.json', 'access.md', 'verify.json']);

    const { verdict, server, summary, keys, cells } = report();
    expect(server).toMatchObject({ emulated: true, rustfsVersion: '1.0.1', endpoint: emulator.endpoint });
    expect(verdict).toMatchObject({
      level: 'as-declared',
      headline: 'On the emulator: Every declared key can do what is declared, and nothing else',
    });
    expect(summary.pairs).toEqual({ total: 9, granted: 3, proved: 9, probed: 9 });
    expect(summary.isolation).toEqual({ pairs: 2, proved: 2 });
    expect(keys.map(({ name, state, ageDays }) => [name, state, ageDays])).toEqual([
      ['backup', 'active', 0],
      ['web', 'active', 0],
    ]);
    expect(cells.find(({ who, bucket }) => who === 'backup' && bucket === 'backup-dumps')?.verbs).toEqual([
      'list',
      'get',
      'put',
    ]);

    const stored = ['web', 'backup'].map((name) => read(`secrets/test/${name}.env`));
    const secrets = stored.map((text) => /^AWS_SECRET_ACCESS_KEY=(\S+)$/m.exec(text)?.[1] ?? '');
    expect(secrets.map(({ length }) => length)).toEqual([40, 40]);
    for (const name of readdirSync(path('reports')))
      for (const secret of [...secrets, ROOT.secretAccessKey])
        expect(read(join('reports', name))).not.toContain(secret);
  });

  test('the next run says what changed: a widened policy and a user that nobody declared', async () => {
    await onManifest('apply', '--yes', '--verify');
    const narrowed = manifestFor(emulator.endpoint, (manifest) => {
      manifest.policies[1]?.document.Statement.pop();
      manifest.users.splice(0, 1);
      manifest.accessKeys.splice(0, 1);
      manifest.components.splice(0, 1);
    });
    writeFileSync(path('manifest.json'), serializeManifest(narrowed));
    const verified = await onManifest('verify', '--reports', 'reports', '--json');
    expect(verified.exitCode).toBe(3);
    const { verdict, changes, unmanaged } = report();
    expect(verdict.level).toBe('contradicted');
    expect(unmanaged).toContainEqual({
      kind: 'user',
      name: 'backup-svc',
      severity: 'security',
      detail:
        'nobody declared this user (policies backup-storage); backup-svc could s3:GetObject, s3:PutObject backup-dumps/x, because policy backup-storage, attached to user backup-svc, allows s3:GetObject, s3:PutObject on arn:aws:s3:::backup-dumps/*; backup-svc could s3:ListBucket backup-dumps, because policy backup-storage, attached to user backup-svc, allows s3:ListBucket on arn:aws:s3:::backup-dumps',
    });
    const entries = changes?.entries.map(({ effect, what }) => `${effect}: ${what}`);
    expect(entries).toContain('lost: web on web-uploads loses s3:DeleteObject, s3:GetObject, s3:PutObject');
    expect(entries).toContain('worse: new: unmanaged user backup-svc');
    expect(entries).toContain('worse: web on web-uploads: probes');
  });

  test('a damaged access.json is not compared, and replaced', async () => {
    await onManifest('apply', '--yes', '--verify');
    writeFileSync(path('reports/access.json'), '{"version":1,');
    expect((await onManifest('verify', '--reports', 'reports')).exitCode).toBe(0);
    expect(report().notCompared).toMatch(/^reports\/access\.json is not JSON: /);
  });

  test('report renders the same page again from access.json', async () => {
    await onManifest('apply', '--yes', '--verify');
    const again = await cli('report', '--from', 'reports/access.json', '--out', 'again');
    expect([again.exitCode, again.stdout]).toEqual([0, 'wrote again/access.html\nwrote again/access.md']);
    expect(read('again/access.html')).toBe(read('reports/access.html'));
    expect(read('again/access.md')).toBe(read('reports/access.md'));
  });

  test.each<readonly [title: string, content: string | undefined, message: string]>([
    [
      'nothing there',
      undefined,
      'error: cannot read access.json (ENOENT): verify --reports <dir> writes an access.json',
    ],
    [
      'another kind of document',
      '{"probes":{}}',
      'error: access.json is not a report of version 1 (its version: none): expected an access.json that this release of cdktf-rustfs wrote',
    ],
  ])('report from %s', async (_, content, message) => {
    if (content !== undefined) writeFileSync(path('access.json'), content);
    const { exitCode, stderr } = await cli('report', '--from', 'access.json', '--out', 'again');
    expect([exitCode, stderr]).toEqual([1, message]);
    expect(readdirSync(directory)).not.toContain('again');
  });
});
