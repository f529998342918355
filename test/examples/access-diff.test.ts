import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Manifest, serializeManifest } from '../../manifest/index.js';
import { allow, manifestWith, widen } from '../proofs/manifests.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-ci-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const repository = join(directory, 'repository');
mkdirSync(repository);
// Synthesis in this repository only copies what is declared to its place.
const synth = join(directory, 'synth.sh');
writeFileSync(
  synth,
  'test ! -e declared || (mkdir -p cdktf.out/stacks/test && cp declared/manifest.json cdktf.out/stacks/test/manifest.json)',
);

const git = (...args: string[]) =>
  execa('git', ['-c', 'user.name=test', '-c', 'user.email=test@localhost', ...args], { cwd: repository });

async function commit(change?: (manifest: Manifest) => void): Promise<void> {
  mkdirSync(join(repository, 'declared'), { recursive: true });
  writeFileSync(join(repository, 'declared', 'manifest.json'), serializeManifest(manifestWith(change)));
  await git('add', '.');
  await git('commit', '--quiet', '--allow-empty', '-m', 'change');
}

const accessDiff = (base: string) =>
  execa(join(root, 'examples/ci/access-diff.sh'), {
    cwd: repository,
    reject: false,
    env: {
      BASE: base,
      STACK: 'test',
      INSTALL: 'true',
      SYNTH: `sh ${synth}`,
      CDKTF_RUSTFS: `${process.execPath} ${join(root, 'bin/cdktf-rustfs.js')}`,
    },
  });

test('the script tells who gains by a change, and its exit code asks for the approval', async () => {
  await git('init', '--quiet');
  writeFileSync(join(repository, '.gitignore'), 'cdktf.out\n');
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'empty');
  await commit();
  await commit((manifest) => widen(manifest, 'web-storage', allow(['s3:GetObject'], 'mail-boxes/*')));

  const gained = await accessDiff('HEAD~1');
  expect([gained.exitCode, gained.stdout.split('\n')[0]]).toEqual([2, '### Access: 1 gains access']);
  const same = await accessDiff('HEAD');
  expect([same.exitCode, same.stdout]).toEqual([0, '### Access: nobody gains or loses access']);
  const { stdout } = await git('worktree', 'list');
  expect(stdout.split('\n')).toHaveLength(1);
});

test('a commit without the stack is compared with nothing, a missing one is an error', async () => {
  const first = await accessDiff('HEAD~2');
  expect([first.exitCode, first.stdout.split('\n')[0]]).toEqual([2, '### Access: 3 gain access']);
  const missing = await accessDiff('no-such-commit');
  expect(missing.exitCode).not.toBe(0);
  expect(missing.stdout).toBe('');
});

test('the workflow runs the script, and its required check fails unless the gain was approved', async () => {
  const workflow = parse(readFileSync(join(root, 'examples/ci/access-diff.yml'), 'utf8')) as {
    jobs: Record<string, { if?: string; environment?: string; steps: { id?: string; run?: string }[] }>;
  };
  const { diff, approval, approved } = workflow.jobs;
  expect(diff?.steps.find(({ id }) => id === 'diff')?.run).toContain('./examples/ci/access-diff.sh > access-diff.md');
  expect([approval?.environment, approval?.if]).toEqual(['access-review', "needs.diff.outputs.gains == 'true'"]);
  const check = (DIFF: string, GAINS: string, APPROVAL: string) =>
    execa('bash', ['-e', '-c', approved?.steps[0]?.run ?? 'exit 99'], {
      env: { DIFF, GAINS, APPROVAL },
      reject: false,
    });
  const codes = await Promise.all([
    check('success', 'false', 'skipped'),
    check('success', 'true', 'success'),
    check('success', 'true', 'skipped'),
    check('success', 'true', 'failure'),
    check('failure', '', 'skipped'),
  ]);
  expect(codes.map(({ exitCode }) => exitCode)).toEqual([0, 0, 1, 1, 1]);
});
