import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit-codes.js';

export interface EmulatorProcess {
  readonly endpoint: string;
  readonly pid: number;
  stop(): Promise<void>;
}

interface Handle {
  readonly pid: number;
  readonly endpoint: string;
}

const START_TIMEOUT_MS = 15_000;
const bin = fileURLToPath(new URL('../../../bin/cdktf-rustfs.js', import.meta.url));

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function isEmulator(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/health`, { signal: AbortSignal.timeout(2000) });
    return response.headers.has('x-emulated-by');
  } catch {
    return false;
  }
}

async function stop(pid: number, handleFile: string): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGTERM');
  for (let waited = 0; isRunning(pid) && waited < 5000; waited += 20) await sleep(20);
  rmSync(handleFile, { force: true });
}

/** The emulator that `up --keep` left running on this data directory, if it still answers. */
async function runningEmulator(handleFile: string): Promise<Handle | undefined> {
  if (!existsSync(handleFile)) return undefined;
  const handle = JSON.parse(readFileSync(handleFile, 'utf8')) as Handle;
  return isRunning(handle.pid) && (await isEmulator(handle.endpoint)) ? handle : undefined;
}

/**
 * Starts the emulator as a process of its own, so that it can outlive this command, with its data and log in `directory`.
 * Reuses the one that is already running there.
 */
export async function startEmulatorProcess(
  directory: string,
  port: number,
  credentials: { readonly accessKeyFile: string; readonly secretKeyFile: string },
): Promise<EmulatorProcess> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const handleFile = join(directory, 'process.json');
  const running = await runningEmulator(handleFile);
  if (running) return { ...running, stop: () => stop(running.pid, handleFile) };

  const logFile = join(directory, 'emulator.log');
  const log = openSync(logFile, 'w', 0o600);
  const { RUSTFS_ACCESS_KEY: _key, RUSTFS_SECRET_KEY: _secret, ...environment } = process.env;
  const child = spawn(process.execPath, [bin, 'emulator', '--port', String(port), '--data', join(directory, 'data')], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {
      ...environment,
      RUSTFS_ACCESS_KEY_FILE: credentials.accessKeyFile,
      RUSTFS_SECRET_KEY_FILE: credentials.secretKeyFile,
    },
  });
  closeSync(log);
  child.unref();
  for (let waited = 0; waited < START_TIMEOUT_MS && child.exitCode === null; waited += 20) {
    const endpoint = /listening on (http:\S+)/.exec(readFileSync(logFile, 'utf8'))?.[1];
    if (endpoint && child.pid !== undefined) {
      const { pid } = child;
      writeFileSync(handleFile, JSON.stringify({ pid, endpoint }), { mode: 0o600 });
      return { endpoint, pid, stop: () => stop(pid, handleFile) };
    }
    await sleep(20);
  }
  throw new UsageError(
    `the emulator did not start on port ${port} (--port names another one); its log says:\n${readFileSync(logFile, 'utf8').trim()}`,
  );
}
