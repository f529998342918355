import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Files of the Debian packages keystone and uwsgi-plugin-python3. */
const WSGI = '/usr/bin/keystone-wsgi-public';
const UWSGI = '/usr/bin/uwsgi_python3';
const PYTHON = '/usr/bin/python3';

/** Why no Keystone can be started here; `undefined` if one can. */
export const KEYSTONE_MISSING = [WSGI, UWSGI, PYTHON].every((path) => existsSync(path))
  ? undefined
  : 'the Debian package keystone is not installed (apt-get install --no-install-recommends keystone)';

export const ADMIN_PASSWORD = 'keystone-admin-password';

export interface RealKeystone {
  /** With `/v3`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Each start of keystone-manage takes seconds of imports, so all four commands run in one process. */
const INITIALISE = `
import os, sqlite3
home, url = os.environ['KEYSTONE_HOME'], os.environ['KEYSTONE_URL']
database = sqlite3.connect(home + '/keystone.db')
database.execute('PRAGMA journal_mode=WAL')  # otherwise writes fail: database is locked
database.close()
import keystone.cmd.cli as cli, keystone.conf
owner = ['--keystone-user', str(os.getuid()), '--keystone-group', str(os.getgid())]
endpoints = ['--bootstrap-public-url', url, '--bootstrap-internal-url', url, '--bootstrap-admin-url', url]
for command in (['db_sync'], ['fernet_setup'] + owner, ['credential_setup'] + owner,
                ['bootstrap', '--bootstrap-region-id', 'RegionOne'] + endpoints):
    keystone.conf.CONF.reset()
    cli.main(argv=['keystone-manage', '--config-file', home + '/etc/keystone.conf'] + command)
`;

const configuration = (home: string) => `[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///${home}/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = ${home}/fernet
[fernet_receipts]
key_repository = ${home}/fernet
[credential]
key_repository = ${home}/credential
[cache]
enabled = true
# dogpile.cache.memory hands out one object to everybody, and the second EC2 signature then fails
backend = dogpile.cache.memory_pickle
[identity]
password_hash_rounds = 4
`;

const START_MS = 90_000;

/** A real Keystone of its own on a free loopback port, with the user `admin`. */
export async function startKeystone(): Promise<RealKeystone> {
  if (KEYSTONE_MISSING !== undefined) throw new Error(KEYSTONE_MISSING);
  const home = await mkdtemp(join(tmpdir(), 'cdktf-rustfs-keystone-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/v3`;
  for (const directory of ['etc', 'fernet', 'credential']) await mkdir(join(home, directory), { mode: 0o700 });
  await writeFile(join(home, 'etc', 'keystone.conf'), configuration(home), { mode: 0o600 });
  await run(PYTHON, ['-c', INITIALISE], {
    KEYSTONE_HOME: home,
    KEYSTONE_URL: url,
    OS_BOOTSTRAP_PASSWORD: ADMIN_PASSWORD,
  });
  const log = join(home, 'log');
  const server = spawn(
    UWSGI,
    [
      ...['--http-socket', `127.0.0.1:${port}`, '--master', '--processes', '1', '--threads', '1', '--listen', '128'],
      ...['--wsgi-file', WSGI, '--die-on-term', '--need-app', '--lazy-apps', '--buffer-size', '65535'],
      ...['--logto', log],
    ],
    {
      stdio: 'ignore',
      env: {
        ...process.env,
        OS_KEYSTONE_CONFIG_FILES: join(home, 'etc', 'keystone.conf'),
        OS_KEYSTONE_CONFIG_DIR: join(home, 'etc'),
      },
    },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const close = async () => {
    server.kill('SIGTERM');
    await ended;
    await rm(home, { recursive: true, force: true });
  };
  const deadline = Date.now() + START_MS;
  while (!(await answers(url))) {
    if (server.exitCode !== null || Date.now() > deadline) {
      const tail = (await readFile(log, 'utf8').catch(() => 'no log')).slice(-2000);
      await close();
      throw new Error(`Keystone did not start as ${userInfo().username}:\n${tail}`);
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

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-4000);
    });
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`Keystone was not initialised:\n${errors}`)),
    );
  });
}
