import { container, image, network } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { dependable } from 'cdktf/lib/tfExpression.js';
import { Construct } from 'constructs';
import { isLoopback, type RustFsVersion } from '../policies/index.js';
import { settingsParts } from './environment/settings-part.js';
import { eventTargetPart } from './event-target-container.js';
import { kmsPart, sseS3Part } from './kms.js';
import { checkReachable, oidcPart } from './oidc-container.js';
import type { OidcProvider } from './oidc-provider.js';
import { ProvisioningStep, pathFromModule, projectCommand, stackPaths } from './provisioning-step.js';
import type { ManifestRegistry } from './registry.js';
import {
  type CommonRustFsProps,
  ExternalRustFs,
  type ExternalRustFsProps,
  eventTargetsOf,
  registryOf,
  trustProvider,
} from './rustfs-external.js';
import { type RustFsKeystoneProps, rustFsKeystone } from './rustfs-keystone.js';
import { type ListenerProps, listeners } from './rustfs-listeners.js';
import type { RustFsSettings } from './rustfs-settings.js';
import { RustFsStorage } from './rustfs-storage.js';
import { type RustFsTls, secureTransportProblems, serverTls, TLS_DIRECTORY } from './rustfs-tls.js';
import { featureVolume, rustFsVolumes, type VolumeContext } from './rustfs-volumes.js';
import type { IRustFs } from './server.js';
import { combineParts, type ServerPart } from './server-part.js';
import { TerraformData } from './terraform-data.js';

export interface RustFsProps extends CommonRustFsProps, ListenerProps {
  /** @default RustFsStorage.single() */
  readonly storage?: RustFsStorage;
  /** TLS of the API and the console. Behind a gateway, which ends TLS itself, leave it out. @default - plain HTTP, on loopback */
  readonly tls?: RustFsTls;
  /** Port of the S3 and admin API on the host. @default 9000 */
  readonly port?: number;
  /** Whether RustFS serves its console. @default true */
  readonly console?: boolean;
  /** Port of the console on the host. @default 9001 */
  readonly consolePort?: number;
  /** Address that the ports are bound to. @default 127.0.0.1 */
  readonly bindAddress?: string;
  /**
   * What happens to the data when the server is destroyed: `retain` makes Terraform refuse, `destroy` deletes the volume.
   * @default retain
   */
  readonly removalPolicy?: 'retain' | 'destroy';
  /** Where RustFS logs: `stdout` for `docker logs`, `volume` for rotated files in a volume of their own at /logs. @default stdout */
  readonly logs?: 'stdout' | 'volume';
  /**
   * RustFS' own Keystone mode, which serves no ordinary S3 client (synthesis says what will not work). Users want `KeystoneBridge`.
   * @default - off
   */
  readonly keystone?: RustFsKeystoneProps;
  /** What RustFS takes as environment variables, typed and checked: docs/environment-variables.md. @default - RustFS' own defaults */
  readonly settings?: RustFsSettings;
  /** Variables that `settings` does not know. No secret: they are in Terraform's state. @default none */
  readonly extraEnvironment?: Readonly<Record<string, string>>;
  /** Docker labels. @default - only those that say who manages the container */
  readonly labels?: Readonly<Record<string, string>>;
}

export const S3_PORT = 9000;
export const CONSOLE_PORT = 9001;
/** RustFS waits up to 120 s for its quorum at start (reference: RUSTFS_STARTUP_READINESS_MAX_WAIT_SECS). */
const WAIT_SECONDS = 180;

interface GatewayAttachment {
  /** How messages call it. */
  readonly gateway: string;
  /** Docker network that the gateway reaches RustFS by, as `rustfs`. */
  readonly networkName: string;
  /** What RustFS has to know of it. */
  readonly part: ServerPart;
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
  readonly _provisioned: ITerraformDependable;
  readonly #props: RustFsProps;
  readonly #server: container.Container;
  readonly #rootFiles: readonly container.ContainerUpload[];
  readonly #volumes: VolumeContext;
  #parts: readonly ServerPart[];
  /** What holds unless a part wants it otherwise. */
  #defaults: Readonly<Record<string, string>>;
  #gateway: string | undefined;

  constructor(scope: Construct, id: string, props: RustFsProps = {}) {
    super(scope, id);
    this.#props = props;
    const { port = S3_PORT, bindAddress = '127.0.0.1', storage = RustFsStorage.single(), logs = 'stdout' } = props;
    const address = bindAddress === '0.0.0.0' ? '127.0.0.1' : bindAddress;
    this.region = props.region ?? 'us-east-1';
    const { registry, secretsDir, rustfsVersion } = registryOf(this, id, props, 'container', () => ({
      endpoint: this.endpoint,
      target: 'docker',
      accessKeyFile: `${secretsDir}/root/access-key`,
      secretKeyFile: `${secretsDir}/root/secret-key`,
      ...tls?.trust,
    }));
    this._registry = registry;
    const tls = props.tls && serverTls(props.tls, `${secretsDir}/tls`, address);
    this.endpoint = tls ? `https://${tls.host}:${port}` : `http://${address}:${port}`;
    if (tls) this.node.addValidation({ validate: () => secureTransportProblems(registry.toManifest()) });
    const context = {
      what: `RustFs ${id}`,
      version: rustfsVersion,
      port,
      storage,
      tls: tls !== undefined,
      logFiles: logs === 'volume',
    };
    this.#defaults = {
      // Everybody who reaches a published port has a private address, and could choose its aws:SourceIp.
      RUSTFS_TRUSTED_PROXY_ENABLED: 'false',
      ...storage.environment,
    };
    this.#parts = [
      {
        environment: {
          RUSTFS_VOLUMES: storage.volumes,
          RUSTFS_REGION: this.region,
          RUSTFS_ACCESS_KEY_FILE: '/etc/rustfs/access-key',
          RUSTFS_SECRET_KEY_FILE: '/etc/rustfs/secret-key',
          // Without this, `docker logs` is empty: the image logs to files (reference: observability).
          RUSTFS_OBS_LOG_DIRECTORY: logs === 'volume' ? '/logs' : '',
          ...(props.console === false ? { RUSTFS_CONSOLE_ENABLE: 'false' } : {}),
        },
      },
      listeners(props),
      ...(tls ? [tls.part] : []),
      ...settingsParts(props, context),
      sseS3Part(`${secretsDir}/server`),
      ...(props.kms ? [kmsPart(props.kms, rustfsVersion)] : []),
      ...(props.keystone ? [rustFsKeystone(props.keystone, rustfsVersion)] : []),
      ...(props.oidc ?? []).map((provider) => this.#providerPart(provider, rustfsVersion)),
      ...eventTargetsOf(props).map(({ target, purpose }) => eventTargetPart(target, purpose)),
    ];
    for (const note of storage.notes) Annotations.of(this).addInfo(note);
    const name = `${TerraformStack.of(this).node.id}-${id}`;
    const files = this.#files(secretsDir, tls?.selfSigned);
    const rustfsImage = new image.Image(this, 'Image', { name: `rustfs/rustfs:${rustfsVersion}`, keepLocally: true });
    const net = new network.Network(this, 'Network', { name });
    this.#volumes = { container: name, imageId: rustfsImage.imageId, removalPolicy: props.removalPolicy ?? 'retain' };
    const others = combineParts(this, rustfsVersion, this.#parts).volumes;
    const { mounted, prepared } = rustFsVolumes(this, { ...this.#volumes, storage, logs, others });
    const certificates = tls?.hostPath
      ? [{ type: 'bind', source: tls.hostPath, target: TLS_DIRECTORY, readOnly: true }]
      : [];
    this.#rootFiles = ['access-key', 'secret-key'].map((file) => ({
      file: `/etc/rustfs/${file}`,
      source: pathFromModule(this, `${secretsDir}/root/${file}`),
    }));
    this.#server = new container.Container(this, 'Server', {
      name,
      image: rustfsImage.imageId,
      restart: 'unless-stopped',
      wait: true,
      waitTimeout: WAIT_SECONDS,
      healthcheck: {
        test: ['CMD', 'curl', '-fsS', '-o', '/dev/null', ...healthUrl(tls)],
        interval: '2s',
        timeout: '5s',
        retries: 60,
        startPeriod: '2s',
      },
      ports: this.#ports(),
      networksAdvanced: [{ name: net.name, aliases: ['rustfs'] }],
      ...mounted,
      ...(certificates.length > 0 ? { mounts: [...((mounted.mounts as []) ?? []), ...certificates] } : {}),
      labels: Object.entries({
        'managed-by': 'cdktf-rustfs',
        // Other names need another certificate, and so another container.
        ...(tls?.selfSigned ? { 'cdktf-rustfs.tls-names': tls.selfSigned.names.join(',') } : {}),
        ...props.labels,
      }).map(([label, value]) => ({ label, value })),
      dependsOn: [prepared, ...files],
    });
    this.#render(this.#parts);
    this._provisioned = new ProvisioningStep(this, 'Provisioning', {
      registry,
      dependsOn: [this.#server],
      automaticRollback: props.automaticRollback,
    }).dependable;
  }

  #providerPart(provider: OidcProvider, version: RustFsVersion): ServerPart {
    checkReachable(provider, version);
    return oidcPart(provider, version);
  }

  _trust(provider: OidcProvider): void {
    trustProvider(this, provider);
    this._addParts([this.#providerPart(provider, this._registry.rustfsVersion)]);
  }

  /** Gives the container what features need, beside what it has already. */
  _addParts(parts: readonly ServerPart[]): void {
    const { rustfsVersion } = this._registry;
    const before = new Set(combineParts(this, rustfsVersion, this.#parts).volumes.map(({ name }) => name));
    this.#parts = [...this.#parts, ...parts];
    for (const late of combineParts(this, rustfsVersion, parts).volumes) {
      if (before.has(late.name)) continue;
      const { volume, prepared } = featureVolume(this, { ...this.#volumes, ...late });
      this.#server.putVolumes([...((this.#server.volumesInput ?? []) as container.ContainerVolumes[]), volume]);
      this._startAfter(prepared);
    }
    this.#render(parts);
  }

  /** @param added parts whose warnings were not told yet */
  #render(added: readonly ServerPart[]): void {
    const { environment, uploads, entrypoint } = combineParts(this, this._registry.rustfsVersion, this.#parts);
    for (const warning of added.flatMap(({ warnings = [] }) => warnings)) Annotations.of(this).addWarning(warning);
    this.#server.env = Object.entries({ ...this.#defaults, ...environment }).map(([name, value]) => `${name}=${value}`);
    // The provider uploads as root; RustFS runs as uid 10001 and has to read it.
    this.#server.putUpload([...this.#rootFiles, ...uploads].map((upload) => ({ ...upload, permissions: '0444' })));
    if (entrypoint) {
      this.#server.entrypoint = entrypoint;
      this.#server.command = ['rustfs'];
    }
  }

  /** Lets the container wait for more. @internal */
  _startAfter(...dependables: readonly ITerraformDependable[]): void {
    this.#server.dependsOn = [...(this.#server.dependsOn ?? []), ...dependables.map(dependable)];
  }

  /** Makes what the container takes as files, unless it is there. */
  #files(
    secretsDir: string,
    selfSigned: { readonly command: string; readonly names: readonly string[] } | undefined,
  ): ITerraformDependable[] {
    const manifest = `${stackPaths(this).fromProject}/manifest.json`;
    const root = `npx --no-install cdktf-rustfs root-credentials --dir ${secretsDir}/root --manifest ${manifest}`;
    const server = `npx --no-install cdktf-rustfs server-secrets --dir ${secretsDir}/server --manifest ${manifest}`;
    const made = [
      new TerraformData(this, 'RootCredentials', { provisioners: [projectCommand(this, root)] }),
      new TerraformData(this, 'ServerSecrets', { provisioners: [projectCommand(this, server)] }),
    ];
    if (selfSigned === undefined) return made;
    const certificate = new TerraformData(this, 'Certificate', {
      triggersReplace: { names: selfSigned.names.join(',') },
      provisioners: [projectCommand(this, selfSigned.command)],
    });
    return [...made, certificate];
  }

  #ports(): container.ContainerPorts[] {
    const { port = S3_PORT, consolePort, console = true, bindAddress: ip = '127.0.0.1' } = this.#props;
    if (!console && consolePort !== undefined)
      throw new Error(
        `RustFs ${this.node.id} has no console, but consolePort ${consolePort}: leave one of the two out`,
      );
    return [
      { internal: S3_PORT, external: port, ip },
      ...(console ? [{ internal: CONSOLE_PORT, external: consolePort ?? CONSOLE_PORT, ip }] : []),
    ];
  }

  /**
   * Puts a gateway in front: of the ports only that of the S3 and admin API stays, on loopback, because the post-apply step
   * needs it; everybody else comes over the network of the gateway.
   *
   * @throws Error with everything that would lead past the gateway, or that it needs otherwise
   * @internal
   */
  _attachGateway({ gateway, networkName, part }: GatewayAttachment): void {
    const declared = combineParts(this, this._registry.rustfsVersion, this.#parts).environment;
    const { bindAddress = '127.0.0.1', consolePort, port = S3_PORT, tls } = this.#props;
    const problems = [
      ...(this.#gateway === undefined ? [] : [`${this.#gateway} is in front of it already`]),
      ...(isLoopback(bindAddress)
        ? []
        : [`its bindAddress is ${bindAddress}, which leads past the gateway: leave it out, so that it is 127.0.0.1`]),
      ...(consolePort === undefined
        ? []
        : [`its consolePort is ${consolePort}, which leads past the gateway: leave it out`]),
      ...(declared.RUSTFS_TRUSTED_PROXY_NETWORKS === undefined
        ? []
        : [
            'its settings.proxy.networks are all that RustFS believes, and the address of the gateway is not known before it runs: leave them out',
          ]),
      ...(tls ? ['it has tls, but the gateway ends TLS and speaks plain HTTP to it: leave tls out'] : []),
      ...Object.entries(part.environment ?? {}).flatMap(([variable, value]) => {
        const other = declared[variable];
        if (other === undefined || other === value) return [];
        return [`its settings make ${variable} "${other}", but the gateway needs "${value}": leave the setting out`];
      }),
    ];
    if (problems.length > 0) {
      throw new Error(
        `${gateway} cannot be in front of RustFs ${this.node.id}:\n${problems.map((problem) => `✖ ${problem}`).join('\n')}`,
      );
    }
    this.#gateway = gateway;
    this.#server.putPorts([{ internal: S3_PORT, external: port, ip: bindAddress }]);
    // beta.7 ends idle connections after 5 s, while a proxy still counts on them (reference: reverse proxy).
    if (this._registry.rustfsVersion === '1.0.0-beta.7')
      this.#defaults = { ...this.#defaults, RUSTFS_HTTP1_HEADER_READ_TIMEOUT: '75' };
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

/** What curl in the container asks: by the name in the certificate, but always this very server. */
function healthUrl(tls: { readonly host: string; readonly curl: readonly string[] } | undefined): string[] {
  if (tls === undefined) return [`http://127.0.0.1:${S3_PORT}/health/ready`];
  const { host, curl } = tls;
  return [
    ...curl,
    '--connect-to',
    `${host}:${S3_PORT}:127.0.0.1:${S3_PORT}`,
    `https://${host}:${S3_PORT}/health/ready`,
  ];
}
