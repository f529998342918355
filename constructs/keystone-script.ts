/**
 * Python program that sets up a Keystone of its own in `KEYSTONE_HOME` and serves it, with nothing but the package keystone:
 * SQLite, Fernet tokens, the user `admin` with the password in `KEYSTONE_ADMIN_PASSWORD_FILE`. For development and tests.
 *
 * Importing Keystone takes seconds, so it is done once: the commands of keystone-manage run in forks, and what is left serves the
 * application with Python's own HTTP server, one request at a time. Every start may run all commands again: they change nothing
 * that is there, except that the admin gets the password of the file.
 */
export const KEYSTONE_SCRIPT = `import os, signal, sqlite3, sys
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

home, url = os.environ['KEYSTONE_HOME'], os.environ['KEYSTONE_URL']
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
os.umask(0o077)
for directory in ('fernet', 'credential'):
    os.makedirs(home + '/' + directory, exist_ok=True)
with open(home + '/keystone.conf', 'w') as conf:
    conf.write('''[DEFAULT]
use_stderr = true
[database]
connection = sqlite:///{0}/keystone.db
[token]
provider = fernet
[fernet_tokens]
key_repository = {0}/fernet
[fernet_receipts]
key_repository = {0}/fernet
[credential]
key_repository = {0}/credential
[cache]
enabled = true
# dogpile.cache.memory hands out one object to everybody, and the second EC2 signature then fails
backend = dogpile.cache.memory_pickle
[identity]
password_hash_rounds = {1}
'''.format(home, os.environ.get('KEYSTONE_PASSWORD_HASH_ROUNDS', '12')))
os.environ.update(OS_KEYSTONE_CONFIG_FILES=home + '/keystone.conf', OS_KEYSTONE_CONFIG_DIR=home)
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
        with open(os.environ['KEYSTONE_ADMIN_PASSWORD_FILE']) as password:
            os.environ['OS_BOOTSTRAP_PASSWORD'] = password.read().strip()
        cli.main(argv=['keystone-manage', '--config-file', home + '/keystone.conf'] + command)
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        sys.exit('keystone-manage %s failed' % command[0])


class Quiet(WSGIRequestHandler):
    def log_message(self, *arguments):
        pass


WSGIServer.request_queue_size = 128
address = (os.environ.get('KEYSTONE_BIND', '0.0.0.0'), int(os.environ.get('KEYSTONE_PORT', '5000')))
make_server(*address, initialize_public_application(), handler_class=Quiet).serve_forever()
`;
