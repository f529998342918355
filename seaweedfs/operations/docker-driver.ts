import { execa } from 'execa';
import { RELOAD_SIGNALS } from '../balancer/index.js';
import { IAM_CONFIG_PATH } from '../config/index.js';
import { writeBalancerFile } from '../deploy/index.js';
import type { FleetManifest } from '../manifest/index.js';
import { type FleetDriver, FleetOperationError, isDraining } from './driver.js';

/** SIGTERM does not drain a gateway; it is gone in 70 ms (recorded). */
const STOP_SECONDS = '10';

/** A fleet of Docker containers, through the docker command line. @throws FleetOperationError for a Swarm service */
export function dockerDriver(manifest: FleetManifest, projectDir: string): FleetDriver {
  if (manifest.engine !== 'docker') {
    throw new FleetOperationError(
      `fleet ${manifest.fleet} runs as Swarm services, whose tasks Docker places itself: restart them one by one with ` +
        'docker service update --force <service>, and run fleet verify after each',
    );
  }
  const { balancer } = manifest;
  const docker = async (...args: string[]): Promise<string> => {
    const { stdout } = await execa('docker', args).catch((cause: Error & { stderr?: string }) => {
      throw new FleetOperationError(`docker ${args.join(' ')} failed: ${cause.stderr || cause.message}`, { cause });
    });
    return stdout;
  };
  return {
    description: 'docker',
    check: async () =>
      void (await docker(
        'inspect',
        '--type',
        'container',
        ...manifest.gateways.map(({ container }) => container),
        balancer.container,
      )),
    stop: async ({ container }) => void (await docker('stop', '--time', STOP_SECONDS, container)),
    start: async ({ container }) => void (await docker('start', container)),
    async configureBalancer(down) {
      await writeBalancerFile(manifest, { projectDir, down });
      await docker('kill', '--signal', RELOAD_SIGNALS[balancer.kind], balancer.container);
    },
    hasDrained: async () =>
      !isDraining(balancer.kind, (await docker('top', balancer.container, '-eo', 'pid,args')).split('\n')),
    async configSha256({ container }) {
      const [sum] = (await docker('exec', container, 'sha256sum', IAM_CONFIG_PATH)).split(' ');
      return sum;
    },
  };
}
