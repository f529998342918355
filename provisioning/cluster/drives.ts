import type { ClusterFile } from '../../manifest/cluster.js';
import { ProvisioningError } from '../errors.js';

/** @throws {ProvisioningError} unless a running cluster has the drives that are declared */
export function checkDrives({ cluster, volumes }: ClusterFile, running: string | undefined): void {
  if (running === undefined || running === volumes) return;
  throw new ProvisioningError(
    `cluster ${cluster} runs with RUSTFS_VOLUMES=${running}, but RUSTFS_VOLUMES=${volumes} is declared: the order and the paths of the ` +
      'drives are their identity, so nodes and drives of a cluster cannot change. Declare the old ones again, or make a second cluster and copy',
  );
}
