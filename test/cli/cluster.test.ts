import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bin } from '../e2e/fixture.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-cluster-cli-'));
  mkdirSync(join(directory, 'root'), { mode: 0o700 });
  mkdirSync(join(directory, 'state'));
  mkdirSync(join(directory, 'bin'));
  secret('access-key', 'ROOTACCESSKEY');
  secret('rpc-secret', 'between-the-nodes');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const secret = (name: string, content: string) => writeFileSync(join(directory, 'root', name), content);

/** A program on PATH that stands for the engine: keeps what it is given in `state`, and its arguments in `calls`. */
function engine(program: string, script: string): void {
  const file = join(directory, 'bin', program);
  writeFileSync(file, `#!/bin/sh\ncd "${directory}/state"\nprintf '%s\\n' "$*" >> ../calls\n${script}\n`);
  chmodSync(file, 0o755);
}

const DOCKER = `
case "$1 $2" in
  'service inspect') if [ -f env ]; then cat env; else echo "Error: no such service: $5" >&2; exit 1; fi ;;
  'service ls') ls | sed -n 's/^service-//p' ;;
  'secret ls') ls | sed -n 's/^secret-\\(.*\\)$/id-of-\\1 \\1/p' ;;
  'secret create') cp "$6" "secret-$5"; echo "id-of-$5" ;;
  *) exit 9 ;;
esac`;

const KUBECTL = `
case "$1 $2" in
  'get statefulset') [ ! -f statefulset ] || cat statefulset ;;
  'get secret') [ ! -f secret ] || cat secret ;;
  'create secret') echo created > created ;;
  *) exit 9 ;;
esac`;

const SWARM = { type: 'swarm', services: ['c-node1', 'c-node2'], secretsFile: 'root/swarm-secrets.json' };
const KUBERNETES = { type: 'kubernetes', namespace: 'ns', statefulSet: 'c', secret: 'c-secrets' };
const VOLUMES = 'http://node{1...4}:9000/data';

function prepare(engineOf: object) {
  const cluster = {
    version: 1,
    cluster: 'c',
    volumes: VOLUMES,
    nodes: [{ name: 'node1', endpoint: 'http://127.0.0.1:9' }],
    drives: 4,
    secrets: ['access-key', 'rpc-secret'].map((name) => ({ name, file: `root/${name}` })),
    engine: engineOf,
  };
  writeFileSync(join(directory, 'cluster.json'), JSON.stringify(cluster));
  return cli('prepare', '--cluster', 'cluster.json');
}

const cli = (...args: readonly string[]) =>
  execa(process.execPath, [bin, 'cluster', ...args], {
    cwd: directory,
    reject: false,
    env: { PATH: `${join(directory, 'bin')}:${process.env.PATH}` },
  });

const calls = () => readFileSync(join(directory, 'calls'), 'utf8');

describe('Docker Swarm', () => {
  beforeEach(() => engine('docker', DOCKER));
  // SHA-256 of the contents above, by sha256sum.
  const [ACCESS, RPC] = ['c-access-key-8fe23f31cd92', 'c-rpc-secret-359db1e4875b'];

  test('gets each secret once, by path, and Terraform learns the ids', async () => {
    const first = await prepare(SWARM);
    expect([first.exitCode, first.stdout]).toEqual([
      0,
      `created Docker secret ${ACCESS}\ncreated Docker secret ${RPC}`,
    ]);
    const ids = JSON.parse(readFileSync(join(directory, 'root/swarm-secrets.json'), 'utf8'));
    expect(ids).toEqual({
      'access-key': { id: `id-of-${ACCESS}`, name: ACCESS },
      'rpc-secret': { id: `id-of-${RPC}`, name: RPC },
    });
    const again = await prepare(SWARM);
    expect([again.exitCode, again.stdout]).toEqual([0, `kept Docker secret ${ACCESS}\nkept Docker secret ${RPC}`]);
    expect(readFileSync(join(directory, 'state', `secret-${RPC}`), 'utf8')).toBe('between-the-nodes');
    expect(calls()).not.toMatch(/ROOTACCESSKEY|between-the-nodes/);
  });

  test('other content is another secret; the old one stays for the nodes that still have it', async () => {
    await prepare(SWARM);
    secret('rpc-secret', 'replaced');
    expect((await prepare(SWARM)).stdout).toMatch(
      /^kept Docker secret .*\ncreated Docker secret c-rpc-secret-[0-9a-f]{12}$/,
    );
    expect(readdirSync(join(directory, 'state')).filter((name) => name.includes('rpc-secret'))).toHaveLength(2);
  });

  test('refuses other drives than those of the running cluster, and changes nothing', async () => {
    writeFileSync(join(directory, 'state/env'), '["RUSTFS_VOLUMES=http://node{1...3}:9000/data","A=b"]');
    const { exitCode, stderr } = await prepare(SWARM);
    expect([exitCode, stderr]).toEqual([
      1,
      `error: cluster c runs with RUSTFS_VOLUMES=http://node{1...3}:9000/data, but RUSTFS_VOLUMES=${VOLUMES} is declared: the order and the paths of the ` +
        'drives are their identity, so nodes and drives of a cluster cannot change. Declare the old ones again, or make a second cluster and copy',
    ]);
    expect(existsSync(join(directory, 'root/swarm-secrets.json'))).toBe(false);
    writeFileSync(join(directory, 'state/env'), JSON.stringify([`RUSTFS_VOLUMES=${VOLUMES}`]));
    expect((await prepare(SWARM)).exitCode).toBe(0);
  });

  test('the gate of a node lets pass while later nodes are still to be made', async () => {
    await prepare(SWARM);
    writeFileSync(join(directory, 'state/service-c-node1'), '');
    const early = await cli('wait', '--cluster', 'cluster.json', '--node', 'node1');
    expect([early.exitCode, early.stdout]).toEqual([
      0,
      'the cluster is only being made (not there yet: c-node2): nothing to protect',
    ]);
    writeFileSync(join(directory, 'state/service-c-node2'), '');
    secret('secret-key', 'ROOTSECRETKEY');
    const later = await execa(
      process.execPath,
      [bin, 'cluster', 'wait', '--cluster', 'cluster.json', '--node', 'node1'],
      {
        ...{ cwd: directory, reject: false },
        env: {
          PATH: `${join(directory, 'bin')}:${process.env.PATH}`,
          RUSTFS_ACCESS_KEY_FILE: 'root/access-key',
          RUSTFS_SECRET_KEY_FILE: 'root/secret-key',
        },
      },
    );
    expect([later.exitCode, later.stdout]).toEqual([
      0,
      'no other node is ready: nothing to protect, going on without node1',
    ]);
  });

  test('a file that is missing is named', async () => {
    rmSync(join(directory, 'root/rpc-secret'));
    const { exitCode, stderr } = await prepare(SWARM);
    expect([exitCode, stderr]).toEqual([
      1,
      `error: cannot read ${join(directory, 'root/rpc-secret')} (ENOENT): root-credentials, secret-file and server-secrets make the cluster's own secrets, whatever else it names you have to put there`,
    ]);
  });

  test('what Docker says is passed on', async () => {
    engine('docker', 'echo "Error response from daemon: This node is not a swarm manager." >&2; exit 1');
    const { exitCode, stderr } = await prepare(SWARM);
    expect([exitCode, stderr]).toEqual([
      1,
      'error: docker service inspect failed: Error response from daemon: This node is not a swarm manager.',
    ]);
  });
});

describe('Kubernetes', () => {
  beforeEach(() => engine('kubectl', KUBECTL));
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('gets one Secret, from files', async () => {
    const { exitCode, stdout } = await prepare(KUBERNETES);
    expect([exitCode, stdout]).toEqual([0, 'created Secret ns/c-secrets']);
    expect(calls().split('\n')[2]).toBe(
      `create secret generic c-secrets --namespace ns --from-file=access-key=${directory}/root/access-key --from-file=rpc-secret=${directory}/root/rpc-secret`,
    );
    expect(existsSync(join(directory, 'state/created'))).toBe(true);
  });

  test('keeps a Secret that is the same, and does not touch another one', async () => {
    const write = (rpc: string) =>
      writeFileSync(
        join(directory, 'state/secret'),
        JSON.stringify({ data: { 'access-key': base64('ROOTACCESSKEY'), 'rpc-secret': base64(rpc) } }),
      );
    write('between-the-nodes');
    expect((await prepare(KUBERNETES)).stdout).toBe('kept Secret ns/c-secrets');
    write('another');
    const { exitCode, stderr } = await prepare(KUBERNETES);
    expect([exitCode, stderr]).toEqual([
      1,
      'error: Secret ns/c-secrets has another content than root/rpc-secret: put the files there that the cluster was made with, ' +
        'or delete the Secret, run this again and restart the pods one by one',
    ]);
    expect(existsSync(join(directory, 'state/created'))).toBe(false);
  });

  test('refuses other drives than those of the running pods', async () => {
    const env = [{ name: 'POD_NAME' }, { name: 'RUSTFS_VOLUMES', value: 'http://c-{0...1}:9000/data' }];
    writeFileSync(
      join(directory, 'state/statefulset'),
      JSON.stringify({ spec: { template: { spec: { containers: [{ env }] } } } }),
    );
    const { exitCode, stderr } = await prepare(KUBERNETES);
    expect(exitCode).toBe(1);
    expect(stderr).toContain('cluster c runs with RUSTFS_VOLUMES=http://c-{0...1}:9000/data');
  });
});

test('a cluster file that is none is an error with every problem', async () => {
  writeFileSync(join(directory, 'cluster.json'), '{"version":1}');
  const { exitCode, stderr } = await cli('wait', '--cluster', 'cluster.json');
  expect(exitCode).toBe(1);
  expect(stderr).toContain('error: cluster.json is not a cluster file: write it again with cdktf synth\n');
  expect(stderr).toContain('→ at engine');
});
