import { type ITerraformDependable, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { Construct } from 'constructs';
import { eventTargetName, type Manifest } from '../manifest/index.js';
import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../policies/index.js';
import type { EventTarget } from './event-target.js';
import { manifestEventTarget, outboundOrigins, type ServerPlace } from './event-target-container.js';
import type { Kms } from './kms.js';
import { checkReachableFrom, oidcPart } from './oidc-container.js';
import type { OidcProvider } from './oidc-provider.js';
import { ProvisioningStep, writeStackFile } from './provisioning-step.js';
import { ManifestRegistry } from './registry.js';
import type { CertificateFiles } from './rustfs-tls.js';
import { SecretStoreRef } from './secret-store-ref.js';
import { type IRustFs, serverEndpoint } from './server.js';
import { combineParts, type ServerPart } from './server-part.js';

export interface CommonRustFsProps {
  /** Version of RustFS; decides which policies are valid and how the server is provisioned. @default 1.0.1 */
  readonly version?: RustFsVersion;
  /** @default us-east-1 */
  readonly region?: string;
  /** Where the root credentials and the access keys are kept. @default SecretStoreRef.directory('secrets/<stack>') */
  readonly secretStore?: SecretStoreRef;
  /**
   * OpenID providers whose users may sign in. A server that somebody else runs has to be started with the variables that synthesis
   * writes to `rustfs.env` beside the manifest. @default none
   */
  readonly oidc?: readonly OidcProvider[];
  /** Key management: where the keys are that encrypt objects. The post-apply step configures it. @default - none: SSE-S3 only */
  readonly kms?: Kms;
  /** Where events of buckets may go: see `Bucket.notify`. Switches RustFS' notifications on. @default none */
  readonly eventTargets?: readonly EventTarget[];
  /** Where a record of every request goes. Switches RustFS' audit on. @default none */
  readonly auditTargets?: readonly EventTarget[];
  /**
   * Whether a deployment whose access proof finds a contradiction is undone on the server. It fails in any case.
   * @default true
   */
  readonly automaticRollback?: boolean;
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

export const eventTargetsOf = ({ eventTargets = [], auditTargets = [] }: CommonRustFsProps) => [
  ...eventTargets.map((target) => ({ target, purpose: 'notify' as const })),
  ...auditTargets.map((target) => ({ target, purpose: 'audit' as const })),
];

/** Where the manifest of one server is collected, and where its files lie. */
export function registryOf(
  scope: Construct,
  id: string,
  props: CommonRustFsProps,
  place: ServerPlace,
  server: () => Rendered,
) {
  const stack = TerraformStack.of(scope).node.id;
  const rustfsVersion = props.version ?? DEFAULT_RUSTFS_VERSION;
  const { _reference: reference } = props.secretStore ?? SecretStoreRef.directory(`secrets/${stack}`);
  const render = () => ({ id, region: props.region ?? 'us-east-1', rustfsVersion, ...server() });
  const registry = new ManifestRegistry(rustfsVersion, stack, render, reference);
  for (const provider of props.oidc ?? [])
    registry.add('OIDC provider', provider.id, scope.node.path, () => provider._manifest());
  const { kms } = props;
  if (kms) registry.add('KMS', 'kms', scope.node.path, () => kms._manifest);
  for (const { target, purpose } of eventTargetsOf(props)) {
    const entry = manifestEventTarget(target, { purpose, place });
    registry.add('event target', eventTargetName(entry), scope.node.path, () => entry);
  }
  // The container takes the root credentials as files in any case.
  return { registry, secretsDir: registry.secretDirectory, rustfsVersion };
}

/** Declares a provider that is known only after the server was declared. */
export function trustProvider({ node, _registry: registry }: IRustFs, provider: OidcProvider): void {
  registry.add('OIDC provider', provider.id, node.path, () => provider._manifest());
}

/** A RustFS server that somebody else runs. */
export class ExternalRustFs extends Construct implements IRustFs {
  readonly endpoint: string;
  readonly region: string;
  readonly _registry: ManifestRegistry;
  readonly _provisioned: ITerraformDependable;
  #parts: readonly ServerPart[] = [];

  constructor(scope: Construct, id: string, props: ExternalRustFsProps) {
    super(scope, id);
    const { caFile, clientCertificate } = props;
    this.endpoint = serverEndpoint(props.endpoint);
    if ((caFile || clientCertificate) && !props.endpoint.startsWith('https:')) {
      throw new Error(`caFile and clientCertificate are for https, but the endpoint is ${props.endpoint}`);
    }
    this.region = props.region ?? 'us-east-1';
    this._registry = registryOf(this, id, props, 'elsewhere', () => ({
      endpoint: this.endpoint,
      target: 'external',
      ...(caFile ? { caFile } : {}),
      ...(clientCertificate
        ? { clientCertificateFile: clientCertificate.certificate, clientKeyFile: clientCertificate.key }
        : {}),
    })).registry;
    this._provisioned = new ProvisioningStep(this, 'Provisioning', {
      registry: this._registry,
      automaticRollback: props.automaticRollback,
    }).dependable;
    addCustomSynthesis(this, { onSynthesize: ({ outdir }) => this.#writeEnvironment(outdir) });
    for (const provider of props.oidc ?? []) this.#addProvider(provider);
    this._addParts(eventTargetsOf(props).map(({ target }) => ({ outboundOrigins: outboundOrigins(target) })));
  }

  _trust(provider: OidcProvider): void {
    trustProvider(this, provider);
    this.#addProvider(provider);
  }

  _addParts(parts: readonly ServerPart[]): void {
    this.#parts = [...this.#parts, ...parts];
  }

  #addProvider(provider: OidcProvider): void {
    checkReachableFrom(this.endpoint, provider);
    this._addParts([oidcPart(provider, this._registry.rustfsVersion)]);
  }

  /** What the server has to be started with, in the format of `docker run --env-file` and systemd's EnvironmentFile. */
  #writeEnvironment(outdir: string): void {
    const { environment } = combineParts(this, this._registry.rustfsVersion, this.#parts);
    const secrets = this.#parts.flatMap(({ secretVariables = [] }) =>
      secretVariables.map(({ variable, projectPath }) => `# ${variable}: what is in ${projectPath}`),
    );
    const lines = [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), ...secrets];
    if (lines.length > 0) writeStackFile(TerraformStack.of(this), outdir, 'rustfs.env', `${lines.join('\n')}\n`);
  }
}
