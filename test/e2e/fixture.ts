import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

export const repository = fileURLToPath(new URL('../..', import.meta.url));
export const bin = join(repository, 'bin', 'cdktf-rustfs.js');

/** The real binary, if there is one; a test that needs it is skipped otherwise, and says so. */
export async function terraformInstalled(): Promise<boolean> {
  const { exitCode } = await execa('terraform', ['version'], { reject: false });
  return exitCode === 0;
}

export interface Project {
  readonly directory: string;
  run(
    command: string,
    args: readonly string[],
    environment?: Record<string, string>,
  ): Promise<{ readonly exitCode?: number | undefined; readonly stdout: string; readonly stderr: string }>;
  remove(): Promise<void>;
}

/** A project of somebody who installed the package: a stack of one's own, node_modules with cdktf-rustfs in it. */
export async function createProject(mainFile: string): Promise<Project> {
  const directory = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-e2e-'));
  const modules = join(directory, 'node_modules');
  await mkdir(join(modules, '.bin'), { recursive: true });
  await symlink(repository, join(modules, 'cdktf-rustfs'));
  for (const dependency of ['cdktf', 'constructs', 'tsx', '@cdktf']) {
    await symlink(join(repository, 'node_modules', dependency), join(modules, dependency));
  }
  await symlink(bin, join(modules, '.bin', 'cdktf-rustfs'));
  await writeFile(join(directory, 'package.json'), JSON.stringify({ name: 'project', private: true, type: 'module' }));
  await writeFile(join(directory, 'main.ts'), mainFile);
  const tsx = join(repository, 'node_modules', 'tsx', 'dist', 'cli.mjs');
  await writeFile(
    join(directory, 'cdktf.json'),
    JSON.stringify({ language: 'typescript', app: `node ${tsx} main.ts`, projectId: 'e2e', sendCrashReports: 'false' }),
  );
  return {
    directory,
    run: (command, args, environment = {}) =>
      execa(command, [...args], {
        cwd: directory,
        reject: false,
        stdin: 'ignore',
        env: { CHECKPOINT_DISABLE: '1', ...environment },
      }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** A stack file with one component whose access is given. */
export const stackFile = (access: string) => `
import { App, LocalBackend, TerraformStack } from 'cdktf';
import { Access, ComponentStorage, RustFs } from 'cdktf-rustfs';

const app = new App();
const stack = new TerraformStack(app, 'storage');
new LocalBackend(stack, { path: '../../../terraform.storage.tfstate' });
const server = RustFs.external(stack, 'rustfs', { endpoint: process.env.RUSTFS_ENDPOINT ?? 'http://127.0.0.1:9900' });
new ComponentStorage(stack, 'web', { server, buckets: ['assets'], access: ${access} });
new ComponentStorage(stack, 'mail', { server, buckets: ['boxes'], access: Access.append() });
app.synth();
`;
