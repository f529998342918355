import { container, image, network, volume } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { dependable } from 'cdktf/lib/tfExpression.js';
import { Construct } from 'constructs';
import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../policies/index.js';
import { checkReachable, checkReachableFrom, oidcPart } from './oidc-container.js';
import type { OidcProvider } from './oidc-provider.js';
import { ownedVolume } from './owned-volume.js';
import { ProvisioningStep, pathFromModule, projectCommand, stackPaths, writeStackFile } from './provisioning-step.js';
import { ManifestRegistry } from './registry.js';
import { type RustFsKeystoneProps, rustFsKeystone } from './rustfs-keystone.js';
import { RustFsStorage } from './rustfs-storage.js';
import { SecretStoreRef } from './secret-store-ref.js';
import type { IRustFs } from './server.js';
import { combineParts, type ServerPart } from './server-part.js';
import { TerraformData } from './terraform-data.js';

interface CommonProps {
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
}

export interface RustFsProps extends CommonProps {
  /** @default RustFsStorage.single() */
  readonly storage?: RustFsStorage;
  /** Port of the S3 and admin API on the host. @default 9000 */
  readonly port?: number;
  /** Port of the console on the host. @default 9001 */
  readonly consolePort?: number;
  /** Address that the ports are bound to. @default 127.0.0.1 */
  readonly bindAddress?: string;
  /**
   * What happens to the data when the server is destroyed: `retain` makes Terraform refuse, `destroy` deletes the volume.
   * @default retain
   */
  readonly removalPolicy?: 'retain' | 'destroy';
  /**
   * RustFS' own Keystone mode, which serves no ordinary S3 client (synthesis says what will not work). Users want `KeystoneBridge`.
   * @default - off
   */
  readonly keystone?: RustFsKeystoneProps;
  /** Docker labels. @default - only those that say who manages the container */
  readonly labels?: Readonly<Record<string, string>>;
}

export interface ExternalRustFsProps extends CommonProps {
  /** Such as `http://127.0.0.1:9000`. `RUSTFS_ENDPOINT` in the environment of the deployment wins. */
  readonly endpoint: string;
}

/** Addresses that only this host reaches. */
export const LOOPBACK = /^(127\.|::1$)/;

const S3_PORT = 9000;
const CONSOLE_PORT = 9001;
/** uid and gid of the `rustfs` user in the image (source: Dockerfile). */
const RUSTFS_UID = 10001;
/** RustFS waits up to 120 s for its quorum at start (reference: RUSTFS_STARTUP_READINESS_MAX_WAIT_SECS). */
const WAIT_SECONDS = 180;

function registryOf(
  scope: Construct,
  id: string,
  props: CommonProps,
  server: () => { endpoint: string; files?: RootFiles; target: 'docker' | 'external' },
) {
  const stack = TerraformStack.of(scope).node.id;
  const rustfsVersion = props.version ?? DEFAULT_RUSTFS_VERSION;
  const { _reference: reference } = props.secretStore ?? SecretStoreRef.directory(`secrets/${stack}`);
  const render = () => {
    const { endpoint, files, target } = server();
    return { id, endpoint, region: props.region ?? 'us-east-1', rustfsVersion, target, ...files };
  };
  const registry = new ManifestRegistry(rustfsVersion, stack, render, reference);
  // The container takes the root credentials as files in any case.
  const rootDir = `${registry.secretDirectory}/root`;
  for (const provider of props.oidc ?? [])
    registry.add('OIDC provider', provider.id, scope.node.path, () => provider._manifest());
  return { registry, rootDir, rustfsVersion };
}

/** Declares a provider that is known only after the server was declared. */
function trust({ node, _registry: registry }: IRustFs, provider: OidcProvider): void {
  registry.add('OIDC provider', provider.id, node.path, () => provider._manifest());
}

interface GatewayAttachment {
  /** How messages call it. */
  readonly gateway: string;
  /** Docker network that the gateway reaches RustFS by, as `rustfs`. */
  readonly networkName: string;
  /** What RustFS has to know of it. */
  readonly part: ServerPart;
}

interface RootFiles {
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
}

/** A RustFS server that somebody else runs. */
class ExternalRustFs extends Construct implements IRustFs {
  readonly endpoint: string;
  readonly region: string;
  readonly _registry: ManifestRegistry;
  readonly _provisioned: ITerraformDependable;
  #parts: readonly ServerPart[] = [];

  constructor(scope: Construct, id: string, props: ExternalRustFsProps) {
    super(scope, id);
    if (!/^https?:\/\/[^/?#]+\/?$/.test(props.endpoint)) {
      throw new Error(
        `invalid endpoint (value: ${props.endpoint}): expected a URL without path, such as http://127.0.0.1:9000, because S3 signatures break behind a path`,
      );
    }
    this.endpoint = props.endpoint.replace(/\/$/, '');
    this.region = props.region ?? 'us-east-1';
    this._registry = registryOf(this, id, props, () => ({ endpoint: this.endpoint, target: 'external' })).registry;
    this._provisioned = new ProvisioningStep(this, 'Provisioning', { registry: this._registry }).dependable;
    addCustomSynthesis(this, { onSynthesize: ({ outdir }) => this.#writeEnvironment(outdir) });
    for (const provider of props.oidc ?? []) this.#addProvider(provider);
  }

  _trust(provider: OidcProvider): void {
    trust(this, provider);
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

/**
 * A RustFS container, and the step that provisions it.
 *
 * The root credentials are made at the first deployment, and kept in the secret store and as files in `secrets/<stack>/root`.
 * Terraform copies the files into the container by path: neither its configuration nor its plan nor its state contains what is in them.
 */
export class RustFs extends Construct implements IRustFs {
  /** A server that already runs. */
  static external(scope: Construct, id: string, props: ExternalRustFsProps): IRustFs {
    return new ExternalRustFs(scope, id, props);
  }

  readonly endpoint: string;
  readonly region: string;
  readonly _registry: ManifestRegistry;
  readonly #props: RustFsProps;
  readonly _provisioned: ITerraformDependable;
  readonly #server: container.Container;
  readonly #uploads: readonly container.ContainerUpload[];
  #parts: readonly ServerPart[] = [];
  #gateway: string | undefined;

  constructor(scope: Construct, id: string, props: RustFsProps = {}) {
    super(scope, id);
    this.#props = props;
    const {
      port = S3_PORT,
      consolePort = CONSOLE_PORT,
      bindAddress = '127.0.0.1',
      storage = RustFsStorage.single(),
    } = props;
    this.endpoint = `http://${bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress}:${port}`;
    this.region = props.region ?? 'us-east-1';
    const { registry, rootDir, rustfsVersion } = registryOf(this, id, props, () => ({
      endpoint: this.endpoint,
      target: 'docker',
      files: { accessKeyFile: `${rootDir}/access-key`, secretKeyFile: `${rootDir}/secret-key` },
    }));
    this._registry = registry;
    const features: readonly ServerPart[] = [
      ...(props.keystone ? [rustFsKeystone(props.keystone, rustfsVersion)] : []),
      ...(props.oidc ?? []).map((provider) => this.#providerPart(provider, rustfsVersion)),
    ];
    const name = `${TerraformStack.of(this).node.id}-${id}`;
    const rootFiles = new TerraformData(this, 'RootCredentials', {
      provisioners: [
        projectCommand(
          this,
          `npx --no-install cdktf-rustfs root-credentials --dir ${rootDir} --manifest ${stackPaths(this).fromProject}/manifest.json`,
        ),
      ],
    });
    const rustfsImage = new image.Image(this, 'Image', { name: `rustfs/rustfs:${rustfsVersion}`, keepLocally: true });
    const net = new network.Network(this, 'Network', { name });
    const data = new volume.Volume(this, 'Data', {
      name: `${name}-data`,
      lifecycle: { preventDestroy: (props.removalPolicy ?? 'retain') === 'retain' },
    });
    const prepared = ownedVolume(this, 'PrepareVolume', {
      name,
      imageId: rustfsImage.imageId,
      volumeName: data.name,
      path: '/data',
      owner: `${RUSTFS_UID}:${RUSTFS_UID}`,
    });
    this.#server = new container.Container(this, 'Server', {
      name,
      image: rustfsImage.imageId,
      restart: 'unless-stopped',
      wait: true,
      waitTimeout: WAIT_SECONDS,
      healthcheck: {
        test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', `http://127.0.0.1:${S3_PORT}/health/ready`],
        interval: '2s',
        timeout: '5s',
        retries: 60,
        startPeriod: '2s',
      },
      ports: [
        { internal: S3_PORT, external: port, ip: bindAddress },
        { internal: CONSOLE_PORT, external: consolePort, ip: bindAddress },
      ],
      networksAdvanced: [{ name: net.name, aliases: ['rustfs'] }],
      volumes: [{ volumeName: data.name, containerPath: '/data' }],
      labels: Object.entries({ 'managed-by': 'cdktf-rustfs', ...props.labels }).map(([label, value]) => ({
        label,
        value,
      })),
      dependsOn: [prepared, rootFiles],
    });
    const environment = {
      RUSTFS_VOLUMES: storage.volumes,
      RUSTFS_REGION: this.region,
      RUSTFS_ACCESS_KEY_FILE: '/etc/rustfs/access-key',
      RUSTFS_SECRET_KEY_FILE: '/etc/rustfs/secret-key',
      // Without this, `docker logs` is empty: the image logs to files (reference: observability).
      RUSTFS_OBS_LOG_DIRECTORY: '',
      ...storage.environment,
    };
    this.#uploads = ['access-key', 'secret-key'].map((file) => ({
      file: `/etc/rustfs/${file}`,
      source: pathFromModule(this, `${rootDir}/${file}`),
    }));
    this._addParts([{ environment }, ...features]);
    this._provisioned = new ProvisioningStep(this, 'Provisioning', { registry, dependsOn: [this.#server] }).dependable;
  }

  #providerPart(provider: OidcProvider, version: RustFsVersion): ServerPart {
    checkReachable(provider, version);
    return oidcPart(provider, version);
  }

  _trust(provider: OidcProvider): void {
    trust(this, provider);
    this._addParts([this.#providerPart(provider, this._registry.rustfsVersion)]);
  }

  /** Gives the container what features need, beside what it has already. */
  _addParts(features: readonly ServerPart[]): void {
    this.#parts = [...this.#parts, ...features];
    const parts = combineParts(this, this._registry.rustfsVersion, this.#parts);
    for (const warning of features.flatMap(({ warnings = [] }) => warnings)) Annotations.of(this).addWarning(warning);
    this.#server.env = Object.entries(parts.environment).map(([key, value]) => `${key}=${value}`);
    // The provider uploads as root; RustFS runs as uid 10001 and has to read it.
    this.#server.putUpload([...this.#uploads, ...parts.uploads].map((upload) => ({ ...upload, permissions: '0444' })));
    if (parts.entrypoint) {
      this.#server.entrypoint = parts.entrypoint;
      this.#server.command = ['rustfs'];
    }
  }

  /** Lets the container wait for more. @internal */
  _startAfter(...dependables: readonly ITerraformDependable[]): void {
    const waits = dependables.map(dependable);
    this.#server.dependsOn = [...(this.#server.dependsOn ?? []), ...waits];
  }

  /**
   * Puts a gateway in front: of the ports only that of the S3 and admin API stays, on loopback, because the post-apply step
   * needs it; everybody else comes over the network of the gateway.
   *
   * @throws Error with everything that would lead past the gateway
   * @internal
   */
  _attachGateway({ gateway, networkName, part }: GatewayAttachment): void {
    const { bindAddress = '127.0.0.1', consolePort, port = S3_PORT } = this.#props;
    const problems = [
      ...(this.#gateway === undefined ? [] : [`${this.#gateway} is in front of it already`]),
      ...(LOOPBACK.test(bindAddress)
        ? []
        : [`its bindAddress is ${bindAddress}, which leads past the gateway: leave it out, so that it is 127.0.0.1`]),
      ...(consolePort === undefined
        ? []
        : [`its consolePort is ${consolePort}, which leads past the gateway: leave it out`]),
    ];
    if (problems.length > 0) {
      throw new Error(
        `${gateway} cannot be in front of RustFs ${this.node.id}:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`,
      );
    }
    this.#gateway = gateway;
    this.#server.putPorts([{ internal: S3_PORT, external: port, ip: bindAddress }]);
    this._join(networkName, part);
  }

  /**
   * Also joins a Docker network, in which it is called `rustfs`, and gets what a feature there needs.
   *
   * @throws Error for a variable that is to be something else already
   * @internal
   */
  _join(networkName: string, part: ServerPart): void {
    this.#server.putNetworksAdvanced([
      ...(this.#server.networksAdvancedInput as container.ContainerNetworksAdvanced[]),
      { name: networkName, aliases: ['rustfs'] },
    ]);
    this._addParts([part]);
  }
}
