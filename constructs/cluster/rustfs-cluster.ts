import type { Construct } from 'constructs';
import type { IRustFsCluster } from './cluster-server.js';
import { KubernetesCluster, type KubernetesClusterProps } from './kubernetes.js';
import { SwarmCluster, type SwarmClusterProps } from './swarm.js';

/**
 * One erasure-coded RustFS on several machines. Everything else is declared, provisioned and proved as on a single one.
 *
 * Nodes and drives of a cluster cannot change: their order and paths are the identity of what lies on them.
 */
export class RustFsCluster {
  /** Docker Swarm: one service for each node, pinned to it and replaced one after the other. */
  static swarm(scope: Construct, id: string, props: SwarmClusterProps): IRustFsCluster {
    return new SwarmCluster(scope, id, props);
  }

  /** Kubernetes: manifests in kubernetes.yaml beside cdk.tf.json. */
  static kubernetes(scope: Construct, id: string, props: KubernetesClusterProps): IRustFsCluster {
    return new KubernetesCluster(scope, id, props);
  }

  private constructor() {}
}
