import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { image, network } from '@cdktf/provider-docker';
import { Annotations, type ITerraformDependable, TerraformStack } from 'cdktf';
import { addCustomSynthesis } from 'cdktf/lib/synthesize/synthesizer.js';
import { Construct } from 'constructs';
import { balancerProblems, RELOAD_SIGNALS } from '../seaweedfs/balancer/index.js';
import { roleArn, sha256 } from '../seaweedfs/config/index.js';
import { balancerConfig, serializeFleetManifest } from '../seaweedfs/manifest/index.js';
import { alertRules, scrapeConfig } from '../seaweedfs/observability/index.js';
import { projectCommand, stackPaths } from './provisioning-step.js';
import { SeaweedFsBalancer } from './seaweedfs-balancer.js';
import { type FleetDocuments, fleetDocuments, TEMPLATE_FILE } from './seaweedfs-fleet-manifest.js';
import {
  fleetProblems,
  iamFindings,
  type ResolvedFleetProps,
  resolveFleetProps,
  type SeaweedFsGatewayFleetProps,
} from './seaweedfs-fleet-props.js';
import { SeaweedFsGateways } from './seaweedfs-gateways.js';
import { TerraformData } from './terraform-data.js';

interface FleetMonitoring {
  /** Docker network of the gateways. */
  readonly networkName: string;
  /** Configuration of Prometheus, with `scrape_configs`. */
  readonly scrapeConfig: string;
  /** Rule file. */
  readonly rules: string;
}

const stacksWithFleet = new WeakSet<TerraformStack>();

/**
 * SeaweedFS S3 gateways behind a balancer, all with one IAM configuration, so that a session of one is a session of all.
 *
 * A configuration that SeaweedFS refuses does not stop its gateways: they serve everybody, and their health says 200. So
 * everything that is known to be refused or misread fails the synthesis here, with every problem at once; a gateway counts
 * as healthy only while it is closed and has its configuration; and after each deployment the fleet is proven closed,
 * gateway by gateway and through the balancer.
 *
 * The signing key and the static keys are made at the first deployment and live in the secret store. Terraform's
 * configuration, plan and state know the template without them, by its SHA-256, and the path of the rendered file.
 *
 * @throws Error with every problem of the props
 */
export class SeaweedFsGatewayFleet extends Construct {
  /** S3 and STS endpoint of the balancer, as this host reaches it. */
  readonly endpoint: string;
  /** Endpoints that lead to one gateway each, in order. */
  readonly gatewayEndpoints: readonly string[];
  /** SHA-256 of the iam.config without its secrets. */
  readonly templateSha256: string;
  /** Docker network of the gateways: applications in it reach the balancer as `<fleet>-balancer:<port>`. */
  readonly networkName: string;
  readonly #roles: ReadonlySet<string>;
  readonly #monitoring: FleetMonitoring;

  constructor(scope: Construct, id: string, props: SeaweedFsGatewayFleetProps) {
    super(scope, id);
    const stack = TerraformStack.of(this);
    const fleet = `${stack.node.id}-${id}`;
    const resolved = resolveFleetProps(props, stack.node.id);
    const documents = this.#check(fleet, resolved, stack);
    const { manifest } = documents;
    this.endpoint = manifest.balancer.endpoint;
    this.gatewayEndpoints = manifest.gateways.map(({ endpoint }) => endpoint);
    this.templateSha256 = manifest.templateSha256;
    this.networkName = fleet;
    this.#roles = new Set(manifest.roles.map(({ name }) => name));

    const manifestText = serializeFleetManifest(manifest);
    const step = (stepId: string, commands: readonly string[], dependsOn: readonly ITerraformDependable[] = []) =>
      new TerraformData(this, stepId, {
        triggersReplace: { manifest: sha256(manifestText) },
        provisioners: commands.map((command) => projectCommand(this, command)),
        dependsOn,
      });
    const manifestPath = `${stackPaths(this).fromProject}/fleet.json`;
    const fleetCommand = (name: string) => `npx --no-install cdktf-rustfs fleet ${name} --manifest ${manifestPath}`;

    const rendered = step('Rendered', [fleetCommand('render')]);
    const net = new network.Network(this, 'Network', {
      name: fleet,
      ...(resolved.engine === 'swarm' && { driver: 'overlay', attachable: true }),
    });
    const weed = new image.Image(this, 'Image', { name: `chrislusf/seaweedfs:${resolved.version}`, keepLocally: true });
    const filers = resolved.filers._bind(this, { name: fleet, image: weed, networkName: net.name });
    const gateways = new SeaweedFsGateways(this, 'Gateways', {
      fleet,
      props: resolved,
      documents,
      image: weed,
      networks: [net.name, ...(resolved.filers.network ? [resolved.filers.network] : [])],
      // Not after the filers, which a gateway waits for itself: what is replaced side by side passes that on to all that it
      // depends on, and two servers can't have one volume.
      dependsOn: [rendered],
    });
    const balancer = new SeaweedFsBalancer(this, 'Balancer', {
      manifest,
      bindAddress: resolved.bindAddress,
      networkName: net.name,
      dependsOn: [rendered, ...gateways.dependables],
    });
    // New gateways run, and the old ones are destroyed only after this: the balancer switches in between.
    const reloadSignal = RELOAD_SIGNALS[resolved.balancer];
    const switched = step(
      'Switched',
      [`docker kill --signal ${reloadSignal} ${manifest.balancer.container} && sleep ${resolved.drainSeconds}`],
      [balancer.dependable, ...gateways.dependables],
    );
    const proof = step('Proof', [fleetCommand('verify')], [switched, ...filers.dependsOn]);
    proof.overrideLogicalId('fleet_proof');
    this.#monitoring = {
      networkName: net.name,
      scrapeConfig: scrapeConfig(manifest, resolved),
      rules: alertRules(manifest, resolved),
    };
    this.#write(stack, manifestText, documents);
  }

  /**
   * What a Prometheus beside it needs.
   *
   * @internal
   */
  _monitoring(): FleetMonitoring {
    return this.#monitoring;
  }

  /**
   * ARN of a declared role, as a caller asks for it.
   *
   * @throws Error if there is no such role
   */
  roleArn(role: string): string {
    if (this.#roles.has(role)) return roleArn(role);
    throw new Error(`no role ${role} in fleet ${this.node.id}; declared: ${[...this.#roles].join(', ') || 'none'}`);
  }

  #check(fleet: string, props: ResolvedFleetProps, stack: TerraformStack): FleetDocuments {
    if (stacksWithFleet.has(stack)) {
      throw new Error(
        `stack ${stack.node.id} already has a SeaweedFS fleet: a stack has one fleet.json, so give every fleet a stack of its own`,
      );
    }
    const findings = iamFindings(fleet, props);
    const problems = [
      ...fleetProblems(fleet, props),
      ...findings.filter(({ severity }) => severity === 'error').map(({ message }) => `iam.config ${message}`),
    ];
    if (problems.length > 0) throw new Error(`invalid SeaweedFS fleet ${fleet}\n${problems.join('\n')}`);
    const documents = fleetDocuments(stack.node.id, fleet, props);
    const ports = balancerProblems(balancerConfig(documents.manifest));
    if (ports.length > 0) throw new Error(`invalid SeaweedFS fleet ${fleet}\n${ports.join('\n')}`);
    for (const { message } of findings) Annotations.of(this).addWarning(`iam.config ${message}`);
    stacksWithFleet.add(stack);
    return documents;
  }

  #write(stack: TerraformStack, manifestText: string, { template }: FleetDocuments): void {
    addCustomSynthesis(this, {
      onSynthesize: (session) => {
        const directory = join(session.outdir, 'stacks', stack.node.id);
        mkdirSync(directory, { recursive: true });
        writeFileSync(join(directory, 'fleet.json'), manifestText);
        writeFileSync(join(directory, TEMPLATE_FILE), template);
        writeFileSync(join(directory, 'prometheus-scrape.yml'), this.#monitoring.scrapeConfig);
        writeFileSync(join(directory, 'prometheus-alerts.yml'), this.#monitoring.rules);
      },
    });
  }
}
