import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { RELOAD_SIGNALS, renderBalancer } from '../balancer/index.js';
import { balancerConfig } from '../manifest/balancer-config.js';
import type { FleetGateway, FleetManifest } from '../manifest/index.js';
import { type FleetDriver, FleetOperationError, isDraining } from '../operations/driver.js';

export interface LocalFleetOptions {
  /** Gateways and balancer have to be at addresses of this machine. */
  readonly manifest: FleetManifest;
  /** For configurations, logs and state of the processes. */
  readonly directory: string;
  /** Command line of a gateway that reads this iam.config and listens on this port of 127.0.0.1. */
  readonly command: (gateway: FleetGateway, port: number, iamConfig: string) => readonly [string, ...string[]];
  /** Content of iam.config; the same for every gateway unless it looks at which. */
  readonly iamConfig: (gateway: FleetGateway) => string;
  /** Program of the balancer; `none` if something else balances. */
  readonly balancer: string;
}

/** A fleet of processes on this machine, for the demo and for tests: the driver of one, and its beginning and end. */
export interface LocalFleet extends FleetDriver {
  startAll(): Promise<void>;
  /** Ends a gateway the hard way. */
  kill(gateway: FleetGateway): Promise<void>;
  /** Ends everything that was started. */
  close(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

export function localFleet(options: LocalFleetOptions): LocalFleet {
  const { manifest, directory, command, iamConfig, balancer } = options;
  const { kind, endpoint } = manifest.balancer;
  const running = new Map<string, ChildProcess>();
  const stateDir = join(directory, 'balancer');
  const balancerFile = join(stateDir, kind === 'nginx' ? 'nginx.conf' : 'haproxy.cfg');
  const configFile = (gateway: FleetGateway) => join(directory, `${gateway.name}.json`);
  mkdirSync(stateDir, { recursive: true });
  // Workers of a balancer that root started run as another user and write their temporary files there.
  chmodSync(directory, 0o755);

  const run = (name: string, [program, ...args]: readonly [string, ...string[]]): ChildProcess => {
    const log = openSync(join(directory, `${name}.log`), 'a');
    const child = spawn(program, args, { stdio: ['ignore', log, log] });
    closeSync(log);
    running.set(name, child);
    child.once('exit', () => {
      if (running.get(name) === child) running.delete(name);
    });
    child.once('error', () => running.delete(name));
    return child;
  };
  const end = async (name: string, signal: NodeJS.Signals): Promise<void> => {
    const child = running.get(name);
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await ended;
  };
  const listening = async (name: string, url: string): Promise<void> => {
    for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline; ) {
      if (!running.has(name)) break;
      const answered = await fetch(url, { signal: AbortSignal.timeout(1000) }).catch(() => undefined);
      if (answered) return void (await answered.arrayBuffer());
      await sleep(POLL_MS);
    }
    const log = readFileSync(join(directory, `${name}.log`), 'utf8').trim();
    throw new FleetOperationError(`${name} did not start at ${url}; its log says:\n${log}`);
  };
  const writeBalancer = (down?: ReadonlySet<string>) =>
    writeFileSync(
      balancerFile,
      renderBalancer(kind, { ...balancerConfig(manifest, down), stateDir, accessLog: join(stateDir, 'access.log') }),
    );

  const driver: FleetDriver = {
    description: 'processes of this machine',
    check: async () => {},
    stop: ({ name }) => end(name, 'SIGTERM'),
    async start(gateway) {
      if (running.has(gateway.name)) return;
      writeFileSync(configFile(gateway), iamConfig(gateway), { mode: 0o600 });
      run(gateway.name, command(gateway, Number(new URL(gateway.endpoint).port), configFile(gateway)));
      await listening(gateway.name, `${gateway.endpoint}/healthz`);
    },
    async configureBalancer(down) {
      writeBalancer(down);
      running.get('balancer')?.kill(`SIG${RELOAD_SIGNALS[kind]}` as NodeJS.Signals);
    },
    async hasDrained() {
      const master = running.get('balancer');
      const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid=,args=']);
      const own = stdout.split('\n').filter((line) => {
        const [pid, parent] = line.trim().split(/\s+/);
        return pid === String(master?.pid) || parent === String(master?.pid);
      });
      return !isDraining(kind, own);
    },
    configSha256: async (gateway) =>
      createHash('sha256')
        .update(readFileSync(configFile(gateway)))
        .digest('hex'),
  };

  return {
    ...driver,
    async startAll() {
      await Promise.all(manifest.gateways.map((gateway) => driver.start(gateway)));
      writeBalancer();
      if (balancer === 'none') return;
      const args =
        kind === 'nginx'
          ? ['-c', balancerFile, '-p', stateDir, '-g', 'daemon off;']
          : ['-W', '-db', '-f', balancerFile];
      run('balancer', [balancer, ...args]);
      await listening('balancer', endpoint);
    },
    kill: ({ name }) => end(name, 'SIGKILL'),
    async close() {
      await end('balancer', 'SIGTERM');
      await Promise.all(manifest.gateways.map(({ name }) => end(name, 'SIGTERM')));
    },
  };
}
