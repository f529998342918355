import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit-codes.js';

/** A server of this package in a process of its own, so that it can outlive the command. */
export interface ServerProcess {
  readonly endpoint: string;
  readonly pid: number;
  /** As in {@link ServerProcessOptions}. */
  readonly settings?: string;
  stop(): Promise<void>;
}

interface ServerProcessOptions {
  /** For its log and for the note of the running process. */
  readonly directory: string;
  /** Name of the log. */
  readonly name: string;
  /** Command of this package with its arguments. */
  readonly args: readonly string[];
  /** @default - of this process */
  readonly environment?: NodeJS.ProcessEnv;
  /** What to say before the log when it does not start. */
  readonly failure: string;
  /** How it was started; another command may take it over if it would start it alike. @default - nothing that matters */
  readonly settings?: string;
}

interface Handle {
  readonly pid: number;
  readonly endpoint: string;
  readonly settings?: string;
}

const START_TIMEOUT_MS = 15_000;
const bin = fileURLToPath(new URL('../../../bin/cdktf-rustfs.js', import.meta.url));

const handleFileIn = (directory: string) => join(directory, 'process.json');

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function stop(pid: number, handleFile: string): Promise<void> {
  if (isRunning(pid)) process.kill(pid, 'SIGTERM');
  for (let waited = 0; isRunning(pid) && waited < 5000; waited += 20) await sleep(20);
  rmSync(handleFile, { force: true });
}

/** The process that was left running in this directory, if what answers at its endpoint is what it was. */
export async function runningServer(
  directory: string,
  isOurs: (endpoint: string) => Promise<boolean>,
): Promise<ServerProcess | undefined> {
  const handleFile = handleFileIn(directory);
  if (!existsSync(handleFile)) return undefined;
  const handle = JSON.parse(readFileSync(handleFile, 'utf8')) as Handle;
  if (!isRunning(handle.pid) || !(await isOurs(handle.endpoint))) return undefined;
  return { ...handle, stop: () => stop(handle.pid, handleFile) };
}

/** Starts it and waits until it says where it listens. @throws UsageError with its log */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { directory, name, args, environment = process.env, failure, settings } = options;
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const handleFile = handleFileIn(directory);
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'w', 0o600);
  const child = spawn(process.execPath, [bin, ...args], {
    detached: true,
    stdio: ['ignore', log, log],
    env: environment,
  });
  closeSync(log);
  child.unref();
  for (let waited = 0; waited < START_TIMEOUT_MS && child.exitCode === null; waited += 20) {
    const endpoint = /listening on (https?:\S+)/.exec(readFileSync(logFile, 'utf8'))?.[1];
    if (endpoint && child.pid !== undefined) {
      const { pid } = child;
      const handle: Handle = { pid, endpoint, ...(settings === undefined ? {} : { settings }) };
      writeFileSync(handleFile, JSON.stringify(handle), { mode: 0o600 });
      return { ...handle, stop: () => stop(pid, handleFile) };
    }
    await sleep(20);
  }
  child.kill();
  throw new UsageError(`${failure}; its log says:\n${readFileSync(logFile, 'utf8').trim()}`);
}
