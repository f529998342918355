import { container, image, network, volume } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { Construct } from 'constructs';
import { DEFAULT_RUSTFS_VERSION, type RustFsVersion } from '../policies/index.js';
import { oidcPart } from './oidc-container.js';
import type { OidcProvider } from './oidc-provider.js';
import { ProvisioningStep, pathFromModule, projectCommand, stackPaths } from './provisioning-step.js';
import { ManifestRegistry } from './registry.js';
import { type RustFsKeystoneProps, rustFsKeystone } from './rustfs-keystone.js';
import { RustFsStorage } from './rustfs-storage.js';
import { SecretStoreRef } from './secret-store-ref.js';
import { type IRustFs, serverEndpoint } from './server.js';
import { combineParts, type ServerPart, variableConflict } from './server-part.js';
import { TerraformData } from './terraform-data.js';

export interface CommonProps {
  /** Version of RustFS; decides which policies are valid and how the server is provisioned. @default 1.0.1 */
  readonly version?: RustFsVersion;
  /** @default us-east-1 */
  readonly region?: string;
  /** Where the root credentials and the access keys are kept. @default SecretStoreRef.directory('secrets/<stack>') */
  readonly secretStore?: SecretStoreRef;
  /** OpenID providers whose users may sign in. A server that somebody else runs has to be configured for them already. @default none */
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

export const S3_PORT = 9000;
export const CONSOLE_PORT = 9001;
/** uid and gid of the `rustfs` user in the image (source: Dockerfile). */
export const RUSTFS_UID = 10001;
/** RustFS waits up to 120 s for its quorum at start (reference: RUSTFS_STARTUP_READINESS_MAX_WAIT_SECS). */
const WAIT_SECONDS = 180;

/** What the manifest says of a server, and where its root credentials lie. */
export function registryOf(
  scope: Construct,
  id: string,
  props: CommonProps,
  server: () => { endpoint: string; files?: RootFiles; target: 'docker' | 'external' },
) {
  const stack = TerraformStack.of(scope).node.id;
  const rustfsVersion = props.version ?? DEFAULT_RUSTFS_VERSION;
  const { _reference: reference } = props.secretStore ?? SecretStoreRef.directory(`secrets/${stack}`);
  // Beside the store if it is a directory; the container takes the root credentials as files in any case.
  const rootDir = `${reference.type === 'directory' ? reference.directory : `secrets/${stack}`}/root`;
  const render = () => {
    const { endpoint, files, target } = server();
    return { id, endpoint, region: props.region ?? 'us-east-1', rustfsVersion, target, ...files };
  };
  const registry = new ManifestRegistry(rustfsVersion, stack, render, reference);
  for (const provider of props.oidc ?? [])
    registry.add('OIDC provider', provider.id, scope.node.path, () => provider._manifest());
  return { registry, rootDir, rustfsVersion };
}

interface GatewayAttachment {
  /** How messages call it. */
  readonly gateway: string;
  /** Docker network that the gateway reaches RustFS by, as `rustfs`. */
  readonly networkName: string;
  /** What RustFS has to know of it. */
  readonly environment: Readonly<Record<string, string>>;
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

  constructor(scope: Construct, id: string, props: ExternalRustFsProps) {
    super(scope, id);
    this.endpoint = serverEndpoint(props.endpoint);
    this.region = props.region ?? 'us-east-1';
    this._registry = registryOf(this, id, props, () => ({ endpoint: this.endpoint, target: 'external' })).registry;
    new ProvisioningStep(this, 'Provisioning', { registry: this._registry });
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
  readonly #server: container.Container;
  readonly #provisioned: ITerraformDependable;
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
      ...(props.oidc ?? []).map((provider) => oidcPart(provider, rustfsVersion)),
    ];
    const parts = combineParts(this, rustfsVersion, features);
    for (const warning of parts.warnings) Annotations.of(this).addWarning(warning);
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
    const prepared = this.#prepareVolume(name, rustfsImage, data);
    this.#server = new container.Container(this, 'Server', {
      name,
      image: rustfsImage.imageId,
      restart: 'unless-stopped',
      wait: true,
      waitTimeout: WAIT_SECONDS,
      env: Object.entries({
        RUSTFS_VOLUMES: storage.volumes,
        RUSTFS_REGION: this.region,
        RUSTFS_ACCESS_KEY_FILE: '/etc/rustfs/access-key',
        RUSTFS_SECRET_KEY_FILE: '/etc/rustfs/secret-key',
        // Without this, `docker logs` is empty: the image logs to files (reference: observability).
        RUSTFS_OBS_LOG_DIRECTORY: '',
        ...storage.environment,
        ...parts.environment,
      }).map(([key, value]) => `${key}=${value}`),
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
      ...(parts.entrypoint ? { entrypoint: parts.entrypoint, command: ['rustfs'] } : {}),
      upload: [
        ...(['access-key', 'secret-key'] as const).map((file) => ({
          file: `/etc/rustfs/${file}`,
          source: pathFromModule(this, `${rootDir}/${file}`),
        })),
        ...parts.uploads,
        // The provider uploads as root; RustFS runs as uid 10001 and has to read it.
      ].map((upload) => ({ ...upload, permissions: '0444' })),
      labels: Object.entries({ 'managed-by': 'cdktf-rustfs', ...props.labels }).map(([label, value]) => ({
        label,
        value,
      })),
      dependsOn: [prepared, rootFiles],
    });
    this.#provisioned = new ProvisioningStep(this, 'Provisioning', { registry, dependsOn: [this.#server] }).dependable;
  }

  /**
   * Puts a gateway in front: of the ports only that of the S3 and admin API stays, on loopback, because the post-apply step
   * needs it; everybody else comes over the network of the gateway.
   *
   * @throws Error with everything that would lead past the gateway
   * @returns what the gateway has to wait for
   * @internal
   */
  _attachGateway({ gateway, networkName, environment }: GatewayAttachment): ITerraformDependable {
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
    this._join(networkName, environment);
    return this.#provisioned;
  }

  /**
   * Also joins a Docker network, in which it is called `rustfs`, and gets variables.
   *
   * @throws Error for a variable that is to be something else already
   * @internal
   */
  _join(networkName: string, environment: Readonly<Record<string, string>>): void {
    const present = new Map((this.#server.envInput ?? []).map((line) => line.split(/=(.*)/s) as [string, string]));
    this.#server.putNetworksAdvanced([
      ...(this.#server.networksAdvancedInput as container.ContainerNetworksAdvanced[]),
      { name: networkName, aliases: ['rustfs'] },
    ]);
    for (const [variable, value] of Object.entries(environment)) {
      const other = present.get(variable);
      if (other !== undefined && other !== value) throw new Error(variableConflict(variable, other, value));
      present.set(variable, value);
    }
    this.#server.env = [...present].map(([variable, value]) => `${variable}=${value}`);
  }

  /** Gives the volume to RustFS' user: one that was made by another image or by hand belongs to root. */
  #prepareVolume(name: string, rustfsImage: image.Image, data: volume.Volume): ITerraformDependable {
    return new container.Container(this, 'PrepareVolume', {
      name: `${name}-prepare`,
      image: rustfsImage.imageId,
      user: '0:0',
      entrypoint: ['/bin/chown', `${RUSTFS_UID}:${RUSTFS_UID}`, '/data'],
      mustRun: false,
      attach: true,
      restart: 'no',
      volumes: [{ volumeName: data.name, containerPath: '/data' }],
    });
  }
}
