// Makes a checkout ready to run: Node version, dependencies, compiled CLI. Does nothing that is already done.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a command in the checkout with its output shown; a failing command ends this process with its exit code. */
export function run(command, args, options = {}) {
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  if (status !== 0) process.exit(status ?? (signal ? 130 : 1));
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`cdktf-rustfs needs Node 20.19 or newer, but this is ${process.versions.node}`);
  process.exit(1);
}

/** True when node_modules holds exactly the locked versions: npm records what it installed in a hidden lockfile. */
function dependenciesInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || entry.peer || have[path]?.version === entry.version,
  );
}

export function bootstrap() {
  requireNode();
  if (!dependenciesInstalled()) {
    console.log('installing dependencies (npm ci) …');
    run('npm', ['ci', '--no-audit', '--no-fund'], { shell: process.platform === 'win32' });
  }
  build();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) bootstrap();
