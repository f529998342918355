import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;
export const whySkipped = hasPromtool ? '' : ' (skipped: no promtool on PATH)';

/** Runs promtool in a directory with these files, and returns all that it says. */
export function promtool(args: readonly string[], files: Readonly<Record<string, string>>, input = '') {
  const directory = mkdtempSync(join(tmpdir(), 'promtool-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
    const { status, stdout, stderr } = spawnSync('promtool', args, { cwd: directory, encoding: 'utf8', input });
    return { status, output: `${stdout}${stderr}` };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
