import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Project, stackFile } from './fixture.js';

let project: Project;
let path: string;

/** A machine with Node and a shell, and nothing else. */
beforeAll(async () => {
  project = await createProject(stackFile('Access.readWrite()'));
  path = join(project.directory, 'bin');
  await mkdir(path);
  await symlink(process.execPath, join(path, 'node'));
});
afterAll(() => project.remove());

test('up provisions and verifies without Terraform, says so, and leaves nothing running', async () => {
  const up = () =>
    project.run(process.execPath, ['node_modules/.bin/cdktf-rustfs', 'up', '--stack', 'storage', '--port', '0'], {
      PATH: path,
    });
  const first = await up();
  expect([first.exitCode, first.stderr]).toEqual([0, '']);
  expect(first.stdout).toContain('neither terraform nor tofu is installed: running the post-apply step directly');
  expect(first.stdout).toContain('Plan: 10 to create, 0 to update, 0 to replace, 0 to delete.');
  expect(first.stdout).toContain('2 components, 2 buckets, 2 access keys');
  expect(first.stdout).toMatch(/ 0 contradictions$/m);

  const second = await up();
  expect([second.exitCode, second.stderr]).toEqual([0, '']);
  expect(second.stdout).toContain('plan: no changes');
});
