/** A real `weed`, where one is on PATH or named by the variable WEED. Without one the same tests run on stand-ins. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gatewayArguments } from '../../../seaweedfs/config/index.js';
import { FatalStart, type StartInput } from '../../../seaweedfs/stand-in/index.js';

/** Path of a program on PATH. */
export function programOnPath(name: string): string | undefined {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return places.map((place) => join(place, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export const WEED = process.env.WEED ?? programOnPath('weed');

/** Version of {@link WEED}, such as 4.44. */
export const WEED_VERSION: number | undefined =
  WEED === undefined
    ? undefined
    : Number(/version \S+ (\d+\.\d+)/.exec(execFileSync(WEED, ['version'], { encoding: 'utf8' }))?.[1]);

/**
 * The vectors are answers of 4.44. Observed on 4.53 (7506e5f91cd6) with the same requests: a gateway whose `-iam.config` was
 * refused is closed, session tokens are no Bearer tokens, the secret of a session can't be told from its token, web identity
 * tokens need an `exp`, ListRoles is allowed to administrators, durations above maxSessionLength are refused. Everything else that is replayed is the same.
 */
export const IS_NEWER_WEED = WEED_VERSION !== undefined && WEED_VERSION >= 4.53;

export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) =>
          server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
        ),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** A port below 50000: SeaweedFS puts gRPC 10000 above each. */
async function weedPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(...(await freePorts(1)).map((port) => 20_000 + (port % 25_000)));
  return ports;
}

export interface WeedStorage {
  /** `host:port` of its filer. */
  readonly filer: string;
  close(): Promise<void>;
}

/** Master, volume server and filer in one process. */
export async function startWeedStorage(weed: string): Promise<WeedStorage> {
  const directory = mkdtempSync(join(tmpdir(), 'weed-'));
  const [master = 0, volume = 0, filer = 0] = await weedPorts(3);
  const log = openSync(join(directory, 'log'), 'w');
  const child = spawn(
    weed,
    [
      'server',
      `-dir=${directory}`,
      '-ip=127.0.0.1',
      '-ip.bind=127.0.0.1',
      `-master.port=${master}`,
      `-volume.port=${volume}`,
      '-volume.max=20',
      '-master.volumeSizeLimitMB=64',
      '-filer',
      `-filer.port=${filer}`,
      '-master.telemetry=false',
    ],
    { stdio: ['ignore', log, log], cwd: directory },
  );
  await waitFor(child, `http://127.0.0.1:${filer}/`, () => readFileSync(join(directory, 'log'), 'utf8'));
  return {
    filer: `127.0.0.1:${filer}`,
    async close() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Command line of a gateway: the construct's arguments, on loopback. */
export function weedS3(weed: string, filer: string, port: number, files: WeedFiles): [string, ...string[]] {
  const { config, iamConfig } = files;
  const shared = gatewayArguments({ filers: [filer], port, iamConfig: iamConfig ?? '' })
    .filter((argument) => iamConfig !== undefined || !argument.startsWith('-iam.config='))
    .map((argument) => (argument.startsWith('-ip.bind=') ? '-ip.bind=127.0.0.1' : argument));
  const socket = `-localSocket=${join(tmpdir(), `weed-s3-${port}.sock`)}`;
  return [weed, ...shared, socket, ...(config === undefined ? [] : [`-config=${config}`])];
}

export interface WeedFiles {
  readonly iamConfig?: string;
  readonly config?: string;
}

/** @throws FatalStart if it exits instead of listening */
export async function startOnWeed(
  weed: string,
  filer: string,
  { iamConfig, config, env = {} }: StartInput,
): Promise<{ readonly endpoint: string; close(): Promise<void> }> {
  const directory = mkdtempSync(join(tmpdir(), 'weed-s3-'));
  const [port = 0] = await weedPorts(1);
  const file = (name: string, text: string | null | undefined) => {
    if (text === undefined) return undefined;
    const path = join(directory, name);
    if (text !== null) writeFileSync(path, text);
    return path;
  };
  const [iam, own] = [file('iam.json', iamConfig), file('identities.json', config)];
  const [program, ...args] = weedS3(weed, filer, port, {
    ...(iam !== undefined && { iamConfig: iam }),
    ...(own !== undefined && { config: own }),
  });
  const log = openSync(join(directory, 'log'), 'w');
  const { AWS_ACCESS_KEY_ID: _key, AWS_SECRET_ACCESS_KEY: _secret, ...ambient } = process.env;
  const child = spawn(program, args, { stdio: ['ignore', log, log], cwd: directory, env: { ...ambient, ...env } });
  await waitFor(child, `http://127.0.0.1:${port}/healthz`, () => readFileSync(join(directory, 'log'), 'utf8'));
  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function waitFor(child: ChildProcess, url: string, log: () => string): Promise<void> {
  for (let waited = 0; waited < 60_000; waited += 50) {
    if (child.exitCode !== null) throw new FatalStart(log(), child.exitCode);
    if (await fetch(url).catch(() => undefined)) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`nothing listens at ${url}:\n${log()}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}
