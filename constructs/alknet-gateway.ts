import { createHash } from 'node:crypto';
import { type container, network } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { Construct } from 'constructs';
import { formatAddress } from '../gateway/config/address.js';
import { SECRET_FILES } from '../gateway/prepare/secrets.js';
import { eventTargetName } from '../manifest/index.js';
import { isLoopback } from '../policies/index.js';
import {
  type CapabilityEntry,
  type CustomGatewayProps,
  capabilityReport,
  customImplementation,
  type GatewayImplementation,
  referenceImplementation,
} from './alknet-capabilities.js';
import {
  DYNAMIC_FILE,
  type GatewayDocuments,
  gatewayDocuments,
  managedUsers,
  STATE_DIRECTORY,
} from './alknet-config.js';
import { gatewayContainer, gatewayName, json } from './alknet-container.js';
import { documentProblems, gatewayProblems } from './alknet-problems.js';
import { gatewayPart, webhookPart, webhookTarget } from './alknet-server-part.js';
import { clientsOf, type GatewaySettings, type GatewayWebhooks, originOf, portOf } from './alknet-settings.js';
import type { EventTarget } from './event-target.js';
import { manifestEventTarget } from './event-target-container.js';
import { OidcProvider } from './oidc-provider.js';
import { projectCommand, stackPaths, writeStackFile } from './provisioning-step.js';
import { RustFs } from './rustfs.js';
import type { IRustFs } from './server.js';
import { TerraformData } from './terraform-data.js';

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

/**
 * The gateway in front of RustFS. There is no alknet gateway to run today, so by default it is the toolkit's own reference gateway:
 * a stand-in with alknet's names, and labelled so. A real alknet node can take over with `AlknetGateway.custom()`.
 *
 * Its configuration contains no secret, only the paths of files and the hashes of API keys: it is copied into the container, and for
 * a server that runs elsewhere written beside cdk.tf.json, as `gateway.json` and `gateway-dynamic.json`. Keys and tokens that are
 * made at the first deployment are in `gateway` beside the secret store.
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
  /** Issuer of the OpenID provider, if it is one. */
  readonly oidcIssuer: string | undefined;
  readonly #implementation: GatewayImplementation;
  readonly #settings: GatewaySettings;
  readonly #secretDirectory: string;
  #provider: OidcProvider | undefined;
  #eventTarget: EventTarget | undefined;
  #container: container.Container | undefined;

  constructor(scope: Construct, id: string, { server, implementation, ...settings }: AlknetGatewayProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    this.#implementation = implementation ?? AlknetGateway.reference();
    this.#settings = settings;
    this.#secretDirectory = `${server._registry.secretDirectory}/gateway`;
    const { bindAddress = '127.0.0.1', virtualHosts, openIdProvider, webhooks } = settings;
    const address = { '0.0.0.0': '127.0.0.1', '::': '[::1]', '::1': '[::1]' }[bindAddress] ?? bindAddress;
    this.endpoint = originOf(address, settings);
    this.healthUrl = `${this.endpoint}/healthz`;
    this.virtualHosts = virtualHosts;
    this.s3Endpoints = virtualHosts.map((host) => originOf(host, settings));
    this.oidcIssuer = openIdProvider && originOf(openIdProvider.hostname, settings);

    const fronted = server instanceof RustFs;
    this.metricsPort = settings.metricsPort;
    this.containerName = fronted ? gatewayName(this) : undefined;
    const documents = gatewayDocuments(settings, {
      listen: formatAddress({ host: fronted ? '0.0.0.0' : bindAddress, port: portOf(settings) }),
      internalHost: fronted ? '0.0.0.0' : '127.0.0.1',
      upstream: fronted ? 'http://rustfs:9000' : server.endpoint,
      region: server.region,
      secretDirectory: this.#secretDirectory,
    });
    const found = gatewayProblems(settings, this.#implementation, { fronted });
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
    server._registry.clientEndpoint = this.s3Endpoints[0];
    this.#annotate(bindAddress);
    const secrets = this.#makeSecrets(stack, documents);
    if (openIdProvider) this.#provide(server);
    if (webhooks) this.#receive(server, webhooks, fronted ? 'container' : 'elsewhere');
    if (server instanceof RustFs) this.#deploy(server, bindAddress, documents, secrets);
    else {
      server._addParts([webhookPart(settings, '127.0.0.1', this.#secretDirectory)]);
      this.#enrol(server, secrets);
      this.#write(stack, documents);
    }
  }

  /** For each feature: what alknet itself has for it, and what does it here. Also printed at synthesis. */
  capabilityReport(): readonly CapabilityEntry[] {
    return capabilityReport(this.#implementation);
  }

  /**
   * The gateway as OpenID provider, which the server trusts: for `OidcClaim`.
   *
   * @throws Error without `openIdProvider`
   */
  oidcProvider(): OidcProvider {
    if (this.#provider) return this.#provider;
    throw new Error(`AlknetGateway ${this.node.id} is no OpenID provider: give it openIdProvider`);
  }

  /**
   * The gateway as a target of events, for `bucket.notify`.
   *
   * @throws Error without `webhooks`
   */
  eventTarget(): EventTarget {
    if (this.#eventTarget) return this.#eventTarget;
    throw new Error(`AlknetGateway ${this.node.id} takes no events: give it webhooks`);
  }

  /** File of the project with the token of a made API key. */
  apiKeyFile(name: string): string {
    return `${this.#secretDirectory}/${SECRET_FILES.apiKey(name)}`;
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

  #annotate(bindAddress: string): void {
    const annotations = Annotations.of(this);
    annotations.addInfo(
      this.#implementation.kind === 'reference'
        ? 'runs the cdktf-rustfs reference gateway, a stand-in: there is no alknet gateway to run today'
        : `runs ${this.#implementation.image}; what it can do is what the stack says, and was not checked`,
    );
    for (const { feature, alknet, here } of this.capabilityReport()) {
      annotations.addInfo(`${feature}: ${here} (alknet itself: ${alknet})`);
    }
    if (this.#settings.tls.type === 'none' && !isLoopback(bindAddress)) {
      annotations.addWarning(
        `tls none at ${bindAddress}: tokens and objects travel in clear; use tls x509, or a load balancer that ends TLS in front`,
      );
    }
  }

  /** Makes the server trust the gateway, and checks that what identities can claim is declared. */
  #provide(server: IRustFs): void {
    const { openIdProvider } = this.#settings;
    if (openIdProvider === undefined || this.oidcIssuer === undefined) return;
    const { policies } = openIdProvider;
    const [client] = clientsOf(openIdProvider);
    const provider = OidcProvider.alknet({ issuer: this.oidcIssuer, clientId: client?.clientId ?? '' });
    this.#provider = provider;
    const registry = server._registry;
    server._trust(provider);
    this.node.addValidation({
      validate: () =>
        Object.entries(policies).flatMap(([scope, names]) =>
          names
            .filter((name) => !registry.has('claim value', `${name} of ${provider.id}`))
            .map(
              (name) =>
                `openIdProvider gives ${name} for the scope ${scope}, but no OidcClaim declares what that is: new OidcClaim(this, '${name}', { server, provider: gateway.oidcProvider() })`,
            ),
        ),
    });
  }

  /** Declares the gateway as an event target of the server. */
  #receive({ _registry: registry }: IRustFs, webhooks: GatewayWebhooks, place: 'container' | 'elsewhere'): void {
    this.#eventTarget = webhookTarget(webhooks, place, this.#secretDirectory);
    const entry = manifestEventTarget(this.#eventTarget, { purpose: 'notify', place });
    registry.add('event target', eventTargetName(entry), this.node.path, () => entry);
  }

  /** Keys and tokens, before anything starts that reads them. */
  #makeSecrets(stack: TerraformStack, { secrets }: GatewayDocuments): ITerraformDependable | undefined {
    if (secrets === undefined) return undefined;
    const text = json(secrets);
    const made = new TerraformData(this, 'Secrets', {
      triggersReplace: { wanted: createHash('sha256').update(text).digest('hex') },
      provisioners: [
        projectCommand(
          this,
          `npx --no-install cdktf-rustfs gateway-secrets --from ${stackPaths(this).fromProject}/gateway-secrets.json`,
        ),
      ],
    });
    addCustomSynthesis(made, {
      onSynthesize: ({ outdir }) => writeStackFile(stack, outdir, 'gateway-secrets.json', text),
    });
    return made;
  }

  /** Gives the managed users their secrets, once they exist. @returns what to wait for to have sessions of them */
  #enrol(server: IRustFs, secrets: ITerraformDependable | undefined): readonly ITerraformDependable[] {
    const users = [...new Set(managedUsers(this.#settings).map(([, user]) => user))].sort();
    if (users.length === 0) return [server._provisioned];
    const manifest = `${stackPaths(this).fromProject}/manifest.json`;
    const enrolled = new TerraformData(this, 'Enrolment', {
      triggersReplace: { users: users.join(',') },
      provisioners: users.map((user) =>
        projectCommand(
          this,
          `npx --no-install cdktf-rustfs credentials enrol --manifest ${manifest} --user ${user} --secret-file ${this.#secretDirectory}/${SECRET_FILES.user(user)}`,
        ),
      ),
      dependsOn: [server._provisioned, ...(secrets ? [secrets] : [])],
    });
    return [enrolled];
  }

  #deploy(
    server: RustFs,
    bindAddress: string,
    documents: GatewayDocuments,
    secrets: ITerraformDependable | undefined,
  ): void {
    const settings = this.#settings;
    const internal = new network.Network(this, 'Internal', { name: `${gatewayName(this)}-internal`, internal: true });
    const { rustfsVersion } = server._registry;
    server._attachGateway({
      gateway: `AlknetGateway ${this.node.id}`,
      networkName: internal.name,
      part: gatewayPart(settings, rustfsVersion, this.#secretDirectory),
    });
    const enrolled = this.#enrol(server, secrets);
    // RustFS asks the issuer and the receiver at its start. Otherwise the gateway waits for provisioning, so that its own
    // credential can be one of the stack's.
    const first = settings.openIdProvider !== undefined || settings.webhooks !== undefined;
    this.#container = gatewayContainer(this, {
      ...{ implementation: this.#implementation, settings, bindAddress, documents, internal, secrets },
      dependsOn: first ? [] : enrolled,
    });
    if (first) server._startAfter(this.#container);
  }

  /** For a gateway that runs as a process: paths start at the stack's directory. */
  #write(stack: TerraformStack, { static: fixed, dynamic, files }: GatewayDocuments): void {
    const { toProject } = stackPaths(this);
    const inProject = (path: string) => (path.startsWith('/') ? path : `${toProject}/${path}`);
    const state = inProject(`${this.#secretDirectory}/state`);
    const paths = new Map([
      [DYNAMIC_FILE, 'gateway-dynamic.json'],
      ...files.map(({ gatewayPath, projectPath }) => [gatewayPath, inProject(projectPath)] as const),
    ]);
    const local = (value: string) => paths.get(value) ?? value.replace(STATE_DIRECTORY, state);
    const text = JSON.stringify(fixed, (_, value: unknown) => (typeof value === 'string' ? local(value) : value), 2);
    addCustomSynthesis(this, {
      onSynthesize: ({ outdir }) => {
        writeStackFile(stack, outdir, 'gateway.json', `${text}\n`);
        if (dynamic) writeStackFile(stack, outdir, 'gateway-dynamic.json', json(dynamic));
      },
    });
  }
}
