import { provider } from '@cdktf/provider-docker';
import { LocalBackend, TerraformStack } from 'cdktf';
import type { Construct } from 'constructs';
import { RustFsCluster } from '../constructs/index.js';
import { applicationStorage } from './components.js';

/**
 * The six applications on four machines with four disks each, as Docker Swarm services. With RUSTFS_ENDPOINT: on Kubernetes, as
 * manifests, and provisioned at that address.
 */
export class RustFsClusterStack extends TerraformStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new LocalBackend(this, { path: `../../../terraform.${id}.tfstate` });
    const endpoint = process.env.RUSTFS_ENDPOINT;
    if (endpoint) {
      const drives = { drivesPerNode: 4, driveSize: '100Gi' };
      applicationStorage(this, RustFsCluster.kubernetes(this, 'rustfs', { nodes: 4, ...drives, endpoint }));
      return;
    }
    new provider.DockerProvider(this, 'docker');
    const node = (number: number) => ({ hostname: `storage-${number}`, address: `storage-${number}.internal` });
    const cluster = RustFsCluster.swarm(this, 'rustfs', {
      nodes: [1, 2, 3, 4].map(node),
      drives: [1, 2, 3, 4].map((disk) => `/mnt/disk${disk}/rustfs`),
    });
    applicationStorage(this, cluster);
  }
}
