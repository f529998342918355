import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

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

/**
 * Importing Keystone takes seconds, so it is done once: the commands of keystone-manage run in forks, and what is left serves the
 * application with Python's own HTTP server, one request at a time.
 */
const SERVE = `
import os, sqlite3, sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
home, url = os.environ['KEYSTONE_HOME'], os.environ['KEYSTONE_URL']
database = sqlite3.connect(home + '/keystone.db')
database.execute('PRAGMA journal_mode=WAL')  # otherwise writes fail: database is locked
database.close()
import keystone.cmd.cli as cli
from keystone.server.wsgi import initialize_public_application
owner = ['--keystone-user', str(os.getuid()), '--keystone-group', str(os.getgid())]
endpoints = ['--bootstrap-public-url', url, '--bootstrap-internal-url', url, '--bootstrap-admin-url', url]
for command in (['db_sync'], ['fernet_setup'] + owner, ['credential_setup'] + owner,
                ['bootstrap', '--bootstrap-region-id', 'RegionOne'] + endpoints):
    child = os.fork()
    if child == 0:
        cli.main(argv=['keystone-manage', '--config-file', home + '/etc/keystone.conf'] + command)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit('keystone-manage %s failed' % command[0])
class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass
WSGIServer.request_queue_size = 128
make_server('127.0.0.1', int(os.environ['KEYSTONE_PORT']), initialize_public_application(), handler_class=Quiet).serve_forever()
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
  const server = spawn(PYTHON, ['-c', SERVE], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      KEYSTONE_HOME: home,
      KEYSTONE_PORT: String(port),
      KEYSTONE_URL: url,
      OS_BOOTSTRAP_PASSWORD: ADMIN_PASSWORD,
      OS_KEYSTONE_CONFIG_FILES: join(home, 'etc', 'keystone.conf'),
      OS_KEYSTONE_CONFIG_DIR: join(home, 'etc'),
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
