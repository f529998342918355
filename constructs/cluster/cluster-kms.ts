import { Annotations } from 'cdktf';
import type { Construct } from 'constructs';
import type { RustFsVersion } from '../../policies/index.js';
import { type Kms, kmsPart } from '../kms.js';

export interface ClusterKmsProps {
  /**
   * Key management in Vault, which every node has to reach. The post-apply step configures it at one node; the others take it over (seen on
   * RustFS 1.0.1, also for a node that was restarted). RustFS 1.0.1 only. @default - none: SSE-S3 only
   */
  readonly kms?: Kms;
}

/** @throws Error for keys that only one node would have, and for a version whose other nodes may not take the KMS over */
export function checkClusterKms(scope: Construct, { kms }: ClusterKmsProps, version: RustFsVersion): void {
  if (kms === undefined) return;
  const refuse = (what: string) => {
    throw new Error(`invalid kms of RustFsCluster ${scope.node.id}: ${what}`);
  };
  if (kms._manifest.backend.type === 'local') {
    refuse('Kms.local() keeps keys in a directory of each node, but all need the same ones: use Kms.vaultTransit()');
  }
  if (version !== '1.0.1') refuse(`nobody has seen the nodes of RustFS ${version} share one: use version 1.0.1`);
  for (const warning of kmsPart(kms, version).warnings ?? []) Annotations.of(scope).addWarning(warning);
}
