import type { ITerraformDependable } from 'cdktf';
import type { IConstruct } from 'constructs';
import { hostUrl, withoutCredentials } from '../manifest/index.js';
import type { OidcProvider } from './oidc-provider.js';
import type { ManifestRegistry } from './registry.js';
import type { ServerPart } from './server-part.js';

/** A RustFS server, deployed by this stack or running elsewhere. */
export interface IRustFs extends IConstruct {
  /** S3 and admin endpoint as the post-apply step reaches it. */
  readonly endpoint: string;
  readonly region: string;
  /** @internal */
  readonly _registry: ManifestRegistry;
  /** Done when the post-apply step is. @internal */
  readonly _provisioned: ITerraformDependable;
  /** Makes the server trust a provider that is known only after it. @internal */
  _trust(provider: OidcProvider): void;
  /** What the server has to be started with, for features that are declared after it. @internal */
  _addParts(parts: readonly ServerPart[]): void;
}

/** @throws Error unless it is a URL without path and credentials */
export function serverEndpoint(endpoint: string): string {
  const url = hostUrl(endpoint);
  if (url !== undefined) return url;
  throw new Error(
    `invalid endpoint (value: ${withoutCredentials(endpoint)}): expected a URL without path and credentials, such as http://127.0.0.1:9000, because S3 signatures break behind a path`,
  );
}
