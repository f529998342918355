import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { container, image, network } from '@cdktf/provider-docker';
import { Annotations, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { Construct } from 'constructs';
import { formatAddress } from '../gateway/config/address.js';
import {
  type CapabilityEntry,
  type CustomGatewayProps,
  capabilityReport,
  customImplementation,
  type GatewayImplementation,
  referenceImplementation,
} from './alknet-capabilities.js';
import {
  authority,
  DYNAMIC_FILE,
  documentProblems,
  GATEWAY_DIRECTORY,
  type GatewayDocuments,
  type GatewaySettings,
  gatewayDocuments,
  gatewayProblems,
  portOf,
} from './alknet-config.js';
import { pathFromModule, stackPaths, writeStackFile } from './provisioning-step.js';
import { LOOPBACK, RustFs } from './rustfs.js';
import type { IRustFs } from './server.js';
import { terraformText } from './terraform-text.js';

export interface AlknetGatewayProps extends GatewaySettings {
  /**
   * What is behind it. A RustFS container loses its published ports (but the one on loopback that provisioning uses) and gets
   * the gateway as a container beside it. For a server that runs elsewhere only the configuration is written.
   */
  readonly server: IRustFs;
  /** @default AlknetGateway.reference() */
  readonly implementation?: GatewayImplementation;
}

const stacksWithGateway = new WeakSet<TerraformStack>();

/** User and group `node` of the image. */
const GATEWAY_USER = '1000:1000';
const PROGRAM = `${GATEWAY_DIRECTORY}/gateway.mjs`;
const CONFIG_FILE = `${GATEWAY_DIRECTORY}/gateway.json`;

/** The bundled reference gateway in this package. */
function bundledGateway(): string {
  const above = dirname(dirname(fileURLToPath(import.meta.url)));
  return join(basename(above) === 'dist' ? above : join(above, 'dist'), 'gateway', 'gateway.mjs');
}

/**
 * The gateway in front of RustFS. There is no alknet gateway to run today, so by default it is the toolkit's own reference gateway:
 * a stand-in with alknet's names, and labelled so. A real alknet node can take over with `AlknetGateway.custom()`.
 *
 * Its configuration contains no secret, only the paths of files and the hashes of API keys: it is copied into the container, and for
 * a server that runs elsewhere written beside cdk.tf.json, as `gateway.json` and `gateway-dynamic.json`.
 *
 * @throws Error with every problem of the props
 */
export class AlknetGateway extends Construct {
  /** The reference gateway. @param options.image pinned image with Node 20.19 or newer */
  static reference(options: { readonly image?: string } = {}): GatewayImplementation {
    return referenceImplementation(options.image);
  }

  /**
   * Another program: gets the configuration at /etc/gateway/gateway.json and listens at the address in it. What it can do is what
   * you say; features that need more are refused.
   */
  static custom(props: CustomGatewayProps): GatewayImplementation {
    return customImplementation(props);
  }

  /** The gateway's own routes as the host reaches them, such as `https://127.0.0.1`. */
  readonly endpoint: string;
  readonly healthUrl: string;
  readonly virtualHosts: readonly string[];
  /** S3 endpoints of clients, one for each virtual host. Their names have to lead to the gateway (DNS). */
  readonly s3Endpoints: readonly string[];
  /** @default - no metrics */
  readonly metricsPort: number | undefined;
  /** Undefined for a gateway that runs as a process. */
  readonly containerName: string | undefined;
  readonly #implementation: GatewayImplementation;
  #container: container.Container | undefined;

  constructor(scope: Construct, id: string, { server, implementation, ...settings }: AlknetGatewayProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    this.#implementation = implementation ?? AlknetGateway.reference();
    const scheme = settings.tls.type === 'none' ? 'http' : 'https';
    const { bindAddress = '127.0.0.1', virtualHosts } = settings;
    const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[bindAddress] ?? bindAddress;
    this.endpoint = `${scheme}://${authority(address, settings)}`;
    this.healthUrl = `${this.endpoint}/healthz`;
    this.virtualHosts = virtualHosts;
    this.s3Endpoints = virtualHosts.map((host) => `${scheme}://${authority(host, settings)}`);

    this.metricsPort = settings.metricsPort;
    const fronted = server instanceof RustFs;
    this.containerName = fronted ? `${stack.node.id}-${id}` : undefined;
    const documents = gatewayDocuments(settings, {
      listen: formatAddress({ host: fronted ? '0.0.0.0' : bindAddress, port: portOf(settings) }),
      metricsHost: fronted ? '0.0.0.0' : '127.0.0.1',
      upstream: fronted ? 'http://rustfs:9000' : server.endpoint,
      region: server.region,
    });
    const found = gatewayProblems(settings, this.#implementation);
    const problems = [
      ...(stacksWithGateway.has(stack) ? [`stack ${stack.node.id} has one already: give each a stack of its own`] : []),
      ...found,
      ...(found.length > 0 ? [] : documentProblems(documents)),
    ];
    if (problems.length > 0) {
      const lines = problems.map((problem) => (problem.startsWith('✖') ? problem : `✖ ${problem}`));
      throw new Error(`AlknetGateway ${id} is not valid:\n${lines.join('\n')}`);
    }
    stacksWithGateway.add(stack);
    this.#annotate(settings, bindAddress);
    if (server instanceof RustFs) this.#deploy(server, settings, bindAddress, documents);
    else this.#write(stack, documents);
  }

  /** For each feature: what alknet itself has for it, and what does it here. Also printed at synthesis. */
  capabilityReport(): readonly CapabilityEntry[] {
    return capabilityReport(this.#implementation);
  }

  /**
   * Also joins a Docker network.
   *
   * @internal
   */
  _join(networkName: string): void {
    this.#container?.putNetworksAdvanced([
      ...(this.#container.networksAdvancedInput as container.ContainerNetworksAdvanced[]),
      { name: networkName },
    ]);
  }

  #annotate({ tls }: GatewaySettings, bindAddress: string): void {
    const annotations = Annotations.of(this);
    annotations.addInfo(
      this.#implementation.kind === 'reference'
        ? 'runs the cdktf-rustfs reference gateway, a stand-in: there is no alknet gateway to run today'
        : `runs ${this.#implementation.image}; what it can do is what the stack says, and was not checked`,
    );
    for (const { feature, alknet, here } of this.capabilityReport()) {
      annotations.addInfo(`${feature}: ${here} (alknet itself: ${alknet})`);
    }
    if (tls.type === 'none' && !LOOPBACK.test(bindAddress)) {
      annotations.addWarning(
        `tls none at ${bindAddress}: tokens and objects travel in clear; use tls x509, or a load balancer that ends TLS in front`,
      );
    }
  }

  #deploy(server: RustFs, settings: GatewaySettings, bindAddress: string, documents: GatewayDocuments): void {
    const name = `${TerraformStack.of(this).node.id}-${this.node.id}`;
    const port = portOf(settings);
    const front = new network.Network(this, 'Network', { name });
    const internal = new network.Network(this, 'Internal', { name: `${name}-internal`, internal: true });
    const provisioned = server._attachGateway({
      gateway: `AlknetGateway ${this.node.id}`,
      networkName: internal.name,
      environment: rustFsEnvironment(settings, server),
    });
    const gatewayImage = new image.Image(this, 'Image', { name: this.#implementation.image, keepLocally: true });
    const { static: fixed, dynamic, files } = documents;
    this.#container = new container.Container(this, 'Gateway', {
      name,
      image: gatewayImage.imageId,
      restart: 'unless-stopped',
      ...this.#program(settings, port),
      ports: [{ internal: port, external: port, ip: bindAddress }],
      networksAdvanced: [{ name: front.name, aliases: [...settings.virtualHosts] }, { name: internal.name }],
      upload: [
        ...(this.#implementation.kind === 'reference' ? [this.#bundle()] : []),
        { file: CONFIG_FILE, content: terraformText(json(fixed)), permissions: '0444' },
        { file: DYNAMIC_FILE, content: terraformText(json(dynamic)), permissions: '0444' },
        ...files.map(({ projectPath, gatewayPath }) => ({
          file: gatewayPath,
          source: pathFromModule(this, projectPath),
          // The provider uploads as root; the gateway runs as another user and has to read it.
          permissions: '0444',
        })),
      ],
      labels: Object.entries({
        'managed-by': 'cdktf-rustfs',
        'cdktf-rustfs.gateway': this.#implementation.kind === 'reference' ? 'reference (not an alknet node)' : 'custom',
      }).map(([label, value]) => ({ label, value })),
      // After provisioning, so that the gateway's own credential can be one of the stack's.
      dependsOn: [provisioned],
    });
  }

  #program({ tls }: GatewaySettings, port: number): Partial<container.ContainerConfig> {
    if (this.#implementation.kind === 'custom') {
      const { command } = this.#implementation;
      return command ? { command: [...command] } : {};
    }
    // Any certificate and no virtual host: the question is whether this process serves.
    const options = `{port:${port},path:'/healthz',headers:{host:'healthz.invalid'},rejectUnauthorized:false}`;
    const probe = `require('${tls.type === 'none' ? 'http' : 'https'}').get(${options},r=>process.exit(r.statusCode===200?0:1)).on('error',()=>process.exit(1))`;
    return {
      entrypoint: ['node'],
      command: [PROGRAM, '--config', CONFIG_FILE],
      user: GATEWAY_USER,
      capabilities: { drop: ['ALL'] },
      securityOpts: ['no-new-privileges'],
      wait: true,
      waitTimeout: 60,
      healthcheck: {
        test: ['CMD', 'node', '-e', probe],
        interval: '5s',
        timeout: '5s',
        retries: 5,
        startPeriod: '10s',
      },
    };
  }

  #bundle(): container.ContainerUpload {
    const path = bundledGateway();
    const upload = {
      file: PROGRAM,
      source: pathFromModule(this, relative(process.cwd(), path).split(sep).join('/')),
      permissions: '0444',
    };
    if (existsSync(path))
      return { ...upload, sourceHash: createHash('sha256').update(readFileSync(path)).digest('hex') };
    Annotations.of(this).addWarning(
      'the reference gateway is not built, so Terraform will not find it: run npm run build',
    );
    return upload;
  }

  /** For a gateway that runs as a process: paths start at the stack's directory. */
  #write(stack: TerraformStack, { static: fixed, dynamic, files }: GatewayDocuments): void {
    const { toProject } = stackPaths(this);
    const paths = new Map(
      files.map(({ gatewayPath, projectPath }) => [
        gatewayPath,
        projectPath.startsWith('/') ? projectPath : `${toProject}/${projectPath}`,
      ]),
    ).set(DYNAMIC_FILE, 'gateway-dynamic.json');
    const local = JSON.stringify(
      fixed,
      (_, value: unknown) => (typeof value === 'string' ? (paths.get(value) ?? value) : value),
      2,
    );
    addCustomSynthesis(this, {
      onSynthesize: ({ outdir }) => {
        writeStackFile(stack, outdir, 'gateway.json', `${local}\n`);
        writeStackFile(stack, outdir, 'gateway-dynamic.json', json(dynamic));
      },
    });
  }
}

const json = (document: unknown) => `${JSON.stringify(document, undefined, 2)}\n`;

/** What RustFS has to know of a gateway in front (source: RUSTFS_SERVER_DOMAINS and RUSTFS_TRUSTED_PROXY_* of both versions). */
function rustFsEnvironment(settings: GatewaySettings, server: RustFs): Record<string, string> {
  const { virtualHosts, bucketSubdomains = false } = settings;
  // 1.0.0-beta.7 compares the port as well; 1.0.1 leaves it out.
  const named = (host: string) =>
    server._registry.rustfsVersion === '1.0.0-beta.7' ? [...new Set([host, authority(host, settings)])] : [host];
  return {
    // Private addresses are believed, and on the internal network there is nobody but the gateway.
    RUSTFS_TRUSTED_PROXY_ENABLED: 'true',
    // Every name that is used: RustFS takes any other for a bucket. `rustfs` is what the gateway itself says.
    ...(bucketSubdomains && { RUSTFS_SERVER_DOMAINS: [...virtualHosts.flatMap(named), 'rustfs'].join(',') }),
  };
}
