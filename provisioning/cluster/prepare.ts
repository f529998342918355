import type { ClusterFile } from '../../manifest/cluster.js';
import { prepareKubernetes } from './kubernetes.js';
import type { Runner } from './runner.js';
import { prepareSwarm } from './swarm.js';

export interface PrepareProps {
  readonly cluster: ClusterFile;
  readonly run: Runner;
  /** Where relative file names start. @default - the working directory */
  readonly projectDir?: string;
}

/**
 * What has to be there before the nodes start: the cluster's secrets, in its engine. Run again, it only adds what is missing.
 *
 * @returns what it did, a line each
 * @throws {ProvisioningError} if a running cluster has other drives than declared
 */
export function prepareCluster({ cluster, run, projectDir = process.cwd() }: PrepareProps): Promise<readonly string[]> {
  const { engine } = cluster;
  return engine.type === 'swarm'
    ? prepareSwarm({ cluster, engine, run, projectDir })
    : prepareKubernetes({ cluster, engine, run, projectDir });
}
