import type { Manifest } from '../../manifest/index.js';
import { type Check, type DockerRunner, type DoctorContext, type DoctorFinding, NotChecked } from './model.js';
import { spaceFinding } from './storage.js';

/** uid of the `rustfs` user in the image (source: Dockerfile). */
const RUSTFS_UID = '10001';
const SKEW_WARNING_S = 30;

/** Runs the `docker` on the PATH. */
export const dockerOnPath: DockerRunner = async (args) => {
  const { execa } = await import('execa');
  return (await execa('docker', [...args], { stdin: 'ignore' })).stdout;
};

/** What is used of `docker inspect`. */
interface Inspected {
  readonly State: {
    readonly Status: string;
    readonly ExitCode?: number;
    readonly OOMKilled?: boolean;
    readonly Health?: { readonly Status?: string };
  };
  readonly RestartCount?: number;
  readonly Config: { readonly Image: string; readonly Env?: readonly string[] };
  readonly Mounts?: readonly { readonly Destination: string; readonly RW: boolean }[];
  readonly NetworkSettings?: {
    readonly Ports?: Readonly<Record<string, readonly { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
}

/** For each directory: whether RustFS' user may write, the owner, and what is free. Reads only. */
const SCRIPT =
  'echo "time $(date +%s)"; for d in "$@"; do if [ -w "$d" ]; then w=yes; else w=no; fi; echo "dir $w $(stat -c %u:%g:%a "$d") $d"; ' +
  'df -Pk "$d" | tail -n 1 | while read -r _ total _ free _; do echo "space $free $total $d"; done; done';

const error = (what: string, evidence: string, fix: string): DoctorFinding => ({
  severity: 'error',
  what,
  evidence,
  fix,
});
const warning = (what: string, evidence: string, fix: string): DoctorFinding => ({
  ...error(what, evidence, fix),
  severity: 'warning',
});

async function inspect(docker: DockerRunner, name: string): Promise<Inspected | DoctorFinding> {
  let text: string;
  try {
    text = await docker(['inspect', '--type', 'container', name]);
  } catch (cause) {
    const { code, stderr = '', shortMessage = '' } = cause as { code?: string; stderr?: string; shortMessage?: string };
    if (/No such container/i.test(stderr))
      return error(
        `there is no container ${name}`,
        'docker inspect: No such container',
        'docker ps -a shows the names; or start it',
      );
    throw new NotChecked(
      code === 'ENOENT' ? 'docker is not installed here' : `docker inspect failed: ${stderr.trim() || shortMessage}`,
    );
  }
  const [container] = JSON.parse(text) as readonly Inspected[];
  if (container === undefined) throw new NotChecked(`docker inspect says nothing about ${name}`);
  return container;
}

function stateFindings(name: string, { State, RestartCount = 0 }: Inspected): readonly DoctorFinding[] {
  const seen = `exit code ${State.ExitCode ?? 0}, ${RestartCount} restarts${State.OOMKilled ? ', killed for want of memory' : ''}`;
  const fix = State.OOMKilled ? 'give the container more memory' : `docker logs ${name} says why`;
  if (State.Status !== 'running') return [error(`container ${name} is ${State.Status}`, seen, fix)];
  if (State.Health?.Status === 'unhealthy') return [error(`container ${name} is unhealthy`, seen, fix)];
  return [];
}

function imageFindings({ Config }: Inspected, declared: string): readonly DoctorFinding[] {
  const tag = /:([^:/@]+)(?:@|$)/.exec(Config.Image)?.[1];
  if (tag === undefined || tag === declared || tag === `${declared}-glibc`) return [];
  const fix = `run the image rustfs/rustfs:${declared}, or declare the version that runs`;
  return [error(`the container runs image tag ${tag}, but declared is ${declared}`, Config.Image, fix)];
}

/** Names only: values may be secrets. */
function environmentFindings({ Config: { Env = [] } }: Inspected): readonly DoctorFinding[] {
  const variables = new Map(Env.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
  return ['RUSTFS_ACCESS_KEY', 'RUSTFS_SECRET_KEY'].flatMap((name) => {
    const value = variables.get(name);
    const fix = `use ${name}_FILE with a mounted file (cdktf-rustfs root-credentials makes it), and restart`;
    if (value === 'rustfsadmin') return [error(`the container has the default ${name}`, `${name}=rustfsadmin`, fix)];
    if (value !== undefined && name === 'RUSTFS_SECRET_KEY') {
      return [
        warning(
          'the root secret is in the environment of the container',
          `${name} is set; docker inspect shows it to everybody in the docker group`,
          fix,
        ),
      ];
    }
    if (value === undefined && !variables.has(`${name}_FILE`) && !variables.has('RUSTFS_ROOT_USER')) {
      return [
        error(
          `the container has no ${name}, so RustFS uses the default rustfsadmin`,
          `neither ${name} nor ${name}_FILE is set`,
          fix,
        ),
      ];
    }
    return [];
  });
}

/** A socket for both families shows IPv4 clients as `::ffff:a.b.c.d`, which no IPv4 network has (seen on 1.0.1). */
function listenerFindings({ Config: { Env = [] } }: Inspected, manifest: Manifest): readonly DoctorFinding[] {
  const address = Env.find((line) => line.startsWith('RUSTFS_ADDRESS='))?.slice('RUSTFS_ADDRESS='.length) ?? ':9000';
  if (!/^(\[::\])?:/.test(address)) return [];
  const documents = [
    ...manifest.policies.map(({ name, document }) => [`policy ${name}`, document] as const),
    ...manifest.buckets.map(({ name, policy }) => [`policy of bucket ${name}`, policy] as const),
    ...manifest.accessKeys.map(({ name, policy }) => [`policy of access key ${name}`, policy] as const),
  ];
  const conditional = documents.filter(([, document]) =>
    document?.Statement.flatMap(({ Condition = {} }) => Object.entries(Condition)).some(
      ([operator, keys]) =>
        /IpAddress(IfExists)?$/.test(operator) &&
        Object.values(keys)
          .flat()
          .some((network) => /^\d+\./.test(String(network))),
    ),
  );
  if (conditional.length === 0) return [];
  return [
    error(
      `conditions on IPv4 addresses do not work in ${conditional.map(([whose]) => whose).join(', ')}`,
      `RUSTFS_ADDRESS=${address}: RustFS sees every IPv4 client as ::ffff:a.b.c.d`,
      'set RUSTFS_ADDRESS to 0.0.0.0:9000 and restart, or name a network a.b.c.d/n as ::ffff:a.b.c.d/(96 + n), one address as /128',
    ),
  ];
}

function portFindings({ NetworkSettings }: Inspected, consolePort: number): readonly DoctorFinding[] {
  const published = NetworkSettings?.Ports?.[`${consolePort}/tcp`] ?? [];
  const open = published.filter(({ HostIp }) => ['', '0.0.0.0', '::'].includes(HostIp));
  if (open.length === 0) return [];
  const evidence = open.map(({ HostIp, HostPort }) => `${HostIp || '0.0.0.0'}:${HostPort}`).join(', ');
  return [
    warning(
      'the console is published on every address of the host',
      evidence,
      'publish it as 127.0.0.1:9001:9001, or not at all',
    ),
  ];
}

function mountFindings({ Mounts = [] }: Inspected, dirs: readonly string[]): readonly DoctorFinding[] {
  return Mounts.filter(({ Destination, RW }) => !RW && dirs.includes(Destination)).map(({ Destination }) =>
    error(`${Destination} is mounted read-only`, 'docker inspect: RW false', 'mount the volume without :ro'),
  );
}

/** `/data{1...4}` or a list; URLs are other nodes. */
function directoriesOf({ Config: { Env = [] } }: Inspected): readonly string[] {
  const volumes = Env.find((line) => line.startsWith('RUSTFS_VOLUMES='))?.slice('RUSTFS_VOLUMES='.length) ?? '/data';
  return volumes.split(/[\s,]+/).flatMap((token) => {
    if (!token.startsWith('/')) return [];
    const [, before, first, last, after] = /^(.*)\{(\d+)\.{2,3}(\d+)\}(.*)$/.exec(token) ?? [];
    if (before === undefined) return [token];
    const count = Number(last) - Number(first) + 1;
    return Array.from({ length: Math.min(count, 64) }, (_, index) => `${before}${Number(first) + index}${after}`);
  });
}

function insideFindings(output: string, readOnly: ReadonlySet<string>, now: number): readonly DoctorFinding[] {
  return output.split('\n').flatMap((line) => {
    const [kind, first = '', second = '', ...rest] = line.split(' ');
    const dir = rest.join(' ');
    if (kind === 'time') {
      const skew = Math.round(Math.abs(Number(first) - now / 1000));
      if (!(skew > SKEW_WARNING_S)) return [];
      return [
        error(
          `the clock in the container is ${skew} seconds off`,
          `date +%s: ${first}`,
          'set the clock of the host (a virtual machine of Docker Desktop loses time while it sleeps: restart it)',
        ),
      ];
    }
    if (kind === 'space') return spaceFinding(dir, Number(first) * 1024, Number(second) * 1024) ?? [];
    if (kind !== 'dir' || first === 'yes' || readOnly.has(dir)) return [];
    const [owner, , mode] = second.split(':');
    const fix =
      owner === RUSTFS_UID
        ? 'the filesystem is read-only or full of errors: look at the host (dmesg), and mount it writable'
        : `chown -R ${RUSTFS_UID}:${RUSTFS_UID} the volume, as root (docker exec -u 0 CONTAINER chown -R ${RUSTFS_UID}:${RUSTFS_UID} ${dir})`;
    return [error(`RustFS (uid ${RUSTFS_UID}) may not write to ${dir}`, `owner ${owner}, mode ${mode}`, fix)];
  });
}

async function examine(context: DoctorContext): Promise<readonly DoctorFinding[]> {
  const { container: name, docker = dockerOnPath, manifest, consolePort = 9001 } = context;
  if (name === undefined)
    throw new NotChecked('volumes, mounts, clock and environment in the container: name it with --container NAME');
  const inspected = await inspect(docker, name);
  if ('severity' in inspected) return [inspected];
  const dirs = directoriesOf(inspected);
  const outside = [
    ...stateFindings(name, inspected),
    ...imageFindings(inspected, manifest.server.rustfsVersion),
    ...environmentFindings(inspected),
    ...listenerFindings(inspected, manifest),
    ...portFindings(inspected, consolePort),
    ...mountFindings(inspected, dirs),
  ];
  if (inspected.State.Status !== 'running') return outside;
  const readOnly = new Set((inspected.Mounts ?? []).filter(({ RW }) => !RW).map(({ Destination }) => Destination));
  const output = await docker(['exec', name, 'sh', '-c', SCRIPT, 'sh', ...dirs]).catch((cause: Error) => cause);
  if (output instanceof Error) {
    const { stderr = '' } = output as { stderr?: string };
    return [
      ...outside,
      warning(
        `no command could be run in container ${name}`,
        stderr.trim() || output.message,
        `docker exec ${name} sh shows why`,
      ),
    ];
  }
  return [...outside, ...insideFindings(output, readOnly, Date.now())];
}

export const containerChecks: readonly Check[] = [{ title: 'container', run: examine }];
