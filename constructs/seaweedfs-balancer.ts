import { container, image } from '@cdktf/provider-docker';
import type { ITerraformDependable } from 'cdktf';
import { Construct } from 'constructs';
import type { FleetManifest } from '../seaweedfs/manifest/index.js';
import { hostPath } from './seaweedfs-gateways.js';

export interface SeaweedFsBalancerProps {
  readonly manifest: FleetManifest;
  readonly bindAddress: string;
  readonly networkName: string;
  readonly dependsOn: readonly ITerraformDependable[];
}

const CONFIG_DIR = '/etc/fleet-balancer';

/** How each kind runs. */
const BALANCERS = {
  nginx: {
    image: 'nginx:1.28.0-alpine',
    user: '101:101',
    command: ['nginx', '-c', `${CONFIG_DIR}/nginx.conf`, '-g', 'daemon off;'],
  },
  haproxy: {
    image: 'haproxy:2.6.12-alpine',
    user: '99:99',
    command: ['haproxy', '-W', '-db', '-f', `${CONFIG_DIR}/haproxy.cfg`],
  },
} as const;

/** nginx or HAProxy in front of the gateways. Its configuration is mounted as a directory, so a replaced file is seen. */
export class SeaweedFsBalancer extends Construct {
  readonly dependable: ITerraformDependable;

  constructor(scope: Construct, id: string, { manifest, bindAddress, networkName, dependsOn }: SeaweedFsBalancerProps) {
    super(scope, id);
    const { kind, configFile, container: name, listen, direct } = manifest.balancer;
    const { user, command, ...balancer } = BALANCERS[kind];
    const balancerImage = new image.Image(this, 'Image', { name: balancer.image, keepLocally: true });
    this.dependable = new container.Container(this, 'Resource', {
      name,
      image: balancerImage.imageId,
      user,
      entrypoint: [command[0]],
      command: command.slice(1),
      restart: 'unless-stopped',
      readOnly: true,
      tmpfs: { '/tmp': 'mode=1777' },
      capabilities: { drop: ['ALL'] },
      securityOpts: ['no-new-privileges'],
      ports: [listen.port, ...direct.map(({ port }) => port)].map((port) => ({
        internal: port,
        external: port,
        ip: bindAddress,
      })),
      networksAdvanced: [{ name: networkName }],
      mounts: [
        {
          type: 'bind',
          source: hostPath(this, configFile.slice(0, configFile.lastIndexOf('/'))),
          target: CONFIG_DIR,
          readOnly: true,
        },
      ],
      labels: [
        { label: 'managed-by', value: 'cdktf-rustfs' },
        { label: 'cdktf-rustfs.fleet', value: manifest.fleet },
      ],
      dependsOn: [...dependsOn],
    });
  }
}
