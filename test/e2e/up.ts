import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from './fixture.js';

/** The project's own main.ts with one stack of the repository. */
export const mainOf = (repository: string, file: string, className: string) => `
import { App } from 'cdktf';
import { ${className} } from '${join(repository, 'stacks', `${file}.js`)}';

const app = new App();
new ${className}(app, '${file}');
app.synth();
`;

export const upArguments = (stack: string, ...options: readonly string[]) => [
  ...['node_modules/.bin/cdktf-rustfs', 'up', '--stack', stack, '--port', '0', ...options],
];

export interface UpEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

export function jsonLines<T = UpEvent>(text: string): T[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}

/** Processes that `up` left running, by their notes. */
export function leftRunning({ directory }: Project): { readonly name: string; readonly pid: number }[] {
  const root = join(directory, '.cdktf-rustfs');
  if (!existsSync(root)) return [];
  return readdirSync(root).flatMap((name) => {
    const handle = join(root, name, 'process.json');
    return existsSync(handle) ? [{ name, pid: (JSON.parse(readFileSync(handle, 'utf8')) as { pid: number }).pid }] : [];
  });
}

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Ends what `up` left running, and then the project: a server that still writes would be in the way. */
export async function removeWithProcesses(project: Project): Promise<void> {
  const pids = leftRunning(project).map(({ pid }) => pid);
  for (const pid of pids.filter(isRunning)) process.kill(pid);
  const deadline = Date.now() + 20_000;
  while (pids.some(isRunning) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
  await project.remove();
}

/** A PATH with Node and nothing else: without Terraform `up` runs the post-apply step itself, which takes half the time. */
export async function onlyNode({ directory }: Project): Promise<string> {
  const path = join(directory, 'bin');
  await mkdir(path);
  await symlink(process.execPath, join(path, 'node'));
  return path;
}
