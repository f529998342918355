import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPatient, type Patient } from './support.js';

/** Stands for `docker`: replays inspect.json and exec.txt, or fails as docker does when they are not there. */
const FAKE = `#!${process.execPath}
const { existsSync, readFileSync } = require('node:fs');
const [command, , name] = process.argv.slice(2);
const file = __dirname + (command === 'inspect' ? '/inspect.json' : '/exec.txt');
if (existsSync(file)) process.stdout.write(readFileSync(file));
else {
  process.stderr.write(command === 'inspect' ? 'Error: No such container: ' + name : 'OCI runtime exec failed');
  process.exit(1);
}
`;

let patient: Patient;
let directory: string;
const path = process.env.PATH;
beforeAll(async () => {
  patient = await createPatient();
  directory = mkdtempSync(join(tmpdir(), 'cdktf-rustfs-docker-'));
  writeFileSync(join(directory, 'docker'), FAKE, { mode: 0o755 });
  process.env.PATH = `${directory}${delimiter}${path}`;
});
afterAll(async () => {
  process.env.PATH = path;
  rmSync(directory, { recursive: true, force: true });
  await patient.close();
});

interface Container {
  State: object;
  RestartCount: number;
  Config: { Image: string; Env: string[] };
  Mounts: { Destination: string; RW: boolean }[];
  NetworkSettings: { Ports: Record<string, { HostIp: string; HostPort: string }[]> };
}
const HEALTHY: Container = {
  State: { Status: 'running', ExitCode: 0, OOMKilled: false, Health: { Status: 'healthy' } },
  RestartCount: 0,
  Config: {
    Image: 'rustfs/rustfs:1.0.1',
    Env: ['RUSTFS_VOLUMES=/data{0...1}', 'RUSTFS_ACCESS_KEY_FILE=/run/a', 'RUSTFS_SECRET_KEY_FILE=/run/s'],
  },
  Mounts: [{ Destination: '/data0', RW: true }],
  NetworkSettings: { Ports: { '9001/tcp': [{ HostIp: '127.0.0.1', HostPort: '9001' }] } },
};
const GIB = 1024 ** 2;
const inside = (more: Partial<Record<'time' | 'dir' | 'space', string>> = {}) =>
  [
    `time ${more.time ?? Math.round(Date.now() / 1000)}`,
    `dir ${more.dir ?? 'yes 10001:10001:750'} /data0`,
    `space ${more.space ?? `${50 * GIB} ${100 * GIB}`} /data0`,
    'dir yes 10001:10001:750 /data1',
    `space ${50 * GIB} ${100 * GIB} /data1`,
    '',
  ].join('\n');

function container(change: (container: Container) => void = () => {}): void {
  const copy = structuredClone(HEALTHY);
  change(copy);
  writeFileSync(join(directory, 'inspect.json'), JSON.stringify([copy]));
}
const execAnswers = (text: string) => writeFileSync(join(directory, 'exec.txt'), text);

async function examined() {
  const { findings } = await patient.examine({ container: 'rustfs' });
  return findings.map(({ severity, what, evidence, fix }) => `${severity} ${what} (${evidence}) → ${fix}`);
}

beforeEach(() => {
  container();
  execAnswers(inside());
});

const FILE_FIX = (name: string) =>
  `use ${name}_FILE with a mounted file (cdktf-rustfs root-credentials makes it), and restart`;

describe('a container', () => {
  test('that is well', async () => {
    const report = await patient.examine({ container: 'rustfs' });
    expect([report.findings, report.healthy.includes('container')]).toEqual([[], true]);
  });

  test.each<readonly [title: string, change: (container: Container) => void, findings: readonly string[]]>([
    [
      'that restarts again and again',
      (one) => {
        one.State = { Status: 'restarting', ExitCode: 1 };
        one.RestartCount = 12;
      },
      ['error container rustfs is restarting (exit code 1, 12 restarts) → docker logs rustfs says why'],
    ],
    [
      'of another version',
      (one) => {
        one.Config.Image = 'registry.example:5000/rustfs/rustfs:1.0.0-beta.7@sha256:00';
      },
      [
        'error the container runs image tag 1.0.0-beta.7, but declared is 1.0.1 (registry.example:5000/rustfs/rustfs:1.0.0-beta.7@sha256:00) → run the image rustfs/rustfs:1.0.1, or declare the version that runs',
      ],
    ],
    [
      'with the root secret in its environment, which is not shown',
      (one) => {
        one.Config.Env = ['RUSTFS_VOLUMES=/data0', 'RUSTFS_ACCESS_KEY=somebody', 'RUSTFS_SECRET_KEY=canary-secret'];
      },
      [
        `warning the root secret is in the environment of the container (RUSTFS_SECRET_KEY is set; docker inspect shows it to everybody in the docker group) → ${FILE_FIX('RUSTFS_SECRET_KEY')}`,
      ],
    ],
    [
      'without root credentials',
      (one) => {
        one.Config.Env = ['RUSTFS_VOLUMES=/data0', 'RUSTFS_SECRET_KEY_FILE=/run/s'];
      },
      [
        `error the container has no RUSTFS_ACCESS_KEY, so RustFS uses the default rustfsadmin (neither RUSTFS_ACCESS_KEY nor RUSTFS_ACCESS_KEY_FILE is set) → ${FILE_FIX('RUSTFS_ACCESS_KEY')}`,
      ],
    ],
    [
      'that publishes its console everywhere',
      (one) => {
        one.NetworkSettings.Ports = { '9001/tcp': [{ HostIp: '0.0.0.0', HostPort: '19001' }] };
      },
      [
        'warning the console is published on every address of the host (0.0.0.0:19001) → publish it as 127.0.0.1:9001:9001, or not at all',
      ],
    ],
  ])('%s', async (_, change, findings) => {
    container(change);
    expect(await examined()).toEqual(findings);
  });

  test('whose listener keeps conditions on IPv4 addresses from working', async () => {
    const findings = async (address: string | undefined, network: string) => {
      container((one) => {
        if (address !== undefined) one.Config.Env.push(`RUSTFS_ADDRESS=${address}`);
      });
      const report = await patient.examine({ container: 'rustfs' }, ({ policies }) => {
        const [statement] = policies[0]?.document.Statement ?? [];
        Object.assign(statement ?? {}, { Condition: { IpAddress: { 'aws:SourceIp': [network] } } });
      });
      return report.findings.filter(({ check }) => check === 'container').map(({ what, evidence }) => [what, evidence]);
    };
    const finding = (address: string) => [
      [
        'conditions on IPv4 addresses do not work in policy backup-storage',
        `RUSTFS_ADDRESS=${address}: RustFS sees every IPv4 client as ::ffff:a.b.c.d`,
      ],
    ];
    expect(await findings(undefined, '10.0.0.0/8')).toEqual(finding(':9000'));
    expect(await findings('[::]:9000', '10.0.0.0/8')).toEqual(finding('[::]:9000'));
    expect(await findings('0.0.0.0:9000', '10.0.0.0/8')).toEqual([]);
    expect(await findings(undefined, '::ffff:10.0.0.0/104')).toEqual([]);
    container();
    const elsewhere = await patient.examine({ container: 'rustfs' }, ({ buckets }) => {
      const [bucket] = buckets;
      const Condition = { NotIpAddressIfExists: { 'aws:SourceIp': '10.0.0.0/8' } };
      const Statement = [
        {
          Effect: 'Deny' as const,
          Principal: '*',
          Action: ['s3:*'],
          Resource: ['arn:aws:s3:::backup-dumps/*'],
          Condition,
        },
      ];
      Object.assign(bucket ?? {}, { policy: { Version: '2012-10-17', Statement } });
    });
    expect(elsewhere.findings.map(({ what }) => what)).toContain(
      'conditions on IPv4 addresses do not work in policy of bucket backup-dumps',
    );
  });

  test('whose volume is mounted read-only says it once', async () => {
    container((one) => {
      one.Mounts = [{ Destination: '/data0', RW: false }];
    });
    execAnswers(inside({ dir: 'no 10001:10001:750' }));
    expect(await examined()).toEqual([
      'error /data0 is mounted read-only (docker inspect: RW false) → mount the volume without :ro',
    ]);
  });

  test.each<readonly [title: string, output: string, finding: unknown]>([
    [
      'a volume of root',
      inside({ dir: 'no 0:0:755' }),
      'error RustFS (uid 10001) may not write to /data0 (owner 0, mode 755) → chown -R 10001:10001 the volume, as root (docker exec -u 0 CONTAINER chown -R 10001:10001 /data0)',
    ],
    [
      'a volume that is almost full',
      inside({ space: `${7 * GIB} ${100 * GIB}` }),
      'warning /data0 is almost full: 7.0 % are free (7.0 GiB of 100.0 GiB) → make the volume larger, add expiration rules (lifecycle), or set quotas: writes fail when it is full',
    ],
    [
      'a clock that is wrong',
      inside({ time: '1000000000' }),
      expect.stringMatching(
        /^error the clock in the container is \d{9} seconds off \(date \+%s: 1000000000\) → set the clock of the host \(a virtual machine of Docker Desktop loses time while it sleeps: restart it\)$/,
      ),
    ],
  ])('with %s', async (_, output, finding) => {
    execAnswers(output);
    expect(await examined()).toEqual([finding]);
  });

  test('in which nothing can be run', async () => {
    rmSync(join(directory, 'exec.txt'));
    expect(await examined()).toEqual([
      'warning no command could be run in container rustfs (OCI runtime exec failed) → docker exec rustfs sh shows why',
    ]);
  });

  test('that is not there', async () => {
    rmSync(join(directory, 'inspect.json'));
    expect(await examined()).toEqual([
      'error there is no container rustfs (docker inspect: No such container) → docker ps -a shows the names; or start it',
    ]);
  });
});
