import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { KEYSTONE_SCRIPT } from '../../../constructs/keystone-script.js';

const PYTHON = '/usr/bin/python3';
/** A file of the Debian package keystone. */
const WSGI = '/usr/bin/keystone-wsgi-public';

/** Why no Keystone can be started here; `undefined` if one can. */
export const KEYSTONE_MISSING =
  existsSync(PYTHON) && existsSync(WSGI)
    ? undefined
    : 'the Debian package keystone is not installed (apt-get install --no-install-recommends keystone)';

export const ADMIN_PASSWORD = 'keystone-admin-password';

export interface RealKeystone {
  /** With `/v3`. */
  readonly url: string;
  close(): Promise<void>;
}

const START_MS = 90_000;

/** A real Keystone of its own on a free loopback port, with the user `admin`. */
export async function startKeystone(): Promise<RealKeystone> {
  if (KEYSTONE_MISSING !== undefined) throw new Error(KEYSTONE_MISSING);
  const home = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-keystone-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v3`;
  const passwordFile = join(home, 'admin-password');
  await writeFile(passwordFile, ADMIN_PASSWORD, { mode: 0o600 });
  const server = spawn(PYTHON, ['-c', KEYSTONE_SCRIPT], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      ...{ KEYSTONE_HOME: home, KEYSTONE_BIND: '127.0.0.1', KEYSTONE_PORT: String(port), KEYSTONE_URL: url },
      ...{ KEYSTONE_ADMIN_PASSWORD_FILE: passwordFile, KEYSTONE_PASSWORD_HASH_ROUNDS: '4' },
    },
  });
  let errors = '';
  server.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      await close();
      throw new Error(`Keystone did not start as ${userInfo().username}:\n${errors}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { url, close };
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.text();
  return answer?.status === 200;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
