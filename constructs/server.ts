import type { ITerraformDependable } from 'cdktf';
import type { IConstruct } from 'constructs';
import type { ManifestRegistry } from './registry.js';

/** A RustFS server, deployed by this stack or running elsewhere. */
export interface IRustFs extends IConstruct {
  /** S3 and admin endpoint as the post-apply step reaches it. */
  readonly endpoint: string;
  readonly region: string;
  /** @internal */
  readonly _registry: ManifestRegistry;
  /** Done when the post-apply step is. @internal */
  readonly _provisioned: ITerraformDependable;
}
