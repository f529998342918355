import { TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import type { Manifest } from '../manifest/index.js';
import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../policies/index.js';
import type { OidcProvider } from './oidc-provider.js';
import { ProvisioningStep } from './provisioning-step.js';
import { ManifestRegistry } from './registry.js';
import type { CertificateFiles } from './rustfs-tls.js';
import { SecretStoreRef } from './secret-store-ref.js';
import type { IRustFs } from './server.js';

export interface CommonRustFsProps {
  /** Version of RustFS; decides which policies are valid and how the server is provisioned. @default 1.0.1 */
  readonly version?: RustFsVersion;
  /** @default us-east-1 */
  readonly region?: string;
  /** Where the root credentials and the access keys are kept. @default SecretStoreRef.directory('secrets/<stack>') */
  readonly secretStore?: SecretStoreRef;
  /** OpenID providers whose users may sign in. A server that somebody else runs has to be configured for them already. @default none */
  readonly oidc?: readonly OidcProvider[];
}

export interface ExternalRustFsProps extends CommonRustFsProps {
  /** Such as `http://127.0.0.1:9000`. `RUSTFS_ENDPOINT` in the environment of the deployment wins. */
  readonly endpoint: string;
  /** Authority of its certificate (PEM), relative to the project directory; no other is trusted then. @default - those that Node.js trusts */
  readonly caFile?: string;
  /** Client certificate of provisioning, for a server that asks for one. @default none */
  readonly clientCertificate?: CertificateFiles;
}

type Rendered = Pick<Manifest['server'], 'endpoint' | 'target'> & Partial<Manifest['server']>;

/** Where the manifest of one server is collected, and where its files lie. */
export function registryOf(scope: Construct, id: string, props: CommonRustFsProps, server: () => Rendered) {
  const stack = TerraformStack.of(scope).node.id;
  const rustfsVersion = props.version ?? DEFAULT_RUSTFS_VERSION;
  const { _reference: reference } = props.secretStore ?? SecretStoreRef.directory(`secrets/${stack}`);
  // Beside the store if it is a directory; the container takes the root credentials as files in any case.
  const secretsDir = reference.type === 'directory' ? reference.directory : `secrets/${stack}`;
  const render = () => ({ id, region: props.region ?? 'us-east-1', rustfsVersion, ...server() });
  const registry = new ManifestRegistry(rustfsVersion, stack, render, reference);
  for (const provider of props.oidc ?? [])
    registry.add('OIDC provider', provider.id, scope.node.path, () => provider._manifest());
  return { registry, secretsDir, rustfsVersion };
}

/** A RustFS server that somebody else runs. */
export class ExternalRustFs extends Construct implements IRustFs {
  readonly endpoint: string;
  readonly region: string;
  readonly _registry: ManifestRegistry;

  constructor(scope: Construct, id: string, props: ExternalRustFsProps) {
    super(scope, id);
    const { caFile, clientCertificate } = props;
    if (!/^https?:\/\/[^/?#]+\/?$/.test(props.endpoint)) {
      throw new Error(
        `invalid endpoint (value: ${props.endpoint}): expected a URL without path, such as http://127.0.0.1:9000, because S3 signatures break behind a path`,
      );
    }
    if ((caFile || clientCertificate) && !props.endpoint.startsWith('https:')) {
      throw new Error(`caFile and clientCertificate are for https, but the endpoint is ${props.endpoint}`);
    }
    this.endpoint = props.endpoint.replace(/\/$/, '');
    this.region = props.region ?? 'us-east-1';
    this._registry = registryOf(this, id, props, () => ({
      endpoint: this.endpoint,
      target: 'external',
      ...(caFile ? { caFile } : {}),
      ...(clientCertificate
        ? { clientCertificateFile: clientCertificate.certificate, clientKeyFile: clientCertificate.key }
        : {}),
    })).registry;
    new ProvisioningStep(this, 'Provisioning', { registry: this._registry });
  }
}
