import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { serializeManifest } from '../../manifest/index.js';
import { allow, manifestWith, widen } from '../proofs/manifests.js';

const bin = fileURLToPath(new URL('../../bin/cdktf-rustfs.js', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-diff-'));
const [before, after] = ['before.json', 'after.json'].map((name) => join(directory, name)) as [string, string];
writeFileSync(before, serializeManifest(manifestWith()));
writeFileSync(
  after,
  serializeManifest(
    manifestWith((manifest) => {
      widen(manifest, 'web-storage', allow(['s3:GetObject'], 'mail-boxes/*'));
      Object.assign(manifest.users[2] as object, { exceptions: [{ bucket: 'mail-boxes', reason: 'a | b *c*' }] });
    }),
  ),
);
const diff = (...args: string[]) => execa(process.execPath, [bin, 'diff', ...args], { reject: false });

test('a table, exit code 2 when somebody gains', async () => {
  const { stdout, exitCode } = await diff(before, after);
  expect(stdout.split('\n')).toEqual([
    'who                       may             on            for example',
    'access key web (web-svc)  + s3:GetObject  mail-boxes/*  s3:GetObject mail-boxes/x, by web-storage',
    '+ exception: user web-svc on mail-boxes: a | b *c*',
    '1 gains access',
  ]);
  expect(exitCode).toBe(2);
});

test('exit code 0 when somebody only loses, or nothing changes', async () => {
  const lost = await diff(after, before);
  expect([lost.stdout.split('\n').at(-1), lost.exitCode]).toEqual(['1 loses access', 0]);
  const same = await diff(before, before);
  expect([same.stdout, same.exitCode]).toEqual(['nobody gains or loses access', 0]);
});

test('Markdown in which names and reasons are no markup', async () => {
  const { stdout } = await diff(before, after, '--format', 'markdown');
  expect(stdout.split('\n')).toEqual([
    '### Access: 1 gains access',
    '',
    '| who | | actions | on | for example |',
    '|---|---|---|---|---|',
    '| `access key web (web-svc)` | ➕ gains | `s3:GetObject` | `mail-boxes/*` | `s3:GetObject mail-boxes/x, by web-storage` |',
    '',
    '- ⚠️ new exception: `user web-svc on mail-boxes`: a \\| b \\*c\\*',
  ]);
});

test('JSON for machines, from nothing at all', async () => {
  const { stdout, exitCode } = await diff('none', before, '--json');
  const { holders } = JSON.parse(stdout) as { holders: { who: string; state: string }[] };
  expect(holders.map(({ who, state }) => `${who} ${state}`)).toEqual([
    'access key mail added',
    'access key web added',
    'user ops added',
  ]);
  expect(exitCode).toBe(2);
});

test('a missing manifest is an error', async () => {
  const { stderr, exitCode } = await diff(join(directory, 'missing.json'), after);
  expect(stderr).toBe(
    `error: cannot read manifest ${directory}/missing.json (ENOENT): cdktf synth writes it to cdktf.out/stacks/<stack>/manifest.json`,
  );
  expect(exitCode).toBe(1);
});
